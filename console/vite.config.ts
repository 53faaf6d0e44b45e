import { join } from 'node:path'
import { defineConfig } from 'vite'

/** `npm run build:console` writes the pages into dist/console, from which local/api/console-pages.ts serves them. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, '..', 'dist', 'console'),
    emptyOutDir: true,
    assetsDir: '',
    assetsInlineLimit: 0,
    modulePreload: false,
  },
})
