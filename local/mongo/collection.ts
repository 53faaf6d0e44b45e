import { type Document, ObjectId } from 'bson'
import { Query } from 'mingo'
import { CollectionIndex } from './collection-index.ts'
import { DocumentStore } from './document-store.ts'
import { MongoError } from './errors.ts'
import { describeIndexKey, type IndexSpec, isExistingIndex } from './index-spec.ts'
import { checkInsert, checkUpdated, MAX_INDEXES } from './limits.ts'
import { toBson } from './log-file.ts'
import { applyUpdate, type Change, upsertDocument } from './update.ts'
import { comparable, fixedValues, keyOf } from './values.ts'

export type UpdateOptions = {
  /** Whether every match is updated, or only the first. */
  readonly multi: boolean
  readonly upsert: boolean
  readonly arrayFilters?: Document[]
  /** The document to update, where it has been found already. */
  readonly document?: Document
}

export type UpdateOutcome = {
  readonly matched: number
  readonly modified: number
  /** The last updated document before and after. */
  readonly before: Document | undefined
  readonly after: Document | undefined
  /** The _id of the document that was inserted, as none matched. */
  readonly upsertedId: unknown
}

/** A collection: what can be done to its documents and its indexes. */
export class Collection {
  readonly #namespace: string
  readonly #store: DocumentStore
  readonly #ids: CollectionIndex

  /** @param path of the file that the collection is kept in; without it, it lives in memory only. */
  constructor(namespace: string, path: string | undefined) {
    this.#namespace = namespace
    this.#store = new DocumentStore(namespace, path)
    this.#ids = new CollectionIndex(namespace, { name: '_id_', key: { _id: 1 } })
  }

  /** The documents that match, as they are when each is reached. */
  *matching(filter: Document): Generator<Document> {
    const query = new Query(comparable(filter))
    for (const id of [...this.#candidates(filter)]) {
      const document = this.#store.get(id)
      if (document !== undefined && query.test(comparable(document))) yield document
    }
  }

  insert(document: Document): void {
    this.#insert(withId(document))
  }

  update(filter: Document, change: Change, options: UpdateOptions): UpdateOutcome {
    let matched = 0
    let modified = 0
    let before: Document | undefined
    let after: Document | undefined
    for (const document of options.document === undefined ? this.matching(filter) : [options.document]) {
      matched++
      before = document
      after = applyUpdate(document, change, { filter, arrayFilters: options.arrayFilters })
      if (this.#replace(document, after)) modified++
      if (!options.multi) break
    }
    if (matched > 0 || !options.upsert) return { matched, modified, before, after, upsertedId: undefined }
    const inserted = withId(upsertDocument(filter, change, options.arrayFilters))
    this.#insert(inserted)
    return { matched: 0, modified: 0, before: undefined, after: inserted, upsertedId: inserted._id }
  }

  /**
   * Removes what matches and returns how many documents that were.
   *
   * @param limit the number of documents to remove; 0 removes every match.
   */
  remove(filter: Document, limit: number): number {
    let removed = 0
    for (const document of this.matching(filter)) {
      this.#store.remove(document)
      removed++
      if (removed === limit) break
    }
    return removed
  }

  /** Makes an index unless it is there. Throws where its name or key is another's, or its key is not unique. */
  createIndex(spec: IndexSpec): void {
    const indexes = this.indexes()
    if (isExistingIndex(spec, indexes)) return
    if (indexes.length === MAX_INDEXES) {
      const message = `add index fails, too many indexes for ${this.#namespace} key:${describeIndexKey(spec)}`
      throw new MongoError(67, 'CannotCreateIndex', message)
    }
    this.#store.addIndex(spec)
  }

  /** Throws IndexNotFound when there is none. */
  dropIndex(name: string): void {
    if (this.#store.dropIndex(name)) return
    throw new MongoError(27, 'IndexNotFound', `index not found with name [${name}]`)
  }

  indexes(): IndexSpec[] {
    return [this.#ids.spec, ...Array.from(this.#store.indexes.values(), ({ spec }) => spec)]
  }

  close(): void {
    this.#store.close()
  }

  /** Closes it and deletes its file. */
  destroy(): void {
    this.#store.destroy()
  }

  /** The ids that may match: by _id or by an index whose fields the filter fixes, else all. */
  #candidates(filter: Document): Iterable<string> {
    const byId = fixedValues(filter, '_id')
    if (byId !== undefined) return new Set(byId.map(keyOf))
    for (const index of this.#store.indexes.values()) {
      const found = index.candidates(filter)
      if (found !== undefined) return found
    }
    return this.#store.ids()
  }

  #insert(document: Document): void {
    checkInsert(document)
    if (this.#store.has(keyOf(document._id))) throw this.#ids.duplicate(document)
    this.#store.put(document)
  }

  /** Replaces a document. Returns whether the new one differs. */
  #replace(before: Document, after: Document): boolean {
    if (keyOf(after._id) !== keyOf(before._id)) {
      throw new MongoError(
        66,
        'ImmutableField',
        "Performing an update on the path '_id' would modify the immutable field '_id'",
      )
    }
    const bytes = toBson(after)
    if (Buffer.compare(bytes, toBson(before)) === 0) return false
    checkUpdated(after, bytes.length)
    this.#store.put(after)
    return true
  }
}

/** The document with its _id in front, a new one where it has none. */
function withId({ _id = new ObjectId(), ...rest }: Document): Document {
  return { _id, ...rest }
}
