import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
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

test('GridFS gives back what it took', async () => {
  const bucket = new GridFSBucket(client.db('test'))
  const data = Buffer.alloc(1_000_000, 'model ')
  const upload = bucket.openUploadStream('m.json', { metadata: { k: 1 } })
  upload.end(data)
  await once(upload, 'finish')
  expect(await text(bucket.openDownloadStream(upload.id))).toBe(data.toString())
  expect(await bucket.find({ filename: 'm.json' }).toArray()).toHaveLength(1)
})

test('what it cannot do it says', async () => {
  await expect(client.db('test').command({ mapReduce: 'things' })).rejects.toThrow(
    "no such command: 'mapReduce'",
  )
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
})
