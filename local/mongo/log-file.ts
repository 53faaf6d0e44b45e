import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { type Document, deserialize, serialize } from 'bson'

/** Where a record lies in the log. */
export type Place = { readonly offset: number; readonly length: number }

/**
 * An append-only file of BSON records: a collection's changes in the order in which they were acknowledged. Written
 * with plain writes, not synced: a killed process loses nothing, a machine that loses power may lose the last seconds.
 */
export type LogFile = {
  /** Hands every whole record to `apply`. What a crash cut off at the end is removed from the file. */
  replay(apply: (record: Document, place: Place) => void): void
  append(record: Document): Place
  read(place: Place): Document
  /** Bytes of all records, outdated ones too. */
  size(): number
  sync(): void
  close(): void
}

const options = { promoteBuffers: false, promoteLongs: true, bsonRegExp: true } as const
const SHORTEST_RECORD = 5

export const toBson = (document: Document) => serialize(document, { ignoreUndefined: true })

/** A copy that keeps BSON's types. */
export const copyOf = (document: Document): Document => deserialize(toBson(document), options)

/** Opens a log; with `empty`, without what it may hold. */
export function openLog(path: string, empty = false): LogFile {
  const log = openSync(path, empty || !existsSync(path) ? 'w+' : 'r+')
  let end = 0

  function readBytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let done = 0
    while (done < length) {
      const count = readSync(log, bytes, done, length - done, offset + done)
      if (count === 0) throw new Error(`${path} ends within a record at byte ${offset}.`)
      done += count
    }
    return bytes
  }

  return {
    replay(apply) {
      const { size } = fstatSync(log)
      while (end + SHORTEST_RECORD <= size) {
        const length = readBytes(end, 4).readInt32LE()
        if (length < SHORTEST_RECORD || end + length > size) break
        apply(deserialize(readBytes(end, length), options), { offset: end, length })
        end += length
      }
      ftruncateSync(log, end)
    },
    append(record) {
      const bytes = toBson(record)
      let done = 0
      while (done < bytes.length) done += writeSync(log, bytes, done, bytes.length - done, end + done)
      const place = { offset: end, length: bytes.length }
      end += bytes.length
      return place
    },
    read: ({ offset, length }) => deserialize(readBytes(offset, length), options),
    size: () => end,
    sync: () => fsyncSync(log),
    close: () => closeSync(log),
  }
}
