import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { callerOf } from './caller.ts'
import type { Call, Caller, Chaos, Fault } from './faults.ts'

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

const DELAY_MS = 150

/** A proxy before S3 and SQS that does to each call what `chaos` decides. */
export async function startHttpProxy(upstream: string, chaos: Chaos, pids: () => readonly number[]) {
  const { forward, agent } = forwarder(upstream)
  let cuts = 0
  const callers = new WeakMap<Socket, Promise<Caller | undefined>>()

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const abandoned = new AbortController()
    response.on('close', () => abandoned.abort())
    const body = await buffer(incoming)
    const { socket } = incoming
    const caller = await (callers.get(socket) ?? callerOf(socket.remotePort, pids()))
    const call = describe(incoming, body, caller)
    const fault = chaos.decide(call)
    switch (fault) {
      case 'delay':
        await sleep(DELAY_MS)
        break
      case 'kill-before':
        if (caller !== undefined) chaos.kill(caller)
        socket.destroy()
        return
      case 'drop':
        socket.destroy()
        return
      case 'error':
      case 'unavailable':
      case 'slow-down':
        refuse(response, call, fault)
        return
      case 'duplicate':
        await forward(incoming, body, abandoned.signal)
    }
    const answer = await forward(incoming, body, abandoned.signal)
    switch (fault) {
      case 'kill-after':
        if (caller !== undefined) chaos.kill(caller)
        socket.destroy()
        return
      case 'lose-answer':
        socket.destroy()
        return
      case 'late-error':
        refuse(response, call, 'error')
        return
      case 'cut-answer':
        // Elsewhere each time, as a network does.
        cut(response, answer, ((cuts++ % 7) + 1) / 9)
        return
    }
    const { 'transfer-encoding': _, ...headers } = answer.headers
    const length = incoming.method === 'HEAD' ? {} : { 'content-length': answer.body.length }
    response.writeHead(answer.status, { ...headers, ...length }).end(answer.body)
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy())
  })
  server.on('connection', (socket) => callers.set(socket, callerOf(socket.remotePort, pids())))
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      agent.destroy()
    },
  }
}

/** Passes calls on to the real server. */
function forwarder(upstream: string) {
  const { hostname, port } = new URL(upstream)
  const agent = new Agent({ keepAlive: true })
  async function forward(incoming: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const { expect: _, 'transfer-encoding': __, ...headers } = incoming.headers
    const outgoing = request({
      hostname,
      port,
      agent,
      method: incoming.method,
      path: incoming.url,
      headers: { ...headers, 'content-length': body.length },
      signal,
    })
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject).end(body)
    })
    return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) }
  }
  return { forward, agent }
}

/** Sends so much of the answer, then ends the connection. */
function cut(response: ServerResponse, { status, headers, body }: Answer, share: number): void {
  response.writeHead(status, { ...headers, 'content-length': Math.max(2, body.length) })
  response.write(body.subarray(0, body.length * share))
  setImmediate(() => response.socket?.destroy())
}

function describe(incoming: IncomingMessage, body: Buffer, caller: Caller | undefined): Call {
  const target = incoming.headers['x-amz-target']
  const path = decodeURIComponent(incoming.url ?? '')
  const text = `${path} ${body.toString('latin1')}`
  if (typeof target === 'string') return { name: `SQS ${target.split('.').at(-1)}`, text, caller }
  const [, , room, , ...rest] = path.split('?')[0].split('/')
  const key = room
    ? [room, '{id}', ...rest].join('/')
    : path.replace(/^[^?]*/, '').replace(/\/[0-9a-f]{24}\b|\/job-\d+-\d+\b/g, '/{id}')
  const name = key.replaceAll(/\/(trials|plans|closings)\/\d{4}/g, '/$1/{n}')
  return { name: `S3 ${incoming.method} ${name}`, text, caller }
}

function refuse(response: ServerResponse, call: Call, fault: Fault): void {
  const status = fault === 'error' ? 500 : 503
  const code = fault === 'error' ? 'InternalError' : fault === 'slow-down' ? 'SlowDown' : 'ServiceUnavailable'
  const body = call.name.startsWith('SQS')
    ? JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'A fault of the test.' })
    : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>A fault of the test.</Message></Error>`
  response
    .writeHead(status, {
      'content-type': call.name.startsWith('SQS') ? 'application/x-amz-json-1.0' : 'application/xml',
      'content-length': body.length,
    })
    .end(call.name.startsWith('S3 HEAD') ? undefined : body)
}
