import { createServer, type Socket } from 'node:net'
import { type Document, deserialize, serialize } from 'bson'
import { openCommands } from './commands.ts'
import { asMongoError } from './errors.ts'

/** A MongoDB server for local work: the wire protocol, on documents in memory with a log on disk. */
export type MongoServer = {
  /** mongodb://127.0.0.1:port */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
const HEADER_BYTES = 16
const MAX_MESSAGE_BYTES = 48_000_000

/**
 * Starts the server on 127.0.0.1.
 *
 * @param settings.directory where the data are kept; without it they go with the process.
 * @param settings.port a free one by default.
 */
export async function startMongo(settings: { directory?: string; port?: number } = {}): Promise<MongoServer> {
  const commands = openCommands(settings.directory)
  const sockets = new Set<Socket>()

  function answer(command: Document): Document {
    try {
      return commands.run(command)
    } catch (error) {
      const { message, code, codeName, details } = asMongoError(error)
      return { ok: 0, errmsg: message, code, codeName, ...details }
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    const messages = splitMessages()
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of messages(chunk)) {
          const reply = respond(message, answer)
          if (reply !== undefined) socket.write(reply)
        }
      } catch (error) {
        // As a Mongo server does with bytes that are no message: there is nobody to answer to.
        socket.destroy(error instanceof Error ? error : undefined)
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The Mongo server has no port.')
  return {
    url: `mongodb://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      commands.close()
    },
  }
}

/** Cuts what arrives on a connection into messages. Throws for a length that no message has. */
export function splitMessages(): (chunk: Buffer) => Generator<Buffer> {
  let chunks: Buffer[] = []
  let held = 0
  let needed = HEADER_BYTES
  return function* (chunk) {
    chunks.push(chunk)
    held += chunk.length
    while (held >= needed) {
      const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      const length = bytes.readInt32LE(0)
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
        throw new Error(`A message of ${length} bytes.`)
      chunks = [bytes]
      needed = length
      if (held < length) return
      chunks = [bytes.subarray(length)]
      held -= length
      needed = HEADER_BYTES
      yield bytes.subarray(0, length)
    }
  }
}

/** The reply to one message; undefined where the client wants none. */
function respond(message: Buffer, answer: (command: Document) => Document): Buffer | undefined {
  const requestId = message.readInt32LE(4)
  const opCode = message.readInt32LE(12)
  if (opCode === OP_MSG) {
    const flags = message.readUInt32LE(HEADER_BYTES)
    const reply = answer(parseMessage(message))
    if ((flags & MORE_TO_COME) !== 0) return undefined
    const body = serialize(reply, { ignoreUndefined: true })
    return framed(requestId, OP_MSG, Buffer.concat([Buffer.alloc(5), body]))
  }
  if (opCode === OP_QUERY) {
    const nameEnd = message.indexOf(0, HEADER_BYTES + 4)
    const query = deserialize(message.subarray(nameEnd + 1 + 8))
    const body = serialize(answer({ ...(query.$query ?? query), $db: 'admin' }), { ignoreUndefined: true })
    const head = Buffer.alloc(20)
    head.writeInt32LE(8, 0)
    head.writeInt32LE(1, 16)
    return framed(requestId, OP_REPLY, Buffer.concat([head, body]))
  }
  throw new Error(`A message of the unknown kind ${opCode}.`)
}

/** The command of an OP_MSG: its body (section kind 0) with the document sequences (kind 1) put back in. */
function parseMessage(message: Buffer): Document {
  const options = { promoteBuffers: false, promoteLongs: true, bsonRegExp: false }
  let command: Document = {}
  const sequences: Document = {}
  let at = HEADER_BYTES + 4
  const end = message.length - ((message.readUInt32LE(HEADER_BYTES) & CHECKSUM_PRESENT) === 0 ? 0 : 4)
  while (at < end) {
    const kind = message[at++]
    const size = message.readInt32LE(at)
    if (kind === 0) {
      command = deserialize(message.subarray(at, at + size), options)
    } else {
      const nameEnd = message.indexOf(0, at + 4)
      const documents: Document[] = []
      let inner = nameEnd + 1
      while (inner < at + size) {
        const length = message.readInt32LE(inner)
        documents.push(deserialize(message.subarray(inner, inner + length), options))
        inner += length
      }
      sequences[message.toString('utf8', at + 4, nameEnd)] = documents
    }
    at += size
  }
  return { ...command, ...sequences }
}

let nextReply = 1

function framed(requestId: number, opCode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32LE(HEADER_BYTES + body.length, 0)
  header.writeInt32LE(nextReply++ & 0x7fffffff, 4)
  header.writeInt32LE(requestId, 8)
  header.writeInt32LE(opCode, 12)
  return Buffer.concat([header, body])
}
