/** A dataset in GridFS that is not whole: a failed result at once, whatever is wrong with it. */
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Binary, GridFSBucket, type ObjectId } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const csv = `a,b,y\n${Array.from({ length: 400 }, (_, i) => `${i},${i % 7},${i < 200 ? 'low' : 'high'}`).join('\n')}\n`
const CHUNK_BYTES = 1000

const chunks = () => worker.db.collection('fs.chunks')
const files = () => worker.db.collection('fs.files')

/** Stores the dataset by the driver, in several chunks. */
async function store(metadata: Record<string, unknown> = {}): Promise<{ name: string; id: ObjectId }> {
  const name = `d${randomUUID().replaceAll('-', '')}`
  const upload = new GridFSBucket(worker.db).openUploadStream(`${name}.csv`, {
    chunkSizeBytes: CHUNK_BYTES,
    metadata,
  })
  upload.end(csv)
  await once(upload, 'finish')
  await worker.db.collection('datasets').insertOne({ name, file_id: upload.id })
  return { name, id: upload.id }
}

async function train(name: string) {
  const job_id = randomUUID()
  await worker.send(JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path: name }))
  return worker.resultOf(job_id)
}

const last = Math.ceil(csv.length / CHUNK_BYTES) - 1
const set = (id: ObjectId, fields: Record<string, unknown>) =>
  files().updateOne({ _id: id }, { $set: fields })
/** GridFS' index forbids two chunks of one number; stores whose index was lost have them. */
async function addChunk(files_id: ObjectId, n: unknown, bytes: number) {
  await chunks()
    .dropIndex('files_id_1_n_1')
    .catch(() => undefined)
  await chunks().insertOne({ files_id, n, data: new Binary(Buffer.alloc(bytes, '1,1,low\n')) })
}

const cases: [string, RegExp, (id: ObjectId) => Promise<unknown>][] = [
  ['a chunk missing in the middle', /chunk 1 is missing/, (id) => chunks().deleteOne({ files_id: id, n: 1 })],
  ['the first chunk missing', /chunk 0 is missing/, (id) => chunks().deleteOne({ files_id: id, n: 0 })],
  [
    'the last chunk missing',
    new RegExp(
      `chunk ${last} is missing: there are ${last} of ${last + 1}, by the length of ${csv.length} bytes`,
    ),
    (id) => chunks().deleteOne({ files_id: id, n: last }),
  ],
  ['no chunk at all', /chunk 0 is missing: there are 0 of/, (id) => chunks().deleteMany({ files_id: id })],
  [
    'a short chunk',
    /chunk 1 has 999 bytes instead of 1000/,
    (id) =>
      chunks().updateOne({ files_id: id, n: 1 }, { $set: { data: new Binary(Buffer.alloc(999, '1')) } }),
  ],
  [
    'a short last chunk',
    new RegExp(`chunk ${last} has 8 bytes instead of`),
    (id) =>
      chunks().updateOne(
        { files_id: id, n: last },
        { $set: { data: new Binary(Buffer.alloc(8, '1,1,low\n')) } },
      ),
  ],
  [
    'a chunk without bytes',
    /chunk 1 has no bytes instead of 1000/,
    (id) => chunks().updateOne({ files_id: id, n: 1 }, { $unset: { data: '' } }),
  ],
  ['an extra chunk', /is more than the \d+ bytes that fs\.files tells/, (id) => addChunk(id, last + 1, 80)],
  ['a chunk that is there twice', /chunk 1 is there more than once/, (id) => addChunk(id, 1, CHUNK_BYTES)],
  ['a chunk whose number is text', /a chunk has the number "x"/, (id) => addChunk(id, 'x', CHUNK_BYTES)],
  [
    'no document in fs.files',
    /fs\.files has no document with the _id/,
    (id) => files().deleteOne({ _id: id }),
  ],
  [
    'a length that is too large',
    /chunk \d+ has \d+ bytes instead of|chunk \d+ is missing/,
    (id) => set(id, { length: 9999 }),
  ],
  [
    'a length that is too small',
    /chunk \d+ has \d+ bytes instead of|is more than the/,
    (id) => set(id, { length: 2500 }),
  ],
  ['a length of nothing', /chunk 0 is more than the 0 bytes/, (id) => set(id, { length: 0 })],
  ['a length that is no number', /its length in fs\.files is "4k"/, (id) => set(id, { length: '4k' })],
  ['a negative length', /its length in fs\.files is -1/, (id) => set(id, { length: -1 })],
  ['another chunk size', /chunk 0 has 1000 bytes instead of 255/, (id) => set(id, { chunkSize: 255 })],
  ['no chunk size', /its chunkSize in fs\.files is 0/, (id) => set(id, { chunkSize: 0 })],
  ['an md5 of other bytes', /its md5 is not the one in fs\.files/, (id) => set(id, { md5: '0'.repeat(32) })],
  [
    'a sha256 of other bytes',
    /its metadata\.sha256 is not/,
    (id) => set(id, { metadata: { sha256: 'f'.repeat(64) } }),
  ],
  [
    'an md5 of other bytes in its metadata',
    /its metadata\.md5 is not/,
    (id) => set(id, { metadata: { md5: 'f'.repeat(32) } }),
  ],
]

test.each(cases)('%s fails the job at the first attempt, in a sentence', async (_, reason, damage) => {
  const { name, id } = await store()
  await damage(id)
  const result = await train(name)
  expect(result).toMatchObject({
    job_id: result.job_id,
    status: 'failed',
    error: expect.stringMatching(
      new RegExp(
        `^The registry's dataset "${name}" is damaged in GridFS: .*(${reason.source}).*\\. Store the file again\\.$`,
      ),
    ),
    error_code: 'dataset_damaged',
  })
})

const md5 = createHash('md5').update(csv).digest('hex')
const sha256 = createHash('sha256').update(csv).digest('hex')
test.each<[string, Record<string, unknown>, (id: ObjectId) => Promise<unknown>]>([
  ['without hashes', {}, async () => undefined],
  ['with its own hashes', { md5, sha256: sha256.toUpperCase() }, (id) => set(id, { md5 })],
  ['with something else under the names of hashes', { md5: null, sha256: 'unknown' }, async () => undefined],
  [
    'whose file_id is written as text',
    {},
    (id) =>
      worker.db.collection('datasets').updateOne({ file_id: id }, { $set: { file_id: id.toHexString() } }),
  ],
])('a whole file %s trains on all rows', async (_, metadata, change) => {
  const { name, id } = await store(metadata)
  await change(id)
  const result = await train(name)
  if (result.status === 'failed') throw new Error(result.error)
  const manifest = await worker.bucket.getJson(`models/${result.model_id}/manifest.json`)
  expect(manifest).toMatchObject({ dataset: { rows: 400, sha256 } })
})

test('a chunk of another file that is there twice keeps no model out of the registry', async () => {
  const { id } = await store()
  await addChunk(id, 1, CHUNK_BYTES)
  const { job_id, status } = await train((await store()).name)
  expect(status).toBe('completed')
  const registered = () => worker.db.collection('models').findOne({ job_id, status: 'trained' })
  await until(async () => (await registered()) !== null, 'the registration')
})
