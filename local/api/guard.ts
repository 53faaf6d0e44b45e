/**
 * Access to the API on this machine: local programs, without a token, and the console's own pages. Pages of other
 * sites get nothing, also those whose name was made to point here (DNS rebinding): a browser says in Host, Origin and
 * Sec-Fetch-Site where a request comes from.
 */
import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'

/** Host names that no DNS server can point elsewhere. */
const LOCAL_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
/** Paths that other machines may read, if the server listens on more than 127.0.0.1. */
const PUBLIC_PATHS = ['/metrics', '/health']

export const guard: MiddlewareHandler<{ Bindings: HttpBindings }> = async (c, next) => {
  const refuse = (status: 403 | 421, error: string) => c.json({ error }, status)
  const { remoteAddress } = c.env.incoming.socket
  if (!isLoopback(remoteAddress)) {
    const isPublic = c.req.method === 'GET' && PUBLIC_PATHS.includes(c.req.path)
    return isPublic ? next() : refuse(403, 'Other machines may read /metrics and /health only.')
  }
  const host = c.req.header('host')
  if (host === undefined || !LOCAL_NAME.test(nameOf(host))) {
    return refuse(
      421,
      'This server answers to localhost and 127.0.0.1 only: use one of these in the address.',
    )
  }
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== `http://${host}`) {
    return refuse(403, 'Pages of other sites may not use this server.')
  }
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return refuse(403, 'Pages of other sites may not use this server.')
  }
  return next()
}

const nameOf = (host: string) => host.replace(/:\d*$/, '').toLowerCase()

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || plain.startsWith('127.')
}
