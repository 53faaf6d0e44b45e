import { rmSync } from 'node:fs'
import { type Document, EJSON, ObjectId } from 'bson'
import { Query } from 'mingo'
import { badValue, MongoError } from './errors.ts'
import { type LogFile, openLog, type Place, rewriteLog } from './log-file.ts'
import { applyUpdate, upsertDocument } from './update.ts'

/** A document in memory, or, where it is large (a GridFS chunk), its keys in memory and the rest in the log. */
type Stored = { readonly document: Document } | { readonly keys: Document; readonly place: Place }

export type Index = { readonly name: string; readonly key: Record<string, unknown>; readonly unique: boolean }

type LiveIndex = Index & { readonly entries: Map<string, Set<string>> }

/** Larger documents stay in the log file and are read when they are needed. */
const LARGE_BYTES = 16 * 1024

/** One collection: documents by _id, indexes, and the log that both are restored from. */
export type Collection = ReturnType<typeof openCollection>

/** Opens a collection, from its log where there is one. A log of mostly outdated records is written anew. */
export function openCollection(namespace: string, path: string | undefined) {
  const stored = new Map<string, Stored>()
  const indexes = new Map<string, LiveIndex>()
  let log: LogFile = openLog(undefined, () => undefined)
  open()

  function open(): void {
    let records = 0
    log = openLog(path, (record, place) => {
      records++
      if (record.put !== undefined) keep(record.put, place)
      else if (record.index !== undefined) addIndex(record.index)
      else if (record.dropIndex !== undefined) indexes.delete(record.dropIndex)
      else if ('remove' in record) drop(keyOf(record.remove))
    })
    if (path === undefined || records <= 1000 || records < 2 * (stored.size + indexes.size)) return
    rewriteLog(path, liveRecords())
    log.close()
    stored.clear()
    indexes.clear()
    open()
  }

  function* liveRecords(): Generator<Document> {
    for (const { name, key, unique } of indexes.values()) yield { index: { name, key, unique } }
    for (const entry of stored.values()) yield { put: load(entry) }
  }

  function load(entry: Stored): Document {
    return 'document' in entry ? entry.document : log.read(entry.place).put
  }

  /** Puts a document in place of an earlier one with its _id, in the indexes too. */
  function keep(document: Document, place: Place | undefined): void {
    const id = keyOf(document._id)
    drop(id)
    const large = place !== undefined && place.length > LARGE_BYTES
    stored.set(id, large ? { keys: indexedPart(document), place } : { document })
    for (const index of indexes.values()) enter(index, document, id)
  }

  function drop(id: string): void {
    const entry = stored.get(id)
    if (entry === undefined) return
    const document = 'document' in entry ? entry.document : entry.keys
    for (const index of indexes.values()) index.entries.get(indexValue(index, document))?.delete(id)
    stored.delete(id)
  }

  function enter(index: LiveIndex, document: Document, id: string): void {
    const value = indexValue(index, document)
    const ids = index.entries.get(value)
    if (ids === undefined) index.entries.set(value, new Set([id]))
    else ids.add(id)
  }

  /** Of a large document, the fields that an index may ask for: all but the large ones. */
  function indexedPart(document: Document): Document {
    return Object.fromEntries(
      Object.entries(document).filter(
        ([, value]) => typeof value !== 'object' || value instanceof ObjectId || value instanceof Date,
      ),
    )
  }

  function addIndex({ name, key, unique }: Index): void {
    if (indexes.has(name)) return
    const index: LiveIndex = { name, key, unique, entries: new Map() }
    for (const [id, entry] of stored) enter(index, 'document' in entry ? entry.document : entry.keys, id)
    if (unique) {
      for (const ids of index.entries.values()) {
        if (ids.size > 1) throw duplicate(index, load(entryOf([...ids][0])))
      }
    }
    indexes.set(name, index)
  }

  function entryOf(id: string): Stored {
    const entry = stored.get(id)
    if (entry === undefined) throw new Error(`${namespace} lost the document ${id}.`)
    return entry
  }

  function duplicate(index: { name: string; key: Record<string, unknown> }, document: Document): MongoError {
    const keyValue = Object.fromEntries(Object.keys(index.key).map((field) => [field, document[field]]))
    return new MongoError(
      11000,
      'DuplicateKey',
      `E11000 duplicate key error collection: ${namespace} index: ${index.name} dup key: ${EJSON.stringify(keyValue)}`,
      { keyPattern: index.key, keyValue },
    )
  }

  function checkUnique(document: Document, except: string | undefined): void {
    for (const index of indexes.values()) {
      if (!index.unique) continue
      for (const id of index.entries.get(indexValue(index, document)) ?? [])
        if (id !== except) throw duplicate(index, document)
    }
  }

  function put(document: Document, except?: string): void {
    checkUnique(document, except)
    keep(document, log.append({ put: document }))
  }

  /** The ids that may match: by _id or by an index whose fields the filter fixes, else all. */
  function candidates(filter: Document): Iterable<string> {
    const byId = fixedValue(filter, '_id')
    if (byId !== undefined) return byId.map(keyOf).filter((id) => stored.has(id))
    for (const index of indexes.values()) {
      const fields = Object.keys(index.key)
      const values = fields.map((field) => fixedValue(filter, field))
      if (values.some((value) => value === undefined || value.length !== 1)) continue
      return index.entries.get(EJSON.stringify(values.map((value) => normal(value?.[0])))) ?? []
    }
    return stored.keys()
  }

  function* matching(filter: Document): Generator<Document> {
    const query = new Query(filter)
    for (const id of [...candidates(filter)]) {
      const entry = stored.get(id)
      if (entry === undefined) continue
      const document = load(entry)
      if (query.test(document)) yield document
    }
  }

  return {
    namespace,
    matching,
    size: () => stored.size,

    insert(document: Document): void {
      const complete = document._id === undefined ? { _id: new ObjectId(), ...document } : document
      if (stored.has(keyOf(complete._id))) throw duplicate({ name: '_id_', key: { _id: 1 } }, complete)
      put(complete)
    },

    /** Updates the first (or every) match. Returns what it did, with the documents before and after the last one. */
    update(
      filter: Document,
      change: Document | Document[],
      choice: { multi: boolean; upsert: boolean; first?: Document },
    ) {
      let matched = 0
      let modified = 0
      let before: Document | undefined
      let after: Document | undefined
      const targets = choice.first === undefined ? matching(filter) : [choice.first]
      for (const document of targets) {
        matched++
        before = document
        after = applyUpdate(document, change, filter, false)
        if (keyOf(after._id) !== keyOf(document._id)) {
          throw new MongoError(
            66,
            'ImmutableField',
            "Performing an update on the path '_id' would modify the immutable field '_id'",
          )
        }
        if (EJSON.stringify(after) !== EJSON.stringify(document)) {
          modified++
          put(after, keyOf(document._id))
        }
        if (!choice.multi) break
      }
      if (matched > 0 || !choice.upsert) return { matched, modified, before, after, upsertedId: undefined }
      const inserted = upsertDocument(filter, change)
      if (stored.has(keyOf(inserted._id))) throw duplicate({ name: '_id_', key: { _id: 1 } }, inserted)
      put(inserted)
      return { matched: 0, modified: 0, before: undefined, after: inserted, upsertedId: inserted._id }
    },

    remove(filter: Document, limit: number): number {
      let removed = 0
      for (const document of matching(filter)) {
        log.append({ remove: document._id })
        drop(keyOf(document._id))
        removed++
        if (removed === limit) break
      }
      return removed
    },

    createIndex(index: Index): void {
      if (indexes.has(index.name)) return
      if (Object.keys(index.key).length === 0) throw badValue('An index needs at least one field.')
      addIndex(index)
      log.append({ index })
    },

    dropIndex(name: string): void {
      indexes.delete(name)
      log.append({ dropIndex: name })
    },

    indexes: (): Index[] => [...indexes.values()].map(({ name, key, unique }) => ({ name, key, unique })),

    close: () => log.close(),

    destroy(): void {
      log.close()
      if (path !== undefined) rmSync(path, { force: true })
    },
  }
}

