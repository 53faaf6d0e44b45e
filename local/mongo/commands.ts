import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Document, Long, ObjectId } from 'bson'
import { Aggregator, find as mingoFind } from 'mingo'
import { type Collection, openCollection } from './collection.ts'
import { asMongoError, badValue, MongoError } from './errors.ts'
import { comparable, keyOf, valuesAt } from './values.ts'

/** Answers commands. Throws MongoError for what it cannot do. */
export type Commands = {
  run(command: Document): Document
  close(): void
}

type Cursor = { readonly documents: Iterator<Document>; readonly namespace: string; usedAt: number }

/** A cursor that nobody asks for this long is closed. */
const CURSOR_IDLE_MS = 10 * 60 * 1000

/** A reply's documents may hold this many bytes in all; a driver asks for the rest by getMore. */
const BATCH_BYTES = 12 * 1024 * 1024

/** The databases under a folder (one file per collection), or in memory without one. */
export function openCommands(directory: string | undefined): Commands {
  const collections = new Map<string, Collection>()
  const cursors = new Map<string, Cursor>()
  let nextCursor = 1
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true })
    for (const file of readdirSync(directory)) {
      if (!file.endsWith('.bson')) continue
      const namespace = decodeURIComponent(file.slice(0, -'.bson'.length))
      collections.set(namespace, openCollection(namespace, join(directory, file)))
    }
  }

  /** The collection, made when it is first written to. */
  function writable(database: string, name: string): Collection {
    const namespace = `${database}.${name}`
    let collection = collections.get(namespace)
    if (collection === undefined) {
      const path =
        directory === undefined ? undefined : join(directory, `${encodeURIComponent(namespace)}.bson`)
      collection = openCollection(namespace, path)
      collections.set(namespace, collection)
    }
    return collection
  }

  function matching(database: string, name: string, filter: Document | undefined): Iterable<Document> {
    return collections.get(`${database}.${name}`)?.matching(filter ?? {}) ?? []
  }

  function select(database: string, name: string, command: Document): Iterable<Document> {
    const { filter = {}, sort, projection } = command
    const skip = Number(command.skip ?? 0)
    const limit = Math.abs(Number(command.limit ?? 0))
    const sorted = sort === undefined || Object.keys(sort).length === 0 ? undefined : sort
    const documents = matching(database, name, filter)
    const chosen = slice(sorted === undefined ? documents : inOrder(documents, sorted), skip, limit)
    return projection === undefined ? chosen : projected(chosen, projection)
  }

  function reply(
    namespace: string,
    documents: Iterable<Document>,
    batchSize: number,
    single = false,
  ): Document {
    const cursor = { documents: documents[Symbol.iterator](), namespace, usedAt: Date.now() }
    const { batch, done } = take(cursor, batchSize)
    if (done || single) return { cursor: { firstBatch: batch, id: Long.ZERO, ns: namespace }, ok: 1 }
    closeIdleCursors()
    const id = String(nextCursor++)
    cursors.set(id, cursor)
    return { cursor: { firstBatch: batch, id: Long.fromString(id), ns: namespace }, ok: 1 }
  }

  function closeIdleCursors(): void {
    for (const [id, { usedAt }] of cursors) if (Date.now() - usedAt > CURSOR_IDLE_MS) cursors.delete(id)
  }

  function writeEach(
    items: readonly Document[],
    ordered: boolean,
    write: (item: Document, index: number) => void,
  ): Document {
    const writeErrors: Document[] = []
    for (const [index, item] of items.entries()) {
      try {
        write(item, index)
      } catch (error) {
        const { code, message, details } = asMongoError(error)
        writeErrors.push({ index, code, errmsg: message, ...details })
        if (ordered) break
      }
    }
    return writeErrors.length === 0 ? {} : { writeErrors }
  }

  const hello = {
    ismaster: true,
    isWritablePrimary: true,
    helloOk: true,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    minWireVersion: 0,
    maxWireVersion: 21,
    logicalSessionTimeoutMinutes: 30,
    readOnly: false,
    ok: 1,
  }

  const handlers: Record<string, (command: Document, database: string, name: string) => Document> = {
    hello: () => ({ ...hello, localTime: new Date() }),
    ismaster: () => ({ ...hello, localTime: new Date() }),
    ping: () => ({ ok: 1 }),
    buildinfo: () => ({
      version: '7.0.0',
      versionArray: [7, 0, 0, 0],
      maxBsonObjectSize: 16 * 1024 * 1024,
      ok: 1,
    }),
    getparameter: () => ({ ok: 1 }),
    connectionstatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
    endsessions: () => ({ ok: 1 }),
    whatsmyuri: () => ({ you: '127.0.0.1:0', ok: 1 }),

    insert(command, database, name) {
      const collection = writable(database, name)
      let n = 0
      const errors = writeEach(command.documents, command.ordered ?? true, (document) => {
        collection.insert(document)
        n++
      })
      return { n, ...errors, ok: 1 }
    },

    update(command, database, name) {
      const collection = writable(database, name)
      let n = 0
      let nModified = 0
      const upserted: Document[] = []
      const errors = writeEach(command.updates, command.ordered ?? true, (item, index) => {
        const done = collection.update(item.q, item.u, {
          multi: item.multi === true,
          upsert: item.upsert === true,
          arrayFilters: item.arrayFilters,
        })
        n += done.matched
        nModified += done.modified
        if (done.upsertedId !== undefined) {
          n++
          upserted.push({ index, _id: done.upsertedId })
        }
      })
      return { n, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...errors, ok: 1 }
    },

    delete(command, database, name) {
      let n = 0
      const errors = writeEach(command.deletes, command.ordered ?? true, (item) => {
        n += collections.get(`${database}.${name}`)?.remove(item.q, Number(item.limit)) ?? 0
      })
      return { n, ...errors, ok: 1 }
    },

    findandmodify(command, database, name) {
      const { query = {}, sort, fields } = command
      const shown = (document: Document | undefined): Document | null => {
        if (document === undefined) return null
        return fields === undefined ? document : ([...projected([document], fields)][0] ?? null)
      }
      const [first] = select(database, name, { filter: query, sort, limit: 1 })
      if (command.remove === true) {
        if (first !== undefined) writable(database, name).remove({ _id: first._id }, 1)
        return { value: shown(first), lastErrorObject: { n: first === undefined ? 0 : 1 }, ok: 1 }
      }
      const done = writable(database, name).update(query, command.update, {
        multi: false,
        upsert: command.upsert === true,
        arrayFilters: command.arrayFilters,
        first,
      })
      const lastErrorObject = {
        n: done.matched + (done.upsertedId === undefined ? 0 : 1),
        updatedExisting: done.matched > 0,
        ...(done.upsertedId === undefined ? {} : { upserted: done.upsertedId }),
      }
      return { value: shown(command.new === true ? done.after : done.before), lastErrorObject, ok: 1 }
    },

    find(command, database, name) {
      const batchSize = Number(command.batchSize ?? 101)
      const single = command.singleBatch === true || Number(command.limit ?? 0) < 0
      return reply(`${database}.${name}`, select(database, name, command), batchSize, single)
    },

    aggregate(command, database, name) {
      const pipeline: Document[] = command.pipeline
      const writes = pipeline.flatMap(Object.keys).find((stage) => stage === '$out' || stage === '$merge')
      if (writes !== undefined) throw badValue(`The embedded server has no ${writes}.`)
      const [first, ...rest] = pipeline
      const early = first !== undefined && '$match' in first
      const lookUp = (other: string) => [...matching(database, other, {})]
      const found = new Aggregator(early ? rest : pipeline, { collectionResolver: lookUp }).run([
        ...matching(database, name, early ? first.$match : {}),
      ])
      const documents = found.map((document) => Object(document))
      return reply(`${database}.${name}`, documents, Number(command.cursor?.batchSize ?? 101))
    },

    getmore(command) {
      const id = String(command.getMore)
      const cursor = cursors.get(id)
      if (cursor === undefined) throw new MongoError(43, 'CursorNotFound', `cursor id ${id} not found`)
      cursor.usedAt = Date.now()
      const { batch, done } = take(cursor, Number(command.batchSize ?? Number.MAX_SAFE_INTEGER))
      if (done) cursors.delete(id)
      return {
        cursor: { nextBatch: batch, id: done ? Long.ZERO : Long.fromString(id), ns: cursor.namespace },
        ok: 1,
      }
    },

    killcursors(command) {
      for (const id of command.cursors) cursors.delete(String(id))
      return {
        cursorsKilled: command.cursors,
        cursorsNotFound: [],
        cursorsAlive: [],
        cursorsUnknown: [],
        ok: 1,
      }
    },

    count: (command, database, name) => ({
      n: Iterator.from(select(database, name, { ...command, filter: command.query })).reduce((n) => n + 1, 0),
      ok: 1,
    }),

    distinct(command, database, name) {
      const values = Iterator.from(matching(database, name, command.query)).flatMap((document) =>
        valuesAt(document, command.key),
      )
      const distinct = new Map<string, unknown>()
      for (const value of values) if (value !== undefined) distinct.set(keyOf(value), value)
      return { values: [...distinct.values()], ok: 1 }
    },

    createindexes(command, database, name) {
      const collection = writable(database, name)
      const numIndexesBefore = collection.indexes().length
      for (const { name, key, unique, sparse, partialFilterExpression, ...others } of command.indexes) {
        if ('expireAfterSeconds' in others) throw badValue('The embedded server lets no document expire.')
        collection.createIndex({ name, key, unique, sparse, partialFilterExpression })
      }
      return { numIndexesBefore, numIndexesAfter: collection.indexes().length, ok: 1 }
    },

    listindexes(_, database, name) {
      const namespace = `${database}.${name}`
      const collection = collections.get(namespace)
      if (collection === undefined)
        throw new MongoError(26, 'NamespaceNotFound', `ns does not exist: ${namespace}`)
      return reply(
        namespace,
        collection.indexes().map((index) => ({ v: 2, ...index })),
        1000,
      )
    },

    dropindexes(command, database, name) {
      const collection = writable(database, name)
      const names = command.index === '*' ? collection.indexes().map((index) => index.name) : [command.index]
      for (const name of names.flat()) if (name !== '_id_') collection.dropIndex(name)
      return { ok: 1 }
    },

    create(_, database, name) {
      writable(database, name)
      return { ok: 1 }
    },

    listcollections(command, database) {
      const found = [...collections.keys()]
        .filter((namespace) => namespace.startsWith(`${database}.`))
        .map((namespace) => ({
          name: namespace.slice(database.length + 1),
          type: 'collection',
          options: {},
          info: { readOnly: false },
        }))
      const matched = mingoFind(found, command.filter ?? {}).all()
      return reply(`${database}.$cmd.listCollections`, matched, 1000)
    },

    listdatabases() {
      const names = new Set(
        [...collections.keys()].map((namespace) => namespace.slice(0, namespace.indexOf('.'))),
      )
      return {
        databases: [...names].map((name) => ({ name, sizeOnDisk: 0, empty: false })),
        totalSize: 0,
        ok: 1,
      }
    },

    drop(_, database, name) {
      const namespace = `${database}.${name}`
      const collection = collections.get(namespace)
      if (collection === undefined) throw new MongoError(26, 'NamespaceNotFound', 'ns not found')
      collection.destroy()
      collections.delete(namespace)
      return { ns: namespace, ok: 1 }
    },

    dropdatabase(_, database) {
      for (const [namespace, collection] of collections) {
        if (!namespace.startsWith(`${database}.`)) continue
        collection.destroy()
        collections.delete(namespace)
      }
      return { dropped: database, ok: 1 }
    },
  }

  return {
    run(command) {
      const [verb, argument] = Object.entries(command)[0]
      const handler = handlers[verb.toLowerCase()]
      if (handler === undefined) throw new MongoError(59, 'CommandNotFound', `no such command: '${verb}'`)
      if (command.startTransaction === true)
        throw new MongoError(
          263,
          'OperationNotSupportedInTransaction',
          'The embedded server has no transactions.',
        )
      if (command.collation !== undefined) throw badValue('The embedded server has no collations.')
      const collection = verb === 'getMore' ? command.collection : argument
      if (typeof command.$db !== 'string') throw badValue('A command needs a database ($db).')
      return handler(command, command.$db, String(collection))
    },
    close() {
      for (const collection of collections.values()) collection.close()
    },
  }
}

