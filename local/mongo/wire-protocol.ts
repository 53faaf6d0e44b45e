/**
 * MongoDB's wire protocol: messages of a header and BSON.
 *
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
import { type Document, deserialize, serialize } from 'bson'
import { checkObjectBytes, checkObjectDepth, MAX_MESSAGE_BYTES } from './limits.ts'

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
const HEADER_BYTES = 16

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

/**
 * The reply to one message; undefined where the client wants none. Throws for a message of another kind.
 *
 * @param answer reads the command and carries it out, and makes a reply of what either throws.
 */
export function respond(message: Buffer, answer: (read: () => Document) => Document): Buffer | undefined {
  const requestId = message.readInt32LE(4)
  const opCode = message.readInt32LE(12)
  if (opCode === OP_MSG) {
    const flags = message.readUInt32LE(HEADER_BYTES)
    const reply = answer(() => readMessage(message))
    if ((flags & MORE_TO_COME) !== 0) return undefined
    const body = serialize(reply, { ignoreUndefined: true })
    return frame(requestId, OP_MSG, Buffer.concat([Buffer.alloc(5), body]))
  }
  if (opCode === OP_QUERY) {
    const body = serialize(
      answer(() => readQuery(message)),
      { ignoreUndefined: true },
    )
    const head = Buffer.alloc(20)
    head.writeInt32LE(8, 0)
    head.writeInt32LE(1, 16)
    return frame(requestId, OP_REPLY, Buffer.concat([head, body]))
  }
  throw new Error(`A message of the unknown kind ${opCode}.`)
}

/** The command of an OP_QUERY, which drivers send as their first message only. */
function readQuery(message: Buffer): Document {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4)
  const query = deserialize(message.subarray(nameEnd + 1 + 8))
  return { ...(query.$query ?? query), $db: 'admin' }
}

/** The command of an OP_MSG: its body (section kind 0) with the document sequences (kind 1) put back in. */
function readMessage(message: Buffer): Document {
  let command: Document = {}
  const sequences: Document = {}
  let at = HEADER_BYTES + 4
  const end = message.length - ((message.readUInt32LE(HEADER_BYTES) & CHECKSUM_PRESENT) === 0 ? 0 : 4)
  while (at < end) {
    const kind = message[at++]
    const size = message.readInt32LE(at)
    if (kind === 0) {
      command = readObject(message, at)
    } else {
      const nameEnd = message.indexOf(0, at + 4)
      const documents: Document[] = []
      for (let inner = nameEnd + 1; inner < at + size; inner += message.readInt32LE(inner)) {
        documents.push(readObject(message, inner))
      }
      sequences[message.toString('utf8', at + 4, nameEnd)] = documents
    }
    at += size
  }
  return { ...command, ...sequences }
}

/** Throws BSONObjectTooLarge, or Overflow for one that is too deep. */
function readObject(message: Buffer, at: number): Document {
  const size = message.readInt32LE(at)
  checkObjectBytes(size)
  const options = { promoteBuffers: false, promoteLongs: true, bsonRegExp: false }
  const object = deserialize(message.subarray(at, at + size), options)
  checkObjectDepth(object)
  return object
}

let nextReply = 1

function frame(requestId: number, opCode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32LE(HEADER_BYTES + body.length, 0)
  header.writeInt32LE(nextReply++ & 0x7fffffff, 4)
  header.writeInt32LE(requestId, 8)
  header.writeInt32LE(opCode, 12)
  return Buffer.concat([header, body])
}
