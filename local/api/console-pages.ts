/** The console's pages, as `npm run build:console` wrote them. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'

export const consoleFolder = join(import.meta.dirname, '..', '..', 'dist', 'console')

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const headers = {
  // Nothing but the console's own files and this server's API; a report is framed, and has a policy of its own.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

export function serveConsole(app: Hono<{ Bindings: HttpBindings }>): void {
  app.get('/', (c) => c.redirect('/console/'))
  app.get('/console', (c) => c.redirect('/console/'))
  app.get('/console/', async (c) => {
    if (!existsSync(join(consoleFolder, 'index.html'))) {
      return c.text('The console is not built: run "npm run build:console", then load this page again.', 404)
    }
    return c.body(await readFile(join(consoleFolder, 'index.html'), 'utf8'), 200, {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    })
  })
  app.get('/console/:file{[\\w-]+\\.[\\w.-]+}', async (c) => {
    const { file } = c.req.param()
    const path = join(consoleFolder, file)
    if (!existsSync(path)) return c.notFound()
    return c.body(new Uint8Array(await readFile(path)), 200, {
      ...headers,
      'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
      // A name has a hash of what the file holds.
      'cache-control': file === 'icon.svg' ? 'no-cache' : 'max-age=31536000, immutable',
    })
  })
}