/** In the order of Mongo's sort; equal ones in the order in which they came. */
function inOrder(documents: Iterable<Document>, sort: Document): Iterable<Document> {
  const originals = new Map<Document, Document>()
  for (const document of documents) originals.set(comparable(document), document)
  const sorted = mingoFind([...originals.keys()], {})
    .sort(sort)
    .all()
  return Iterator.from(sorted).map((document) => originals.get(Object(document)) ?? Object(document))
}

function projected(documents: Iterable<Document>, projection: Document): Iterable<Document> {
  return Iterator.from(documents).flatMap((document) => mingoFind([document], {}, projection).all())
}

/** @param limit 0 for all. */
function slice(documents: Iterable<Document>, skip: number, limit: number): Iterable<Document> {
  const rest = Iterator.from(documents).drop(skip)
  return limit === 0 ? rest : rest.take(limit)
}

function take(cursor: Cursor, size: number): { batch: Document[]; done: boolean } {
  const batch: Document[] = []
  let bytes = 0
  while (batch.length < size && bytes < BATCH_BYTES) {
    const next = cursor.documents.next()
    if (next.done) return { batch, done: true }
    batch.push(next.value)
    bytes += roughBytes(next.value)
  }
  return { batch, done: false }
}

/** The length of a document's binary data; the rest is small beside it. */
function roughBytes(document: Document): number {
  let bytes = 100
  for (const value of Object.values(document)) {
    if (value?._bsontype === 'Binary') bytes += value.length()
    else if (typeof value === 'string') bytes += value.length
    else if (value !== null && typeof value === 'object' && !(value instanceof ObjectId)) bytes += 500
  }
  return bytes
}
