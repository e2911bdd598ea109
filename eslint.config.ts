import importX from 'eslint-plugin-import-x'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { layers, foreignPackages } from './layers.ts'

const paths = layers.map((layer) => layer.path)

const bannedFrom = (path: string): string[] =>
  foreignPackages
    .filter((outer) => path === outer.path || path.startsWith(`${outer.path}/`))
    .flatMap(({ banned }) => banned)

export default defineConfig(
  globalIgnores(['out', 'dist', 'node_modules', 'test-results', 'playwright-report', 'addon']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: `${import.meta.dirname}/src`,
          zones: layers.map((layer) => ({
            target: `./${layer.path}`,
            from: paths
              .filter((path) => path !== layer.path && !layer.imports.includes(path))
              .map((path) => `./${path}`),
            message: `${layer.path} may not import from here. See layers.ts.`,
          })),
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Arrow functions that only call for their effect read well: `() => close()`.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
    },
  },
  // Of two rows that match a file the linter takes the last alone: each names what its outer folders ban as well.
  foreignPackages.map(({ path }) => ({
    files: [`src/${path}/**/*.{ts,tsx}`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error' as const,
        {
          patterns: [
            { group: bannedFrom(path), message: `src/${path} must not know of this package. See layers.ts.` },
          ],
        },
      ],
    },
  })),
  {
    // Nobody catches what a listener, a timer or a promise that nobody waits for throws.
    files: ['src/main/**/*.ts'],
    ignores: ['src/main/base/guarded.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
          name,
          message: 'What it throws would end the process. Use main/base/guarded.ts.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='EventEmitter']",
          message:
            'A listener that throws would keep the event from the others. Use createEvents of main/base/guarded.ts.',
        },
      ],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
    },
  },
  { files: ['src/renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat['recommended-latest'] },
  {
    files: ['*.config.ts', '*.config.js'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: ['scripts/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
)
