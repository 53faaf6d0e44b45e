import { type Document, Long, ObjectId } from 'bson'
import { MongoError } from './errors.ts'

type Cursor = { readonly documents: Iterator<Document>; readonly namespace: string; usedAt: number }

/** A cursor without a request for this long is closed. */
const IDLE_MS = 10 * 60 * 1000

/** A reply's documents may hold this many bytes in all; a driver asks for the rest by getMore. */
const BATCH_BYTES = 12 * 1024 * 1024

/** The results of queries that clients have not read to the end. */
export class Cursors {
  readonly #open = new Map<string, Cursor>()
  #nextId = 1

  /**
   * The reply to a query: its first documents, and the id to ask for the rest by.
   *
   * @param single whether the client asks for one batch only.
   */
  reply(namespace: string, documents: Iterable<Document>, batchSize: number, single = false): Document {
    const cursor = { documents: documents[Symbol.iterator](), namespace, usedAt: Date.now() }
    const { batch, done } = take(cursor.documents, batchSize)
    if (done || single) return { cursor: { firstBatch: batch, id: Long.ZERO, ns: namespace }, ok: 1 }
    this.#closeIdle()
    const id = String(this.#nextId++)
    this.#open.set(id, cursor)
    return { cursor: { firstBatch: batch, id: Long.fromString(id), ns: namespace }, ok: 1 }
  }

  /** The next documents of a cursor. Throws CursorNotFound. */
  getMore(id: string, batchSize: number): Document {
    const cursor = this.#open.get(id)
    if (cursor === undefined) throw new MongoError(43, 'CursorNotFound', `cursor id ${id} not found`)
    cursor.usedAt = Date.now()
    const { batch, done } = take(cursor.documents, batchSize)
    if (done) this.#open.delete(id)
    return {
      cursor: { nextBatch: batch, id: done ? Long.ZERO : Long.fromString(id), ns: cursor.namespace },
      ok: 1,
    }
  }

  /** Returns whether there was such a cursor. */
  kill(id: string): boolean {
    return this.#open.delete(id)
  }

  #closeIdle(): void {
    for (const [id, { usedAt }] of this.#open) if (Date.now() - usedAt > IDLE_MS) this.#open.delete(id)
  }
}

function take(documents: Iterator<Document>, size: number): { batch: Document[]; done: boolean } {
  const batch: Document[] = []
  let bytes = 0
  while (batch.length < size && bytes < BATCH_BYTES) {
    const next = documents.next()
    if (next.done) return { batch, done: true }
    batch.push(next.value)
    bytes += roughBytes(next.value)
  }
  return { batch, done: false }
}

/** The length of a document's binary data and texts; the rest is small beside it. */
function roughBytes(document: Document): number {
  let bytes = 100
  for (const value of Object.values(document)) {
    if (value?._bsontype === 'Binary') bytes += value.length()
    else if (typeof value === 'string') bytes += value.length
    else if (value !== null && typeof value === 'object' && !(value instanceof ObjectId)) bytes += 500
  }
  return bytes
}