/** The values that a filter fixes a field to: by equality or `$in` / `$eq`; undefined when it does not. */
function fixedValue(filter: Document, field: string): unknown[] | undefined {
  if (!(field in filter)) return undefined
  const condition: unknown = filter[field]
  if (
    condition === null ||
    typeof condition !== 'object' ||
    '_bsontype' in condition ||
    condition instanceof Date
  ) {
    return condition === null ? undefined : [condition]
  }
  if (condition instanceof RegExp || Array.isArray(condition)) return undefined
  const operators = Object.entries(condition)
  if (operators.some(([name]) => !name.startsWith('$'))) return [condition]
  if (operators.length !== 1) return undefined
  const [name, value] = operators[0]
  if (name === '$eq' && value !== null) return [value]
  return name === '$in' && Array.isArray(value) && !value.some((one) => one === null || one instanceof RegExp)
    ? value
    : undefined
}

/** A text that is equal for equal _ids, whatever their numeric type. */
export function keyOf(id: unknown): string {
  return EJSON.stringify(normal(id))
}

function normal(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('_bsontype' in value)) return value ?? null
  if (['Int32', 'Double', 'Long'].includes(String(value._bsontype))) {
    const number = Number(String(value))
    return Number.isSafeInteger(number) || value._bsontype === 'Double' ? number : String(value)
  }
  return value
}

function indexValue(index: Index, document: Document): string {
  return EJSON.stringify(Object.keys(index.key).map((field) => normal(at(document, field))))
}

function at(document: Document, path: string): unknown {
  let value: unknown = document
  for (const part of path.split('.')) value = Object(value)[part]
  return value
}
