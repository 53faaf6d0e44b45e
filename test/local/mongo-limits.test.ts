/** What MongoDB refuses, the embedded server refuses with the same codes and sentences, told by the real driver. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Decimal128, type Document, Long, MongoClient, MongoServerError, ObjectId } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeValue } from '../../local/mongo/describe-value.ts'
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

const db = () => client.db('test')
const things = () => db().collection('things')

async function failure(attempt: () => Promise<unknown>): Promise<MongoServerError> {
  const error = await attempt().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MongoServerError) return error
  throw new Error(`Not refused by the server: ${error}`)
}

async function expectRefused(
  attempt: () => Promise<unknown>,
  code: number,
  message: string | RegExp,
): Promise<void> {
  const error = await failure(attempt)
  expect(error.code).toBe(code)
  if (typeof message === 'string') expect(error.message).toBe(message)
  else expect(error.message).toMatch(message)
}

/** A document of so many levels, itself counted. */
function nested(levels: number): Document {
  let document: Document = {}
  for (let level = 1; level < levels; level++) document = { a: document }
  return document
}

const MEBIBYTE = 2 ** 20
/** A document of so many bytes: 5 of its own, 1 + 4 + 12 of the _id, 1 + 2 + 4 + 1 of the text. */
const sized = (bytes: number) => ({ _id: new ObjectId(), s: 'x'.repeat(bytes - 5 - 17 - 8) })

describe('a document', () => {
  test('of 16 MiB is kept, a larger one refused on insert and on update', async () => {
    const largest = sized(16 * MEBIBYTE)
    await things().insertOne(largest)
    expect((await things().findOne({ _id: largest._id }))?.s.length).toBe(largest.s.length)
    await expectRefused(
      () => things().insertOne(sized(16 * MEBIBYTE + 1)),
      10334,
      'object to insert too large. size in bytes: 16777217, max size: 16777216',
    )
    await expectRefused(
      () => things().updateOne({ _id: largest._id }, { $set: { more: 1 } }),
      17419,
      'Resulting document after update is larger than 16777216',
    )
    await expectRefused(
      () => things().insertOne(sized(16 * MEBIBYTE + 20_000)),
      10334,
      /^BSONObj size: \d+ \(0x[0-9A-F]+\) is invalid. Size must be between 0 and 16793600\(16MB\)$/,
    )
    expect(await things().countDocuments()).toBe(1)
  }, 30_000)

  test('of 100 levels is kept, of 101 refused on insert and on update', async () => {
    await things().insertOne({ _id: new ObjectId(), ...nested(100) })
    await expectRefused(
      () => things().insertOne(nested(101)),
      15,
      'cannot insert document because it exceeds 100 levels of nesting',
    )
    await expectRefused(
      () => things().updateOne({}, { $set: { a: nested(100) } }),
      15,
      'Document exceeds maximum nesting depth of 100',
    )
    await things().updateOne({}, { $set: { a: nested(99) } })
  })

  test('in a message that is too deep is refused, and the connection goes on', async () => {
    const socket = connect(server.port, '127.0.0.1')
    const depths = [100_000, 1]
    for (const depth of depths) {
      socket.write(commandMessage(depth))
      const [reply]: Buffer[] = await once(socket, 'data')
      expect(reply.includes('BSONObj exceeded maximum nested object depth: 200')).toBe(depth > 1)
    }
    socket.destroy()
  })

  test.each<[string, Document, number, string]>([
    ['an array', { _id: [1] }, 53, "The '_id' value cannot be of type array"],
    ['a pattern', { _id: /a/ }, 53, "The '_id' value cannot be of type regex"],
    [
      'a document with an operator',
      { _id: { $in: [1] } },
      52,
      "_id fields may not contain '$'-prefixed fields: $in is not valid for storage.",
    ],
  ])('whose _id is %s is refused', async (_, document, code, message) => {
    await expectRefused(
      () =>
        db()
          .command({ insert: 'things', documents: [document] })
          .then(throwWriteError),
      code,
      message,
    )
  })

  test('may have an empty name and, when it is inserted, names that begin with $', async () => {
    await things().insertOne({ '': 1, $price: 2, nested: { $x: 3 } })
    expect(await things().findOne({}, { projection: { _id: 0 } })).toEqual({
      '': 1,
      $price: 2,
      nested: { $x: 3 },
    })
  })

  test('has no name with a NUL: the driver sends none', async () => {
    await expect(things().insertOne({ 'a\0b': 1 })).rejects.toThrow('must not contain null bytes')
  })
})

