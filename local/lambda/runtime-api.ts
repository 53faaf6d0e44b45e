import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/** A handler's own error, or that its module could not be loaded, as the process reported it. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
  readonly errorType: string
  readonly stackTrace: readonly string[]

  constructor(errorType: string, message: string, stackTrace: readonly string[]) {
    super(`${errorType}: ${message}`)
    this.errorType = errorType
    this.stackTrace = stackTrace
  }
}

/** The server side of the Lambda runtime API, for one process that handles one invocation at a time. */
export type RuntimeApi = {
  /** host:port, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string
  /** Resolves when the process has loaded its handler and asks for its first event; rejects where it cannot. */
  readonly ready: Promise<void>
  /**
   * Hands an event to the process. Resolves with its answer; rejects with its error (FunctionError), or that of
   * `fail`.
   */
  invoke(event: unknown, about: { arn: string; deadline: number }): Promise<unknown>
  /** Whether the handler could not be loaded: the process is about to end. */
  initFailed(): boolean
  /** Ends the invocation under way, if any, without the process' answer, and the wait for its being ready. */
  fail(error: Error): void
  close(): void
}

type Invocation = PromiseWithResolvers<unknown> & {
  readonly id: string
  readonly event: unknown
  readonly headers: Record<string, string>
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined
  let queued: Invocation | undefined
  let running: Invocation | undefined
  let initFailed = false
  const ready = Promise.withResolvers<void>()
  // Without this a rejection that nothing awaits would end the program.
  ready.promise.catch(() => undefined)

  function deliver(): void {
    if (waiting === undefined || queued === undefined) return
    running = queued
    queued = undefined
    waiting
      .writeHead(200, { 'content-type': 'application/json', ...running.headers })
      .end(JSON.stringify(running.event))
    waiting = undefined
  }

  function fail(error: Error): void {
    const invocation = running ?? queued
    running = undefined
    queued = undefined
    invocation?.reject(error)
    ready.reject(error)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '')
    if (path === 'invocation/next') {
      waiting = response
      ready.resolve()
      deliver()
      return
    }
    const body: unknown = JSON.parse(await text(request))
    response.writeHead(202).end()
    if (path === 'init/error') initFailed = true
    if (path === 'init/error' || path === `invocation/${running?.id}/error`) fail(functionError(body))
    if (path === `invocation/${running?.id}/response`) {
      const answered = running
      running = undefined
      answered?.resolve(body)
    }
  }

  const { port, close } = await listen(handle)

  return {
    address: `127.0.0.1:${port}`,
    ready: ready.promise,
    initFailed: () => initFailed,
    fail,
    invoke(event, { arn, deadline }) {
      const id = randomUUID()
      const headers = invocationHeaders(id, arn, deadline)
      queued = { ...Promise.withResolvers<unknown>(), id, event, headers }
      const { promise } = queued
      deliver()
      return promise
    },
    close,
  }
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)))
  })
  // A process keeps its connection while it waits for its next invocation, without a time limit.
  server.requestTimeout = 0
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The runtime API has no port.')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: address.port, close }
}

function invocationHeaders(id: string, arn: string, deadline: number): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  const trace = id.replaceAll('-', '')
  return {
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(deadline),
    'lambda-runtime-invoked-function-arn': arn,
    'lambda-runtime-trace-id': `Root=1-${seconds}-${trace.slice(0, 24)};Parent=${trace.slice(16)};Sampled=1`,
  }
}

const reportedError = z.object({
  errorType: z.string().catch('Error'),
  errorMessage: z.string().catch('unknown'),
  stackTrace: z.array(z.string()).catch([]),
})

function functionError(body: unknown): FunctionError {
  const { errorType, errorMessage, stackTrace } = reportedError.parse(body)
  return new FunctionError(errorType, errorMessage, stackTrace)
}
