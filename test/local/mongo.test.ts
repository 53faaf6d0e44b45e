import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Decimal128, GridFSBucket, Long, MongoClient, MongoServerError, ObjectId } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type MongoServer, startMongo } from '../../local/mongo/server.ts'

let server: MongoServer
let client: MongoClient
beforeAll(async () => {
  server = await startMongo()
  client = await MongoClient.connect(server.url)
})
afterAll(async () => {
  await client.close()
  await server.close()
})
afterEach(() => client.db('test').dropDatabase())

const things = () => client.db('test').collection('things')

describe('documents', () => {
  test('are inserted, found, sorted, cut, projected', async () => {
    await things().insertMany([3, 1, 2].map((size) => ({ size, nested: { even: size % 2 === 0 } })))
    expect(await things().countDocuments({ size: { $gt: 1 } })).toBe(2)
    const found = await things()
      .find({}, { projection: { _id: 0, size: 1 } })
      .sort({ size: -1 })
      .skip(1)
      .limit(1)
      .toArray()
    expect(found).toEqual([{ size: 2 }])
    expect(await things().distinct('nested.even')).toEqual(expect.arrayContaining([true, false]))
    expect(
      await things()
        .aggregate([{ $match: { size: { $lt: 3 } } }, { $group: { _id: null, sum: { $sum: '$size' } } }])
        .toArray(),
    ).toEqual([{ _id: null, sum: 3 }])
  })
  test('are updated by operators, by replacement, and upserted', async () => {
    await things().insertOne({ name: 'a', n: 1 })
    await things().updateOne(
      { name: 'a' },
      { $inc: { n: 1 }, $set: { 'deep.x': true }, $setOnInsert: { never: 1 } },
    )
    expect(await things().findOne({ name: 'a' }, { projection: { _id: 0 } })).toEqual({
      name: 'a',
      n: 2,
      deep: { x: true },
    })
    const { upsertedId } = await things().updateOne(
      { name: 'b' },
      { $set: { n: 5 }, $setOnInsert: { born: true } },
      { upsert: true },
    )
    expect(await things().findOne({ _id: upsertedId ?? undefined }, { projection: { _id: 0 } })).toEqual({
      name: 'b',
      n: 5,
      born: true,
    })
    await things().replaceOne({ name: 'b' }, { name: 'c' })
    expect(
      await things().findOneAndUpdate({ name: 'c' }, { $set: { n: 1 } }, { returnDocument: 'after' }),
    ).toMatchObject({ name: 'c', n: 1 })
    expect((await things().updateMany({}, { $set: { all: 1 } })).modifiedCount).toBe(2)
    expect((await things().deleteMany({ all: 1 })).deletedCount).toBe(2)
  })
  test('that are upserted may be given their _id by $setOnInsert', async () => {
    const _id = new ObjectId()
    const upsert = () =>
      things().updateOne({ name: 'mine' }, { $set: { n: 1 }, $setOnInsert: { _id } }, { upsert: true })
    expect((await upsert()).upsertedId).toEqual(_id)
    expect((await upsert()).matchedCount).toBe(1)
    expect((await things().deleteMany({ _id })).deletedCount).toBe(1)
  })
  test('keep the types of their ids and values', async () => {
    const ids = [
      new ObjectId(),
      'text',
      7,
      Long.fromString('9007199254740993'),
      new Date(5),
      Decimal128.fromString('1.5'),
    ]
    const typed = client.db('test').collection<{ _id: unknown; at: Date }>('things')
    await typed.insertMany(ids.map((_id) => ({ _id, at: new Date(9) })))
    const found = await typed.find().toArray()
    expect(found.map(({ _id }) => String(_id))).toEqual(ids.map(String))
    expect(found[0].at).toEqual(new Date(9))
    expect(await things().countDocuments({ _id: Object(ids[0]) })).toBe(1)
  })
  test('are updated by every operator of an update, though one changes what was filtered by', async () => {
    await things().insertOne({ status: 'queued', tries: 0 })
    await things().updateOne({ status: 'queued' }, { $set: { status: 'running' }, $inc: { tries: 1 } })
    expect(await things().findOne({}, { projection: { _id: 0 } })).toEqual({ status: 'running', tries: 1 })
  })
  test('keep whole numbers beyond 2^53 when another field is updated', async () => {
    await things().insertOne({ n: Long.fromString('9007199254740993') })
    await things().updateOne({}, { $set: { other: 1 } })
    expect(String((await things().findOne())?.n)).toBe('9007199254740993')
  })
  test('are compared by number, whatever the type of the number', async () => {
    const numbers = [
      Decimal128.fromString('10.5'),
      2,
      Long.fromString('9007199254740993'),
      Decimal128.fromString('2.5'),
    ]
    await things().insertMany(numbers.map((n) => ({ n })))
    expect(await things().countDocuments({ n: { $gt: 2.25 } })).toBe(3)
    const sorted = await things().find().sort({ n: 1 }).toArray()
    expect(sorted.map(({ n }) => String(n))).toEqual(['2', '2.5', '10.5', '9007199254740993'])
  })
  test('are updated in the array elements that filters and positions name', async () => {
    await things().insertOne({ xs: [{ k: 1 }, { k: 2 }] })
    await things().updateOne({ 'xs.k': 1 }, { $set: { 'xs.$.v': 'first' } })
    await things().updateOne({}, { $set: { 'xs.$[x].v': 'second' } }, { arrayFilters: [{ 'x.k': 2 }] })
    expect((await things().findOne())?.xs).toEqual([
      { k: 1, v: 'first' },
      { k: 2, v: 'second' },
    ])
  })
  test('come once each, though an _id is asked for twice', async () => {
    const { insertedId } = await things().insertOne({})
    expect(
      await things()
        .find({ _id: { $in: [insertedId, insertedId] } })
        .toArray(),
    ).toHaveLength(1)
  })
  test('give their distinct values, those of arrays one by one', async () => {
    await things().insertMany([{ a: [1, 2] }, { a: 2 }, {}, { a: 3 }])
    expect(await things().distinct('a')).toEqual([1, 2, 3])
  })
  test('are found in a session', async () => {
    await client.withSession(async (session) => {
      await things().insertOne({ a: 1 }, { session })
      expect(await things().countDocuments({}, { session })).toBe(1)
    })
  })
  test('come in batches, more than one reply holds', async () => {
    await things().insertMany(Array.from({ length: 1000 }, (_, i) => ({ i })))
    expect(await things().find().batchSize(7).toArray()).toHaveLength(1000)
  })
})