describe('an update', () => {
  const unknown = 'Expected a valid update modifier or pipeline-style update specified as an array'
  const replacement =
    "is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith."
  test.each<[string, Document, number, string]>([
    ['an unknown operator', { $foo: { a: 1 } }, 9, `Unknown modifier: $foo. ${unknown}`],
    ['a field after an operator', { $set: { a: 1 }, b: 2 }, 9, `Unknown modifier: b. ${unknown}`],
    [
      'an operator after a field',
      { b: 2, $set: { a: 1 } },
      52,
      `The dollar ($) prefixed field '$set' in '$set' ${replacement}`,
    ],
    [
      'an operator on no fields',
      { $set: 'x' },
      9,
      'Modifiers operate on fields but we found type string instead. For example: {$mod: {<field>: ...}} not {$set: "x"}',
    ],
    ['an empty path', { $set: { '': 1 } }, 56, 'An empty update path is not valid.'],
    [
      'an empty name in a path',
      { $set: { 'a..b': 1 } },
      56,
      "The update path 'a..b' contains an empty field name, which is not allowed.",
    ],
    [
      'a name that begins with $',
      { $set: { $price: 1 } },
      52,
      `The dollar ($) prefixed field '$price' in '$price' ${replacement}`,
    ],
  ])('with %s is refused', async (_, u, code, message) => {
    await things().insertOne({ a: 1 })
    await expectRefused(
      () =>
        db()
          .command({ update: 'things', updates: [{ q: {}, u }] })
          .then(throwWriteError),
      code,
      message,
    )
  })
})

/** What a driver does with a reply's write errors. */
function throwWriteError(reply: Document): void {
  if (reply.writeErrors !== undefined) throw new MongoServerError(reply.writeErrors[0])
}

describe('a command', () => {
  test('that writes nothing, or more than 100,000 times, is refused', async () => {
    const update = { q: { _id: 1 }, u: { $set: { a: 1 } } }
    await expectRefused(
      () => db().command({ insert: 'things', documents: [] }),
      16,
      'Write batch sizes must be between 1 and 100000. Got 0 operations.',
    )
    await expectRefused(
      () => db().command({ update: 'things', updates: new Array(100_001).fill(update) }),
      16,
      'Write batch sizes must be between 1 and 100000. Got 100001 operations.',
    )
  })

  test.each<[string, Document, number, string]>([
    [
      'lacks a field',
      { insert: 'things' },
      40414,
      "BSON field 'insert.documents' is missing but a required field",
    ],
    [
      'has a field of another type',
      { insert: 'things', documents: 'x' },
      14,
      "BSON field 'insert.documents' is the wrong type 'string', expected type 'array'",
    ],
    [
      'has such a field deep within',
      { update: 'things', updates: [{ q: 1, u: {} }] },
      14,
      "BSON field 'update.updates.q' is the wrong type 'int', expected type 'object'",
    ],
    [
      'has a stage of two',
      { aggregate: 'things', pipeline: [{ $match: {}, $limit: 1 }], cursor: {} },
      40323,
      'A pipeline stage specification object must contain exactly one field.',
    ],
    ['names no collection', { find: '' }, 73, "Invalid namespace specified 'test.'"],
    ['names a number', { find: 1 }, 73, 'collection name has invalid type int'],
    ['makes a collection with $', { create: 'a$b' }, 73, 'Invalid collection name: a$b'],
    ['makes a system collection', { create: 'system.x' }, 73, 'Invalid system namespace: test.system.x'],
    [
      'makes a collection of too long a name',
      { create: 'c'.repeat(251) },
      73,
      `Fully qualified namespace is too long. Namespace: test.${'c'.repeat(251)} Max: 255`,
    ],
  ])('that %s is refused', async (_, command, code, message) => {
    await expectRefused(() => db().command(command), code, message)
  })

  test('tells of its limits in hello', async () => {
    expect(await db().command({ hello: 1 })).toMatchObject({
      maxBsonObjectSize: 16 * MEBIBYTE,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
    })
  })

  test('in a message of more than 48,000,000 bytes ends its connection', async () => {
    const socket = connect(server.port, '127.0.0.1')
    const header = Buffer.alloc(16)
    header.writeInt32LE(48_000_001, 0)
    header.writeInt32LE(2013, 12)
    socket.write(header)
    await once(socket, 'close')
    expect(await things().countDocuments()).toBe(0)
  })
})

