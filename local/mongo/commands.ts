import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Document, Long, ObjectId } from 'bson'
import { Aggregator, find as mingoFind } from 'mingo'
import { type Collection, type Index, openCollection } from './collection.ts'
import { badValue, MongoError } from './errors.ts'

/** Answers commands. Throws MongoError for what it cannot do. */
export type Commands = {
  run(command: Document): Document
  close(): void
}

type Cursor = { readonly documents: Iterator<Document>; readonly namespace: string }

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

  function select(database: string, name: string, command: Document): Iterator<Document> {
    const { filter = {}, sort, skip, limit, projection } = command
    const documents = matching(database, name, filter)
    if (sort === undefined && projection === undefined)
      return slice(documents, Number(skip ?? 0), Number(limit ?? 0))
    let found = mingoFind([...documents], {}, projection)
    if (sort !== undefined && Object.keys(sort).length > 0) found = found.sort(sort)
    if (Number(skip ?? 0) > 0) found = found.skip(Number(skip))
    if (Number(limit ?? 0) !== 0) found = found.limit(Math.abs(Number(limit)))
    return found.all()[Symbol.iterator]()
  }

  function reply(
    namespace: string,
    documents: Iterator<Document>,
    batchSize: number,
    single: boolean,
  ): Document {
    const cursor = { documents, namespace }
    const { batch, done } = take(cursor, batchSize)
    if (done || single) return { cursor: { firstBatch: batch, id: Long.ZERO, ns: namespace }, ok: 1 }
    const id = String(nextCursor++)
    cursors.set(id, cursor)
    return { cursor: { firstBatch: batch, id: Long.fromString(id), ns: namespace }, ok: 1 }
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
        if (!(error instanceof MongoError)) throw error
        writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.details })
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
      const [first] = take(
        {
          documents: select(database, name, { filter: command.query, sort: command.sort, limit: 1 }),
          namespace: '',
        },
        1,
      ).batch
      if (command.remove === true) {
        if (first !== undefined) writable(database, name).remove({ _id: first._id }, 1)
        return { value: first ?? null, lastErrorObject: { n: first === undefined ? 0 : 1 }, ok: 1 }
      }
      const done = writable(database, name).update(command.query ?? {}, command.update, {
        multi: false,
        upsert: command.upsert === true,
        ...(first === undefined ? {} : { first }),
      })
      const lastErrorObject = {
        n: done.matched + (done.upsertedId === undefined ? 0 : 1),
        updatedExisting: done.matched > 0,
        ...(done.upsertedId === undefined ? {} : { upserted: done.upsertedId }),
      }
      return { value: (command.new === true ? done.after : done.before) ?? null, lastErrorObject, ok: 1 }
    },

    find(command, database, name) {
      const batchSize = Number(command.batchSize ?? 101)
      const single = command.singleBatch === true || Number(command.limit ?? 0) < 0
      return reply(`${database}.${name}`, select(database, name, command), batchSize, single)
    },

    aggregate(command, database, name) {
      const pipeline: Document[] = command.pipeline
      const [first, ...rest] = pipeline
      const early = first !== undefined && '$match' in first
      const documents = [...matching(database, name, early ? first.$match : {})]
      const lookUp = (other: string) => [...matching(database, other, {})]
      const found = new Aggregator(early ? rest : pipeline, { collectionResolver: lookUp }).run(documents)
      return reply(
        `${database}.${name}`,
        found[Symbol.iterator](),
        Number(command.cursor?.batchSize ?? 101),
        false,
      )
    },

    getmore(command) {
      const id = String(command.getMore)
      const cursor = cursors.get(id)
      if (cursor === undefined) throw new MongoError(43, 'CursorNotFound', `cursor id ${id} not found`)
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
      n: count(select(database, name, { ...command, filter: command.query })),
      ok: 1,
    }),

    distinct(command, database, name) {
      const values = new Aggregator([{ $group: { _id: `$${command.key}` } }]).run([
        ...matching(database, name, command.query),
      ])
      return { values: values.map((value: unknown) => Object(value)._id), ok: 1 }
    },

    createindexes(command, database, name) {
      const collection = writable(database, name)
      for (const index of command.indexes) {
        collection.createIndex({ name: index.name, key: index.key, unique: index.unique === true })
      }
      return { numIndexesAfter: collection.indexes().length + 1, ok: 1 }
    },

    listindexes(_, database, name) {
      const namespace = `${database}.${name}`
      const collection = collections.get(namespace)
      if (collection === undefined)
        throw new MongoError(26, 'NamespaceNotFound', `ns does not exist: ${namespace}`)
      const own: Index = { name: '_id_', key: { _id: 1 }, unique: false }
      const all = [own, ...collection.indexes()].map(({ unique, ...index }) => ({
        v: 2,
        ...index,
        ...(unique ? { unique } : {}),
      }))
      return reply(namespace, all[Symbol.iterator](), 1000, false)
    },

    dropindexes(command, database, name) {
      const collection = writable(database, name)
      for (const index of collection.indexes()) {
        if (command.index === '*' || command.index === index.name) collection.dropIndex(index.name)
      }
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
      return reply(`${database}.$cmd.listCollections`, matched[Symbol.iterator](), 1000, false)
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
        throw new MongoError(20, 'IllegalOperation', 'The embedded registry has no transactions.')
      const collection = verb === 'getMore' ? command.collection : argument
      if (typeof command.$db !== 'string') throw badValue('A command needs a database ($db).')
      return handler(command, command.$db, String(collection))
    },
    close() {
      for (const collection of collections.values()) collection.close()
    },
  }
}

function* slice(documents: Iterable<Document>, skip: number, limit: number): Generator<Document> {
  let at = 0
  for (const document of documents) {
    if (at++ < skip) continue
    yield document
    if (limit !== 0 && at === skip + Math.abs(limit)) return
  }
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

function count(documents: Iterator<Document>): number {
  let n = 0
  while (!documents.next().done) n++
  return n
}