describe('a unique index', () => {
  beforeEach(() => things().createIndex({ a: 1, b: 1 }, { unique: true }))
  test('refuses a second document, with Mongo’s code and key', async () => {
    await things().insertOne({ a: 1, b: 2 })
    const failure = await things()
      .insertOne({ a: 1, b: 2 })
      .catch((error) => error)
    expect(failure).toBeInstanceOf(MongoServerError)
    expect(failure).toMatchObject({ code: 11000, keyPattern: { a: 1, b: 1 }, keyValue: { a: 1, b: 2 } })
    await things().insertOne({ a: 1, b: 3 })
    await expect(things().updateOne({ b: 3 }, { $set: { b: 2 } })).rejects.toThrow(/E11000/)
  })
  test('leaves out what a sparse or partial one does not cover', async () => {
    await things().createIndex({ s: 1 }, { unique: true, sparse: true })
    await things().createIndex({ p: 1 }, { unique: true, partialFilterExpression: { p: { $exists: true } } })
    await things().insertMany([{ a: 1 }, { a: 2, s: 1, p: 1 }, { a: 3 }])
    await expect(things().insertOne({ a: 4, s: 1 })).rejects.toThrow(/E11000/)
    await expect(things().insertOne({ a: 5, p: 1 })).rejects.toThrow(/E11000/)
  })
  test('makes racing upserts one document', async () => {
    const upsert = () => things().updateOne({ a: 1, b: 1 }, { $inc: { n: 1 } }, { upsert: true })
    await Promise.all(Array.from({ length: 20 }, upsert))
    expect(
      await things()
        .find({}, { projection: { _id: 0 } })
        .toArray(),
    ).toEqual([{ a: 1, b: 1, n: 20 }])
  })
})

test('an index finds documents by the elements of their arrays, and large ones by nested fields', async () => {
  await things().createIndex({ tags: 1 })
  await things().createIndex({ 'meta.job': 1 })
  await things().insertMany([{ tags: ['x', 'y'] }, { meta: { job: 'j' }, pad: 'p'.repeat(20_000) }])
  expect(await things().countDocuments({ tags: 'y' })).toBe(1)
  expect(await things().countDocuments({ 'meta.job': 'j' })).toBe(1)
})

test('an index finds documents by its first field alone, and forgets those that are gone', async () => {
  await things().createIndex({ file: 1, n: 1 }, { unique: true })
  const documents = [1, 2, 3].flatMap((file) => [0, 1, 2].map((n) => ({ file, n })))
  await things().insertMany([...documents, { n: 7 }])
  expect(await things().countDocuments({ file: 2, n: { $gte: 1 } })).toBe(2)
  expect((await things().deleteMany({ file: 2, n: { $gte: 1 } })).deletedCount).toBe(2)
  await things().updateOne({ file: 1, n: 0 }, { $set: { file: 2, n: 5 } })
  const left = await things().find({ file: 2 }).sort({ n: 1 }).toArray()
  expect(left.map(({ n }) => n)).toEqual([0, 5])
  expect(await things().countDocuments({ file: null })).toBe(1)
  expect(await things().countDocuments({ file: { $in: [1, 3] } })).toBe(5)
})

