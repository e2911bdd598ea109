/**
 * The layers of the house, lowest first: a module imports only from its own layer and from the layers that its row
 * names. The linter enforces the table, and a test checks it again without the linter. Paths are below `src`.
 */
interface Layer {
  readonly path: string
  readonly imports: readonly string[]
  /** Its folders are features, which may import each other as long as they form no cycle. */
  readonly folders?: true
}

export const layers: readonly Layer[] = [
  { path: 'shared', imports: [] },
  { path: 'main/version.ts', imports: [] },
  { path: 'main/base', imports: ['shared'] },
  { path: 'main/bus', imports: ['shared', 'main/base'] },
  { path: 'main/access', imports: ['shared', 'main/base'] },
  { path: 'main/activity', imports: ['shared', 'main/base', 'main/bus', 'main/access'] },
  { path: 'main/http', imports: ['shared', 'main/version.ts', 'main/base', 'main/access'] },
  { path: 'main/mcp/http', imports: ['shared', 'main/base', 'main/access'] },
  { path: 'main/mcp/calls', imports: ['shared', 'main/base', 'main/bus', 'main/mcp/http'] },
  {
    path: 'main/mcp/sessions',
    imports: ['shared', 'main/base', 'main/bus', 'main/mcp/http', 'main/mcp/calls'],
  },
  {
    path: 'main/mcp/approvals',
    imports: ['shared', 'main/base', 'main/bus', 'main/access', 'main/mcp/calls', 'main/mcp/sessions'],
  },
  {
    path: 'main/mcp/dispatch',
    imports: [
      'shared',
      'main/base',
      'main/bus',
      'main/access',
      'main/mcp/http',
      'main/mcp/calls',
      'main/mcp/sessions',
      'main/mcp/approvals',
    ],
  },
  {
    path: 'main/mcp/tools',
    imports: [
      'shared',
      'main/base',
      'main/bus',
      'main/access',
      'main/mcp/calls',
      'main/mcp/sessions',
      'main/mcp/approvals',
      'main/mcp/dispatch',
    ],
  },
  {
    path: 'main/mcp/resources',
    imports: ['shared', 'main/base', 'main/bus', 'main/mcp/calls', 'main/mcp/sessions', 'main/mcp/tools'],
  },
  { path: 'main/mcp/prompts', imports: ['shared', 'main/mcp/calls'] },
  {
    path: 'main/mcp/server',
    imports: [
      'shared',
      'main/base',
      'main/bus',
      'main/access',
      'main/mcp/http',
      'main/mcp/calls',
      'main/mcp/sessions',
      'main/mcp/approvals',
      'main/mcp/dispatch',
      'main/mcp/tools',
      'main/mcp/resources',
      'main/mcp/prompts',
    ],
  },
  {
    path: 'main/panel',
    imports: [
      'shared',
      'main/base',
      'main/bus',
      'main/access',
      'main/activity',
      'main/mcp/http',
      'main/mcp/sessions',
      'main/mcp/server',
    ],
  },
  { path: 'main/config', imports: ['shared', 'main/base', 'main/bus', 'main/mcp/http'] },
  {
    path: 'main/app',
    imports: [
      'shared',
      'main/version.ts',
      'main/base',
      'main/bus',
      'main/access',
      'main/activity',
      'main/http',
      'main/mcp/http',
      'main/mcp/sessions',
      'main/mcp/approvals',
      'main/mcp/dispatch',
      'main/mcp/server',
      'main/panel',
      'main/config',
    ],
  },
  {
    path: 'main/headless',
    imports: ['shared', 'main/base', 'main/http', 'main/panel', 'main/config', 'main/app'],
  },
  { path: 'main/desktop', imports: ['shared', 'main/base', 'main/panel', 'main/config', 'main/app'] },
  {
    path: 'main/cli',
    imports: [
      'shared',
      'main/version.ts',
      'main/base',
      'main/access',
      'main/http',
      'main/config',
      'main/headless',
    ],
  },
  { path: 'preload', imports: ['shared'] },
  { path: 'renderer/lib', imports: [] },
  { path: 'renderer/theme', imports: [] },
  { path: 'renderer/settings', imports: [] },
  { path: 'renderer/connection', imports: ['shared'] },
  { path: 'renderer/ui', imports: ['shared', 'renderer/lib'] },
  {
    path: 'renderer/model',
    imports: ['shared', 'renderer/lib', 'renderer/settings', 'renderer/connection'],
    folders: true,
  },
  {
    path: 'renderer/panel',
    imports: [
      'shared',
      'renderer/theme',
      'renderer/settings',
      'renderer/connection',
      'renderer/ui',
      'renderer/model',
    ],
  },
  {
    path: 'renderer/widgets',
    imports: [
      'shared',
      'renderer/lib',
      'renderer/settings',
      'renderer/connection',
      'renderer/ui',
      'renderer/model',
      'renderer/panel',
    ],
  },
  {
    path: 'renderer/features',
    imports: [
      'shared',
      'renderer/lib',
      'renderer/theme',
      'renderer/settings',
      'renderer/ui',
      'renderer/model',
      'renderer/panel',
      'renderer/widgets',
    ],
    folders: true,
  },
  {
    path: 'renderer/views',
    imports: [
      'shared',
      'renderer/lib',
      'renderer/ui',
      'renderer/model',
      'renderer/panel',
      'renderer/widgets',
      'renderer/features',
    ],
  },
  {
    path: 'renderer/app',
    imports: [
      'shared',
      'renderer/lib',
      'renderer/theme',
      'renderer/settings',
      'renderer/connection',
      'renderer/ui',
      'renderer/model',
      'renderer/panel',
      'renderer/widgets',
      'renderer/features',
      'renderer/views',
    ],
  },
]

/** Packages that a layer may not import, by its path: what keeps the lower layers free of transports and shells. */
export const foreignPackages: readonly { readonly path: string; readonly banned: readonly string[] }[] = [
  {
    path: 'shared',
    banned: ['electron', 'react', '@modelcontextprotocol/*', 'ws', 'node:*', '@orpc/server', '@orpc/client'],
  },
  { path: 'main/base', banned: ['electron', 'react', '@modelcontextprotocol/*', '@orpc/*', 'ws'] },
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
    path: 'main/activity',
    banned: ['electron', 'react', '@modelcontextprotocol/*', '@orpc/*', 'ws', 'node:http'],
  },
  { path: 'main/mcp', banned: ['electron', 'react', '@orpc/*', 'ws'] },
  { path: 'main/panel', banned: ['electron', 'react', '@modelcontextprotocol/*', 'ws'] },
  { path: 'main/headless', banned: ['electron', 'react'] },
  { path: 'renderer', banned: ['electron', 'node:*', '@modelcontextprotocol/*', '@orpc/server', 'ws'] },
  { path: 'renderer/lib', banned: ['@orpc/*'] },
  { path: 'renderer/model', banned: ['react', 'react-dom', 'radix-ui', 'lucide-react'] },
]
