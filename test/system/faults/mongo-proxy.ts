import { connect as connectPlain, createServer as createPlainServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { type Document, deserialize, serialize } from 'bson'
import { splitMessages } from '../../../local/mongo/wire-protocol.ts'
import { callerOf } from './caller.ts'
import type { Call, Caller, Chaos, Fault } from './faults.ts'

const OP_MSG = 2013
const DELAY_MS = 150

/** A certificate and its key in PEM, for a server that is reached by TLS only; the proxy then shows the same to its clients. */
export type Certificate = { readonly cert: string; readonly key: string }

type Upstream = { readonly host: string; readonly port: number; readonly certificate?: Certificate }

/** A proxy before Mongo, aware of its messages, that does to each call what `chaos` decides. */
export async function startMongoProxy(upstream: Upstream, chaos: Chaos, pids: () => readonly number[]) {
  const { certificate } = upstream
  const sockets = new Set<Socket>()

  function onConnection(client: Socket): void {
    const server = connectTo(upstream)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    relay(client, server, callerOf(client.remotePort, pids()), chaos)
  }

  const listener =
    certificate === undefined ? createPlainServer(onConnection) : createTlsServer(certificate, onConnection)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function connectTo({ host, port, certificate }: Upstream): Socket {
  return certificate === undefined
    ? connectPlain({ host, port })
    : connectTls({ host, port, ca: certificate.cert, servername: 'localhost' })
}

/** Passes the messages of one connection on, each with the fault that `chaos` decides. */
function relay(client: Socket, server: Socket, caller: Promise<Caller | undefined>, chaos: Chaos): void {
  /** What is to become of the answer to a request, by the request's id. */
  const answers = new Map<number, { call: Call; fault: Fault | undefined }>()
  const end = () => {
    client.destroy()
    server.destroy()
  }
  for (const socket of [client, server]) {
    socket.setNoDelay(true)
    socket.on('error', end)
    socket.on('close', end)
  }

  async function ask(message: Buffer): Promise<void> {
    const call = describe(message, await caller)
    const fault = call === undefined ? undefined : chaos.decide(call)
    if (fault === 'delay') await sleep(DELAY_MS)
    if (call === undefined) {
      server.write(message)
      return
    }
    const requestId = message.readInt32LE(4)
    switch (fault) {
      case 'kill-before':
        if (call.caller !== undefined) chaos.kill(call.caller)
        end()
        return
      case 'drop':
        end()
        return
      case 'error':
      case 'unavailable':
      case 'slow-down':
        client.write(refusal(requestId, fault))
        return
    }
    answers.set(requestId, { call, fault })
    server.write(message)
  }

  function answer(message: Buffer): void {
    const responseTo = message.readInt32LE(8)
    const asked = answers.get(responseTo)
    answers.delete(responseTo)
    switch (asked?.fault) {
      case 'kill-after':
        if (asked.call.caller !== undefined) chaos.kill(asked.call.caller)
        end()
        return
      case 'lose-answer':
        end()
        return
      case 'late-error':
        client.write(refusal(responseTo, 'error'))
        return
      case 'cut-answer':
        client.write(message.subarray(0, message.length / 2), end)
        return
    }
    client.write(message)
  }

  const questions = splitMessages()
  let turn = Promise.resolve()
  client.on('data', (chunk: Buffer) => {
    for (const message of questions(chunk)) turn = turn.then(() => ask(message))
    turn.catch(end)
  })
  const replies = splitMessages()
  server.on('data', (chunk: Buffer) => {
    for (const message of replies(chunk)) answer(message)
  })
}

/** The call that a message is; undefined for a handshake, authentication, and what is no OP_MSG. */
function describe(message: Buffer, caller: Caller | undefined): Call | undefined {
  if (message.readInt32LE(12) !== OP_MSG) return undefined
  const command = commandOf(message)
  const [verb, of] = Object.entries(command)[0]
  const collection = String(of).replace(/^job-.*/, '{id}')
  if (/^(hello|ismaster|sasl|ping|endSessions|buildInfo)/i.test(verb)) return undefined
  const text = `${message.toString('latin1')} ${idsIn(message)}`
  return { name: `Mongo ${verb} ${collection}`, text, caller }
}

/** The document of the section of kind 0. */
function commandOf(message: Buffer): Document {
  let at = 20
  while (message[at] !== 0) at += 1 + message.readInt32LE(at + 1)
  return deserialize(message.subarray(at + 1, at + 1 + message.readInt32LE(at + 1)))
}

/** The ObjectIds that a message names, in hexadecimal: in BSON the kind 7, the field's name, 0, twelve bytes. */
function idsIn(message: Buffer): string {
  const found: string[] = []
  for (const field of ['_id', 'files_id', 'file_id']) {
    const mark = Buffer.from(`\x07${field}\0`, 'latin1')
    for (let at = message.indexOf(mark); at >= 0; at = message.indexOf(mark, at + 1))
      found.push(message.toString('hex', at + mark.length, at + mark.length + 12))
  }
  return found.join(' ')
}

const refusals = {
  error: { code: 11600, codeName: 'InterruptedAtShutdown' },
  unavailable: { code: 10107, codeName: 'NotWritablePrimary' },
  'slow-down': { code: 262, codeName: 'ExceededTimeLimit' },
}

function refusal(responseTo: number, fault: keyof typeof refusals): Buffer {
  const body = serialize({ ok: 0, errmsg: 'A fault of the test.', ...refusals[fault] })
  const head = Buffer.alloc(21)
  head.writeInt32LE(21 + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, body])
}