test('GridFS gives back what it took', async () => {
  const bucket = new GridFSBucket(client.db('test'))
  const data = Buffer.alloc(1_000_000, 'model ')
  const upload = bucket.openUploadStream('m.json', { metadata: { k: 1 } })
  upload.end(data)
  await once(upload, 'finish')
  expect(await text(bucket.openDownloadStream(upload.id))).toBe(data.toString())
  expect(await bucket.find({ filename: 'm.json' }).toArray()).toHaveLength(1)
})

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    'an unknown command',
    () => client.db('test').command({ mapReduce: 'things' }),
    /no such command: 'mapReduce'/,
  ],
  [
    'writing the outcome of a pipeline',
    () =>
      things()
        .aggregate([{ $out: 'other' }])
        .toArray(),
    /no \$out/,
  ],
  ['documents that expire', () => things().createIndex({ at: 1 }, { expireAfterSeconds: 1 }), /expire/],
  ['an index on text', () => things().createIndex({ a: 'text' }), /no text indexes/],
  [
    'a collation',
    () =>
      things()
        .find({}, { collation: { locale: 'de' } })
        .toArray(),
    /no collations/,
  ],
  [
    'a transaction',
    () => client.withSession((session) => session.withTransaction(() => things().insertOne({}, { session }))),
    /no transactions/,
  ],
  [
    'counting up a text',
    async () => {
      await things().insertOne({ a: 'text' })
      await things().updateOne({}, { $inc: { a: 1 } })
    },
    /Cannot apply \$inc to the value of a/,
  ],
])('%s is refused with a reason', async (_, attempt, reason) => {
  await expect(attempt()).rejects.toThrow(reason)
})

test('bytes that are no message end their connection and nothing else', async () => {
  const message = Buffer.alloc(40, 0xff)
  message.writeInt32LE(40, 0)
  message.writeInt32LE(2013, 12)
  message.fill(0, 16, 21)
  const socket = connect(server.port, '127.0.0.1')
  socket.end(message)
  await once(socket, 'close')
  expect(await things().countDocuments()).toBe(0)
})

describe('data', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  test('survive the server’s being killed', async () => {
    const child = fork(join(import.meta.dirname, 'mongo-process.ts'), [directory])
    const [url] = await once(child, 'message')
    const writer = await MongoClient.connect(String(url))
    const written = writer.db('test').collection('kept')
    await written.createIndex({ n: 1 }, { unique: true })
    await written.insertMany([{ n: 1, big: Buffer.alloc(100_000, 1) }, { n: 2 }, { n: 3 }])
    await written.updateOne({ n: 2 }, { $set: { changed: true } })
    await written.deleteOne({ n: 3 })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await writer.close()

    const again = await startMongo({ directory })
    const reader = await MongoClient.connect(again.url)
    const kept = reader.db('test').collection('kept')
    expect(
      await kept
        .find({}, { projection: { _id: 0, big: 0 } })
        .sort({ n: 1 })
        .toArray(),
    ).toEqual([{ n: 1 }, { n: 2, changed: true }])
    expect((await kept.findOne({ n: 1 }))?.big.length()).toBe(100_000)
    await expect(kept.insertOne({ n: 1 })).rejects.toThrow(/E11000/)
    await reader.close()
    await again.close()
  })

  test('survive a record that a crash cut off', async () => {
    const torn = await mkdtemp(join(directory, 'torn-'))
    const record = Buffer.alloc(5000, 7)
    record.writeInt32LE(9000)
    for (const n of [1, 2, 3]) {
      const started = await startMongo({ directory: torn })
      const writer = await MongoClient.connect(started.url)
      await writer.db('test').collection('kept').insertOne({ n })
      expect(await writer.db('test').collection('kept').countDocuments()).toBe(n)
      await writer.close()
      await started.close()
      await appendFile(join(torn, 'test.kept.bson'), record)
    }
  })

  test('that are outdated leave the disk', async () => {
    const busy = await mkdtemp(join(directory, 'busy-'))
    const started = await startMongo({ directory: busy })
    const writer = await MongoClient.connect(started.url)
    const kept = writer.db('test').collection('kept')
    await kept.createIndex({ n: 1 }, { unique: true })
    await kept.insertOne({ n: 'small' })
    for (let i = 0; i < 60; i++) {
      await kept.updateOne({ n: 'large' }, { $set: { i, data: Buffer.alloc(200_000, i) } }, { upsert: true })
    }
    expect((await stat(join(busy, 'test.kept.bson'))).size).toBeLessThan(6_000_000)
    expect((await kept.findOne({ n: 'large' }))?.data.buffer[0]).toBe(59)
    await writer.close()
    await started.close()

    const again = await startMongo({ directory: busy })
    const reader = await MongoClient.connect(again.url)
    const restored = reader.db('test').collection('kept')
    expect((await restored.findOne({ n: 'large' }))?.i).toBe(59)
    expect(await restored.countDocuments()).toBe(2)
    await expect(restored.insertOne({ n: 'small' })).rejects.toThrow(/E11000/)
    await reader.close()
    await again.close()
  })
})
