import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** What a function's process answered. */
export type Answer =
  | { readonly status: 'response'; readonly payload: unknown }
  | { readonly status: 'error'; readonly errorType: string; readonly errorMessage: string }

/** The server side of the Lambda runtime API, for one process that handles one invocation at a time. */
export type RuntimeApi = {
  /** host:port, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string
  /** Hands an event to the process and waits for its answer. */
  invoke(event: unknown, about: { arn: string; deadline: number }): Promise<Answer>
  /** Resolves if the process reports that its handler could not be loaded. */
  readonly failedInit: Promise<Answer>
  close(): void
}

type Invocation = {
  readonly id: string
  readonly event: unknown
  readonly headers: Record<string, string>
  readonly answer: (answer: Answer) => void
}

export async function startRuntimeApi(): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined
  let queued: Invocation | undefined
  let running: Invocation | undefined
  const init = Promise.withResolvers<Answer>()

  function deliver(): void {
    if (waiting === undefined || queued === undefined) return
    running = queued
    queued = undefined
    waiting
      .writeHead(200, { 'content-type': 'application/json', ...running.headers })
      .end(JSON.stringify(running.event))
    waiting = undefined
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '')
    if (path === 'invocation/next') {
      waiting = response
      deliver()
      return
    }
    const body: unknown = JSON.parse(await text(request))
    if (path === 'init/error') init.resolve(asError(body))
    else if (running !== undefined && path === `invocation/${running.id}/response`) {
      running.answer({ status: 'response', payload: body })
    } else if (running !== undefined && path === `invocation/${running.id}/error`)
      running.answer(asError(body))
    response.writeHead(202).end()
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)))
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The runtime API has no port.')

  return {
    address: `127.0.0.1:${address.port}`,
    failedInit: init.promise,
    invoke: (event, { arn, deadline }) =>
      new Promise((answer) => {
        const id = randomUUID()
        const headers = {
          'lambda-runtime-aws-request-id': id,
          'lambda-runtime-deadline-ms': String(deadline),
          'lambda-runtime-invoked-function-arn': arn,
          'lambda-runtime-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${id.replaceAll('-', '').slice(0, 24)};Sampled=0`,
        }
        queued = { id, event, headers, answer }
        deliver()
      }),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function asError(body: unknown): Answer {
  const { errorType = 'Error', errorMessage = 'unknown' } = Object(body)
  return { status: 'error', errorType: String(errorType), errorMessage: String(errorMessage) }
}
