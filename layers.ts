/**
 * The floors of the house, lowest first: a module imports only from its own floor and from floors below it.
 * The linter enforces it, and a test re-checks it without the linter. Paths are below `src`.
 */
export const floors: readonly { readonly path: string; readonly imports: readonly string[] }[] = [
  { path: 'shared', imports: [] },
  { path: 'main/version.ts', imports: [] },
  { path: 'main/bus', imports: ['shared'] },
  { path: 'main/access', imports: ['shared', 'main/bus'] },
  { path: 'main/journal', imports: ['shared', 'main/bus', 'main/access'] },
  { path: 'main/mcp', imports: ['shared', 'main/bus', 'main/access'] },
  { path: 'main/panel', imports: ['shared', 'main/bus', 'main/access', 'main/journal', 'main/mcp'] },
  { path: 'main/connect', imports: ['shared', 'main/bus', 'main/access', 'main/mcp', 'main/panel'] },
  { path: 'main/http', imports: ['shared', 'main/access', 'main/version.ts'] },
  {
    path: 'main/app',
    imports: ['shared', 'main/bus', 'main/access', 'main/journal', 'main/mcp', 'main/panel', 'main/connect'],
  },
  {
    path: 'main/app.ts',
    imports: [
      'shared',
      'main/version.ts',
      'main/app',
      'main/bus',
      'main/access',
      'main/journal',
      'main/mcp',
      'main/panel',
      'main/connect',
      'main/http',
    ],
  },
  {
    path: 'main/headless',
    imports: ['shared', 'main/access', 'main/panel', 'main/connect', 'main/http', 'main/app.ts'],
  },
  { path: 'main/desktop', imports: ['shared', 'main/access', 'main/panel', 'main/connect', 'main/app.ts'] },
  {
    path: 'main/cli',
    imports: ['shared', 'main/access', 'main/connect', 'main/app.ts', 'main/headless', 'main/version.ts'],
  },
  { path: 'preload', imports: ['shared'] },
  { path: 'renderer', imports: ['shared'] },
]

/** Packages that a floor may not import, by its path: what keeps the lower floors free of transports and shells. */
export const foreignPackages: readonly { readonly path: string; readonly banned: readonly string[] }[] = [
  {
    path: 'shared',
    banned: ['electron', 'react', '@modelcontextprotocol/*', 'ws', 'node:*', '@orpc/server', '@orpc/client'],
  },
  {
    path: 'main/bus',
    banned: [
      'electron',
      'react',
      '@modelcontextprotocol/*',
      '@orpc/*',
      'ws',
      'node:http',
      'node:fs',
      'node:fs/*',
      'node:net',
      'node:crypto',
    ],
  },
  { path: 'main/access', banned: ['electron', 'react', '@modelcontextprotocol/*', '@orpc/*', 'ws'] },
  {
    path: 'main/journal',
    banned: ['electron', 'react', '@modelcontextprotocol/*', '@orpc/*', 'ws', 'node:http'],
  },
  { path: 'main/mcp', banned: ['electron', 'react', '@orpc/*', 'ws'] },
  { path: 'main/panel', banned: ['electron', 'react', '@modelcontextprotocol/*', 'ws'] },
  { path: 'main/headless', banned: ['electron', 'react'] },
  { path: 'renderer', banned: ['electron', 'node:*', '@modelcontextprotocol/*', '@orpc/server', 'ws'] },
]
