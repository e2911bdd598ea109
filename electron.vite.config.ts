import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import packageJson from './package.json' with { type: 'json' }

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node22',
      sourcemap: true,
      rolldownOptions: {
        input: {
          desktop: 'src/main/desktop/main.ts',
          cli: 'src/main/cli/main.ts',
          'log-reader-worker': 'src/main/activity/log-reader-worker.ts',
          'take-over-worker': 'src/main/activity/take-over-worker.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload is a single CommonJS file: it can require nothing but electron.
      rolldownOptions: {
        input: { preload: 'src/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    base: './',
    plugins: [
      react(),
      {
        name: 'page-version',
        transformIndexHtml: (html: string) => html.replace('%BUSBAR_VERSION%', packageJson.version),
      },
    ],
    build: {
      outDir: 'out/renderer',
      emptyOutDir: true,
      target: 'chrome140',
      // The strict CSP allows no data: URL for fonts or scripts.
      assetsInlineLimit: 0,
      minify: true,
      // It is loaded from the same machine: one file of this size is there at once.
      chunkSizeWarningLimit: 1500,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: 'src/renderer/index.html' },
    },
  },
})
