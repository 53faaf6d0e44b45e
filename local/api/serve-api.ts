import { once } from 'node:events'
import { createServer } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { createApi } from '../../shared/api/app.ts'
import { connectApi } from '../../shared/api/connect.ts'
import type { ApiContext, ApiLimits } from '../../shared/api/context.ts'
import type { Registry } from '../../shared/registry/registry.ts'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'
import { unlimited } from '../../shared/runtime/retry.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import type { AwsClientSettings } from '../aws-client-settings.ts'
import type { Metrics } from '../metrics.ts'
import { serveConsole } from './console-pages.ts'
import { guard } from './guard.ts'

export type ApiAddress = {
  /** The port; 0 chooses a free one. */
  readonly port: number
  /** The address to listen on beside 127.0.0.1; 0.0.0.0 and :: stand for all addresses. */
  readonly host?: string
  /** Whether to fail, instead of choosing a free port, if this one is taken. */
  readonly isFixed?: boolean
  readonly limits?: Partial<ApiLimits>
  readonly timeouts?: Partial<typeof defaultTimeouts>
}

/** Milliseconds within which a client must have sent the head of a request, and all of it. */
const defaultTimeouts = { head: 10_000, request: 10 * 60_000 }

const MAX_CONNECTIONS = 512

/** What the API and the console work with. */
export type ApiConnection = {
  readonly bucket: Bucket
  readonly registry: () => Promise<Registry>
  /** Settings for clients of SQS. */
  readonly aws: Partial<AwsClientSettings>
  readonly queueUrl: string
  /** Where this process has them. */
  readonly metrics?: Metrics
  readonly logs?: ApiContext['logs']
  onError(error: unknown): void
}

/**
 * Serves the API on this machine, and the console under /console/ where its pages are built.
 *
 * @param resources takes what must be closed.
 * @returns its address, http://127.0.0.1:port.
 */
export async function serveApi(
  address: ApiAddress,
  { metrics, ...connection }: ApiConnection,
  resources: AsyncDisposableStack,
): Promise<string> {
  const { context, close } = connectApi({
    ...connection,
    memoryBytes: memoryLimit(),
    timeLeftMs: unlimited,
    ...(metrics === undefined ? {} : { metrics: metrics.read }),
    ...(address.limits === undefined ? {} : { limits: address.limits }),
  })
  resources.defer(close)
  const api = createApi(context)
  const app = new Hono<{ Bindings: HttpBindings }>().use(guard)
  serveConsole(app)
  app.all('*', ({ req }) => api.fetch(req.raw))
  const timeouts = { ...defaultTimeouts, ...address.timeouts }
  const options = {
    headersTimeout: timeouts.head,
    requestTimeout: timeouts.request,
    // An address with the longest parameters, percent-encoded.
    maxHeaderSize: 64 * 1024,
    connectionsCheckingInterval: Math.min(1000, timeouts.head),
  }
  const open = async (port: number, host: string) => {
    const server = createServer(options, getRequestListener(app.fetch))
    server.maxConnections = MAX_CONNECTIONS
    server.listen(port, host)
    await once(server, 'listening')
    resources.defer(async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    })
    const actual = server.address()
    return actual !== null && typeof actual === 'object' ? actual.port : port
  }
  return `http://127.0.0.1:${await openAt(address, open)}`
}

/** Opens the port; if it is taken and `isFixed` is not set, a free one. Returns the port. */
async function openAt(
  { port, host = '127.0.0.1', isFixed }: ApiAddress,
  open: (port: number, host: string) => Promise<number>,
): Promise<number> {
  const isAll = ['0.0.0.0', '::'].includes(host)
  const first = isAll ? host : '127.0.0.1'
  const opened = await open(port, first).catch((error: unknown) => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || isFixed === true) throw error
    return open(0, first)
  })
  if (!isAll && host !== 'localhost' && host !== first) await open(opened, host)
  return opened
}
