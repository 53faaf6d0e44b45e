import { closeSync, existsSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { type Document, deserialize, serialize } from 'bson'

/** Where a record lies in the log. */
export type Place = { readonly offset: number; readonly length: number }

/**
 * An append-only file of BSON records: a collection's changes in the order in which they were acknowledged. Written
 * with plain writes, not synced: a killed process loses nothing, a machine that loses power may lose the last second.
 * Without a path the records live in memory only, and none can be read back.
 */
export type LogFile = {
  /** Appends a record and says where it lies; undefined without a path. */
  append(record: Document): Place | undefined
  read(place: Place): Document
  close(): void
}

const options = { promoteBuffers: false, promoteLongs: true, bsonRegExp: true } as const

/** Opens a log and hands every whole record to `replay`. A record that was cut off by a crash is dropped. */
export function openLog(path: string | undefined, replay: (record: Document, place: Place) => void): LogFile {
  if (path === undefined) {
    return {
      append: () => undefined,
      read: () => {
        throw new Error('A log without a file cannot be read.')
      },
      close: () => undefined,
    }
  }
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+')
  let end = 0
  const header = Buffer.alloc(4)
  while (readSync(file, header, 0, 4, end) === 4) {
    const length = header.readInt32LE()
    const bytes = Buffer.alloc(Math.max(length, 5))
    if (length < 5 || readSync(file, bytes, 0, length, end) < length) break
    replay(deserialize(bytes, options), { offset: end, length })
    end += length
  }

  return {
    append(record) {
      const bytes = serialize(record, { ignoreUndefined: true })
      writeSync(file, bytes, 0, bytes.length, end)
      const place = { offset: end, length: bytes.length }
      end += bytes.length
      return place
    },
    read({ offset, length }) {
      const bytes = Buffer.alloc(length)
      readSync(file, bytes, 0, length, offset)
      return deserialize(bytes, options)
    },
    close: () => closeSync(file),
  }
}

/** Writes a log anew with only the given records, in one step. */
export function rewriteLog(path: string, records: Iterable<Document>): void {
  const file = openSync(`${path}.new`, 'w')
  for (const record of records) writeSync(file, serialize(record, { ignoreUndefined: true }))
  closeSync(file)
  renameSync(`${path}.new`, path)
}
