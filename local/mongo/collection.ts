import { renameSync, rmSync } from 'node:fs'
import { Binary, type Document, ObjectId } from 'bson'
import { Query } from 'mingo'
import { MongoError } from './errors.ts'
import { createIndex, type Index, type IndexSpec } from './index-entries.ts'
import { type LogFile, openLog, type Place, toBson } from './log-file.ts'
import { applyUpdate, type Change, upsertDocument } from './update.ts'
import { comparable, fixedValues, keyOf } from './values.ts'

/** A document in memory or, where it is large or holds binary data (a GridFS chunk), only its place in the log. */
type Stored = { readonly document?: Document; readonly place?: Place }

/** Larger documents stay in the log file and are read when they are needed. */
const LARGE_BYTES = 16 * 1024

/** A log is written anew when it is larger than this and more than half of it is outdated. */
const COMPACT_BYTES = 4 * 1024 * 1024

/** One collection: documents by _id, indexes, and the log that both are restored from. */
export type Collection = ReturnType<typeof openCollection>

/** Opens a collection from its log; without a path it lives in memory only. */
export function openCollection(namespace: string, path: string | undefined) {
  const stored = new Map<string, Stored>()
  const indexes = new Map<string, Index>()
  const ids = createIndex(namespace, { name: '_id_', key: { _id: 1 } })
  let log: LogFile | undefined
  let liveBytes = 0
  if (path !== undefined) {
    log = openLog(path)
    log.replay((record, place) => {
      if (record.put !== undefined) keep(record.put, place)
      else if (record.index !== undefined) addIndex(record.index)
      else if (record.dropIndex !== undefined) indexes.delete(record.dropIndex)
      else drop(keyOf(record.remove))
    })
    compactIfWorthIt()
  }

  function load({ document, place }: Stored): Document {
    if (document !== undefined) return document
    if (log === undefined || place === undefined) throw new Error(`${namespace} lost a document.`)
    return log.read(place).put
  }

  /** Puts a document in place of an earlier one with its _id, in the indexes too. */
  function keep(document: Document, place: Place | undefined): void {
    const id = keyOf(document._id)
    drop(id)
    stored.set(id, entryOf(document, place))
    liveBytes += place?.length ?? 0
    for (const index of indexes.values()) index.add(document, id)
  }

  function entryOf(document: Document, place: Place | undefined): Stored {
    if (place === undefined) return { document }
    return place.length > LARGE_BYTES || hasBinary(document) ? { place } : { document, place }
  }

  function drop(id: string): void {
    const entry = stored.get(id)
    if (entry === undefined) return
    if (indexes.size > 0) {
      const document = load(entry)
      for (const index of indexes.values()) index.remove(document, id)
    }
    liveBytes -= entry.place?.length ?? 0
    stored.delete(id)
  }

  function addIndex(spec: IndexSpec): void {
    const index = createIndex(namespace, spec)
    for (const [id, entry] of stored) {
      const document = load(entry)
      index.checkUnique(document, id)
      index.add(document, id)
    }
    indexes.set(spec.name, index)
  }

  /** Writes what is live to a new log, which takes the old one's place in one step. */
  function compactIfWorthIt(): void {
    if (log === undefined || path === undefined) return
    if (log.size() < COMPACT_BYTES || log.size() < 2 * liveBytes) return
    const fresh = openLog(`${path}.new`, true)
    for (const { spec } of indexes.values()) fresh.append({ index: spec })
    liveBytes = 0
    for (const [id, entry] of stored) {
      const document = load(entry)
      const place = fresh.append({ put: document })
      liveBytes += place.length
      stored.set(id, entryOf(document, place))
    }
    fresh.sync()
    renameSync(`${path}.new`, path)
    log.close()
    log = fresh
  }

  function put(document: Document): void {
    const id = keyOf(document._id)
    for (const index of indexes.values()) index.checkUnique(document, id)
    keep(document, log?.append({ put: document }))
    compactIfWorthIt()
  }

  function insert(document: Document): void {
    if (stored.has(keyOf(document._id))) throw ids.duplicate(document)
    put(document)
  }

  /** The ids that may match: by _id or by an index whose fields the filter fixes, else all. */
  function candidates(filter: Document): Iterable<string> {
    const byId = fixedValues(filter, '_id')
    if (byId !== undefined) return new Set(byId.map(keyOf))
    for (const index of indexes.values()) {
      const found = index.candidates(filter)
      if (found !== undefined) return found
    }
    return stored.keys()
  }

  /** The documents that match, as they are when each is reached. */
  function* matching(filter: Document): Generator<Document> {
    const query = new Query(comparable(filter))
    for (const id of [...candidates(filter)]) {
      const entry = stored.get(id)
      if (entry === undefined) continue
      const document = load(entry)
      if (query.test(comparable(document))) yield document
    }
  }

  return {
    namespace,
    matching,
    insert: (document: Document) => insert(withId(document)),

    /** Updates the first (or every) match. Returns what it did, with the document before and after the last update. */
    update(
      filter: Document,
      change: Change,
      choice: { multi: boolean; upsert: boolean; arrayFilters?: Document[]; first?: Document },
    ) {
      let matched = 0
      let modified = 0
      let before: Document | undefined
      let after: Document | undefined
      for (const document of choice.first === undefined ? matching(filter) : [choice.first]) {
        matched++
        before = document
        after = applyUpdate(document, change, { filter, arrayFilters: choice.arrayFilters })
        if (keyOf(after._id) !== keyOf(document._id)) {
          throw new MongoError(
            66,
            'ImmutableField',
            "Performing an update on the path '_id' would modify the immutable field '_id'",
          )
        }
        if (Buffer.compare(toBson(after), toBson(document)) !== 0) {
          modified++
          put(after)
        }
        if (!choice.multi) break
      }
      if (matched > 0 || !choice.upsert) return { matched, modified, before, after, upsertedId: undefined }
      const inserted = withId(upsertDocument(filter, change, choice.arrayFilters))
      insert(inserted)
      return { matched: 0, modified: 0, before: undefined, after: inserted, upsertedId: inserted._id }
    },

    /** @param limit 0 removes every match. */
    remove(filter: Document, limit: number): number {
      let removed = 0
      for (const document of matching(filter)) {
        log?.append({ remove: document._id })
        drop(keyOf(document._id))
        removed++
        if (removed === limit) break
      }
      compactIfWorthIt()
      return removed
    },

    createIndex(spec: IndexSpec): void {
      const there = indexes.get(spec.name)
      if (there !== undefined) {
        if (JSON.stringify(there.spec.key) === JSON.stringify(spec.key)) return
        throw new MongoError(
          86,
          'IndexKeySpecsConflict',
          `An index ${spec.name} exists already, on other fields.`,
        )
      }
      addIndex(spec)
      log?.append({ index: spec })
    },

    /** Throws IndexNotFound when there is none. */
    dropIndex(name: string): void {
      if (!indexes.delete(name)) {
        throw new MongoError(27, 'IndexNotFound', `index not found with name [${name}]`)
      }
      log?.append({ dropIndex: name })
    },

    indexes: (): IndexSpec[] => [ids.spec, ...Array.from(indexes.values(), ({ spec }) => spec)],

    close: () => log?.close(),

    destroy(): void {
      log?.close()
      if (path !== undefined) rmSync(path, { force: true })
    },
  }
}

/** A Binary is a view of the bytes that it came in, so that a small one would keep a whole message in memory. */
const hasBinary = (document: Document) => Object.values(document).some((value) => value instanceof Binary)

/** The document with its _id in front, a new one where it has none. */
function withId({ _id = new ObjectId(), ...rest }: Document): Document {
  return { _id, ...rest }
}
