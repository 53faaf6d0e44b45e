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

/** Where a record lies in the log, in bytes. */
export type LogPosition = { readonly offset: number; readonly length: number }

const options = { promoteBuffers: false, promoteLongs: true, bsonRegExp: true } as const
const MIN_RECORD_BYTES = 5

export const toBson = (document: Document) => serialize(document, { ignoreUndefined: true })

/** A copy that keeps BSON's types. */
export const copyOf = (document: Document): Document => deserialize(toBson(document), options)

/**
 * An append-only file of BSON records: a collection's changes in the order in which they were acknowledged. Written
 * with plain writes, not synced: a killed process loses nothing, a machine that loses power may lose the last seconds.
 */
export class LogFile {
  readonly #path: string
  readonly #file: number
  #end = 0

  /** @param options.empty whether what the file may hold is dropped. */
  constructor(path: string, options: { empty?: boolean } = {}) {
    this.#path = path
    this.#file = openSync(path, options.empty === true || !existsSync(path) ? 'w+' : 'r+')
  }

  /** Hands every whole record to `apply`. What a crash cut off at the end is removed from the file. */
  replay(apply: (record: Document, position: LogPosition) => void): void {
    const { size } = fstatSync(this.#file)
    while (this.#end + MIN_RECORD_BYTES <= size) {
      const length = this.#readBytes(this.#end, 4).readInt32LE()
      if (length < MIN_RECORD_BYTES || this.#end + length > size) break
      const record = deserialize(this.#readBytes(this.#end, length), options)
      apply(record, { offset: this.#end, length })
      this.#end += length
    }
    ftruncateSync(this.#file, this.#end)
  }

  append(record: Document): LogPosition {
    const bytes = toBson(record)
    let done = 0
    while (done < bytes.length)
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#end + done)
    const position = { offset: this.#end, length: bytes.length }
    this.#end += bytes.length
    return position
  }

  read({ offset, length }: LogPosition): Document {
    return deserialize(this.#readBytes(offset, length), options)
  }

  /** Bytes of all records, outdated ones too. */
  size(): number {
    return this.#end
  }

  sync(): void {
    fsyncSync(this.#file)
  }

  close(): void {
    closeSync(this.#file)
  }

  #readBytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let done = 0
    while (done < length) {
      const count = readSync(this.#file, bytes, done, length - done, offset + done)
      if (count === 0) throw new Error(`${this.#path} ends within a record at byte ${offset}.`)
      done += count
    }
    return bytes
  }
}