describe('an index', () => {
  const create = (key: Document, name = 'i') =>
    db().command({ createIndexes: 'things', indexes: [{ key, name }] })
  test.each<[string, Document, string]>([
    ['no fields', {}, 'Index keys cannot be empty.'],
    ['an empty field', { '': 1 }, 'Index keys cannot be an empty field.'],
    ['an empty field in a path', { 'a.': 1 }, 'Index keys cannot contain an empty field.'],
    ['0 for a direction', { a: 0 }, 'Values in the index key pattern cannot be 0.'],
    ['an unknown kind', { a: 'fast' }, "Unknown index plugin 'fast'"],
    [
      'a boolean for a direction',
      { a: true },
      'Values in v:2 index key pattern cannot be of type bool. Only numbers > 0, numbers < 0, and strings are allowed.',
    ],
    [
      'a name that begins with $',
      { 'a.$x': 1 },
      "Index key contains an illegal field name: field name starts with '$'.",
    ],
  ])('on %s is refused', async (_, key, reason) => {
    const specification = describeValue({ v: 2, key, name: 'i' })
    await expectRefused(
      () => create(key),
      67,
      `Error in specification ${specification} :: caused by :: ${reason}`,
    )
  })

  test('is made once; neither its name nor its key goes to another', async () => {
    await create({ a: 1 })
    await create({ a: 1 })
    expect(await things().indexes()).toHaveLength(2)
    await expectRefused(
      () => create({ b: 1 }),
      86,
      /^An existing index has the same name .* Requested index: { v: 2, key: { b: 1 }, name: "i" }, existing index: { v: 2, key: { a: 1 }, name: "i" }$/,
    )
    await expectRefused(() => create({ a: 1 }, 'j'), 85, 'Index already exists with a different name: i')
  })

  test('is one of 64 at most', async () => {
    for (let i = 1; i < 64; i++) await create({ [`f${i}`]: 1 }, `i${i}`)
    await expectRefused(
      () => create({ more: 1 }, 'more'),
      67,
      'add index fails, too many indexes for test.things key:{ more: 1 }',
    )
  })

  test('takes no two arrays of one document', async () => {
    await create({ a: 1, b: 1 })
    await things().insertOne({ a: [1, 2], b: 1 })
    await expectRefused(
      () => things().insertOne({ a: [1], b: [2] }),
      171,
      'cannot index parallel arrays [b] [a]',
    )
    expect(await things().countDocuments()).toBe(1)
  })

  test('names in E11000 the collection, itself and the key, as the one that is twice', async () => {
    await things().createIndex({ 'tags.name': 1, n: 1 }, { unique: true, name: 'pair' })
    await things().insertMany([
      { _id: new ObjectId('65a000000000000000000001'), tags: [{ name: 'x' }], n: 1.5 },
    ])
    await expectRefused(
      () => things().insertOne({ tags: [{ name: 'y' }, { name: 'x' }], n: 1.5 }),
      11000,
      'E11000 duplicate key error collection: test.things index: pair dup key: { tags.name: "x", n: 1.5 }',
    )
    await expectRefused(
      () => things().insertOne({ _id: new ObjectId('65a000000000000000000001') }),
      11000,
      "E11000 duplicate key error collection: test.things index: _id_ dup key: { _id: ObjectId('65a000000000000000000001') }",
    )
  })
})

test('values are written in messages as MongoDB writes them', () => {
  const value = {
    text: 'a "b"',
    at: new Date(5),
    none: null,
    list: [1, [], {}],
    yes: true,
    long: Long.fromNumber(7),
    decimal: Decimal128.fromString('1.50'),
  }
  expect(describeValue(value)).toBe(
    '{ text: "a \\"b\\"", at: new Date(5), none: null, list: [ 1, [], {} ], yes: true, long: 7, decimal: 1.50 }',
  )
})

/** An OP_MSG `{ insert: 'things', $db: 'test', deep: {…} }` of so many levels, written without a recursion. */
function commandMessage(depth: number): Buffer {
  const innermost = 5
  const size = innermost + 8 * (depth - 1)
  const deep = Buffer.alloc(size)
  for (let level = 0; level < depth; level++) {
    const at = 7 * level
    deep.writeInt32LE(size - 8 * level, at)
    if (level < depth - 1) deep.write('\x03a\0', at + 4, 'latin1')
  }
  const fields = Buffer.concat([
    Buffer.from('\x02ping\0\x02\0\0\0x\0\x02$db\0\x05\0\0\0test\0\x03deep\0', 'latin1'),
    deep,
    Buffer.alloc(1),
  ])
  const message = Buffer.alloc(16 + 5 + 4 + fields.length)
  message.writeInt32LE(message.length, 0)
  message.writeInt32LE(1, 4)
  message.writeInt32LE(2013, 12)
  message.writeInt32LE(4 + fields.length, 21)
  fields.copy(message, 25)
  return message
}
