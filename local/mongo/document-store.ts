import { renameSync, rmSync } from 'node:fs'
import { Binary, type Document } from 'bson'
import { CollectionIndex } from './collection-index.ts'
import type { IndexSpec } from './index-spec.ts'
import { LogFile, type LogPosition } from './log-file.ts'
import { keyOf } from './values.ts'

/** A document in memory or, where it is large or holds binary data (a GridFS chunk), only its position in the log. */
type StoredDocument = { readonly document?: Document; readonly position?: LogPosition }

/** Larger documents stay in the log file and are read when they are needed. */
const LARGE_BYTES = 16 * 1024

/** A log is written anew when it is larger than this and more than half of it is outdated. */
const COMPACT_BYTES = 4 * 1024 * 1024

/** The documents of a collection by `keyOf` their _id, their indexes, and the log that both are restored from. */
export class DocumentStore {
  readonly indexes = new Map<string, CollectionIndex>()
  readonly #namespace: string
  readonly #path: string | undefined
  readonly #documents = new Map<string, StoredDocument>()
  #log: LogFile | undefined
  #liveBytes = 0

  /** @param path of the log; without it the documents live in memory only. */
  constructor(namespace: string, path: string | undefined) {
    this.#namespace = namespace
    this.#path = path
    if (path === undefined) return
    this.#log = new LogFile(path)
    this.#log.replay((record, position) => {
      if (record.put !== undefined) this.#keep(record.put, position)
      else if (record.index !== undefined) this.#buildIndex(record.index, () => undefined)
      else if (record.dropIndex !== undefined) this.indexes.delete(record.dropIndex)
      else this.#forget(keyOf(record.remove))
    })
    this.#compactIfWorthwhile()
  }

  has(id: string): boolean {
    return this.#documents.has(id)
  }

  ids(): Iterable<string> {
    return this.#documents.keys()
  }

  get(id: string): Document | undefined {
    const stored = this.#documents.get(id)
    return stored === undefined ? undefined : this.#load(stored)
  }

  /** Puts a document in place of an earlier one with its _id. Throws what `CollectionIndex.check` does. */
  put(document: Document): void {
    const id = keyOf(document._id)
    for (const index of this.indexes.values()) index.check(document, id)
    this.#keep(document, this.#log?.append({ put: document }))
    this.#compactIfWorthwhile()
  }

  remove(document: Document): void {
    this.#log?.append({ remove: document._id })
    this.#forget(keyOf(document._id))
    this.#compactIfWorthwhile()
  }

  /** Throws E11000 where two documents have the same key of a unique index, and CannotIndexParallelArrays. */
  addIndex(spec: IndexSpec): void {
    this.#buildIndex(spec, (index, document, id) => index.check(document, id))
    this.#log?.append({ index: spec })
  }

  /** Returns whether there was such an index. */
  dropIndex(name: string): boolean {
    if (!this.indexes.delete(name)) return false
    this.#log?.append({ dropIndex: name })
    return true
  }

  close(): void {
    this.#log?.close()
  }

  /** Closes it and deletes its log. */
  destroy(): void {
    this.close()
    if (this.#path !== undefined) rmSync(this.#path, { force: true })
  }

  #load({ document, position }: StoredDocument): Document {
    if (document !== undefined) return document
    if (this.#log === undefined || position === undefined)
      throw new Error(`${this.#namespace} lost a document.`)
    return this.#log.read(position).put
  }

  #keep(document: Document, position: LogPosition | undefined): void {
    const id = keyOf(document._id)
    this.#forget(id)
    for (const index of this.indexes.values()) index.add(document, id)
    this.#documents.set(id, toStored(document, position))
    this.#liveBytes += position?.length ?? 0
  }

  #forget(id: string): void {
    const stored = this.#documents.get(id)
    if (stored === undefined) return
    if (this.indexes.size > 0) {
      const document = this.#load(stored)
      for (const index of this.indexes.values()) index.remove(document, id)
    }
    this.#liveBytes -= stored.position?.length ?? 0
    this.#documents.delete(id)
  }

  #buildIndex(
    spec: IndexSpec,
    check: (index: CollectionIndex, document: Document, id: string) => void,
  ): void {
    const index = new CollectionIndex(this.#namespace, spec)
    for (const [id, stored] of this.#documents) {
      const document = this.#load(stored)
      check(index, document, id)
      index.add(document, id)
    }
    this.indexes.set(spec.name, index)
  }

  /** Writes what is live to a new log, which takes the old one's place in one step. */
  #compactIfWorthwhile(): void {
    if (this.#log === undefined || this.#path === undefined) return
    if (this.#log.size() < COMPACT_BYTES || this.#log.size() < 2 * this.#liveBytes) return
    const fresh = new LogFile(`${this.#path}.new`, { empty: true })
    for (const { spec } of this.indexes.values()) fresh.append({ index: spec })
    this.#liveBytes = 0
    for (const [id, stored] of this.#documents) {
      const document = this.#load(stored)
      const position = fresh.append({ put: document })
      this.#liveBytes += position.length
      this.#documents.set(id, toStored(document, position))
    }
    fresh.sync()
    renameSync(`${this.#path}.new`, this.#path)
    this.#log.close()
    this.#log = fresh
  }
}

function toStored(document: Document, position: LogPosition | undefined): StoredDocument {
  if (position === undefined) return { document }
  return position.length > LARGE_BYTES || hasBinary(document) ? { position } : { document, position }
}

/** A Binary is a view of the bytes that it came in, so that a small one would keep a whole message in memory. */
const hasBinary = (document: Document) => Object.values(document).some((value) => value instanceof Binary)
