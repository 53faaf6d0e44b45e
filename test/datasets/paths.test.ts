/** Datasets that are not where their path says: what the worker takes instead is told first, and where they are. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedDatasets } from '../../shared/datasets/seed.ts'
import { registryOf, type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
  const registry = await registryOf(worker)
  await seedDatasets({ bucket: worker.bucket, registry })
  await registry.close()
  for (const key of ['up/my set.csv', 'up/plain.csv', 'up/data.csv.gz', 'datasets/plain.csv'])
    await worker.bucket.put(key, csv)
})
afterAll(() => worker.close())

const csv = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i % 7},${i < 30 ? 'low' : 'high'}`).join('\n')}\n`

async function train(dataset_path: string) {
  const job_id = randomUUID()
  await worker.send(JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path, nonsense: 1 }))
  return worker.resultOf(job_id)
}

test('the registry’s sample of the name is taken as in the original, and the first warning names both', async () => {
  const path = `s3://${worker.bucket.name}/uploads/iris.csv`
  const result = await train(path)
  if (result.status === 'failed') throw new Error(result.error)
  expect(result.warnings[0]).toBe(
    `The dataset "${path}" was not found, so the model was trained on the registry dataset iris (GridFS) instead: check dataset_path.`,
  )
  expect(result.warnings[1]).toMatch(/nonsense/)
})

test.each(['iris', 'iris.csv'])('%s is that dataset, without a warning', async (path) => {
  const result = await train(path)
  if (result.status === 'failed') throw new Error(result.error)
  expect(result.warnings.filter((warning) => /instead/.test(warning))).toEqual([])
})

test.each<[string, RegExp]>([
  [
    'file:///home/me/iris.csv',
    /was not found.*registry dataset iris .*instead: that is a path on a computer/,
  ],
  ['gs://x/iris.csv', /was not found.*registry dataset iris .*instead: the worker does not read gs:/],
])('%s is taken from the registry with the advice in the warning', async (path, warning) => {
  const result = await train(path)
  if (result.status === 'failed') throw new Error(result.error)
  expect(result.warnings[0]).toMatch(warning)
})

test.each(['S3://', 's3a://', 'arn:aws:s3:::'])('%s is read', async (prefix) => {
  const result = await train(`${prefix}${worker.bucket.name}/up/plain.csv`)
  if (result.status === 'failed') throw new Error(result.error)
  expect(await worker.bucket.getJson(`models/${result.model_id}/manifest.json`)).toMatchObject({
    dataset: { source: `s3://${worker.bucket.name}/up/plain.csv` },
  })
})

test.each<[string, RegExp]>([
  ['s3://BUCKET/up/my%20set.csv', /there is s3:\/\/BUCKET\/up\/my set\.csv: write that/],
  ['s3://BUCKET/up/plain.csv?versionId=3', /there is s3:\/\/BUCKET\/up\/plain\.csv: write that/],
  ['s3://BUCKET/up/my+set.csv', /there is s3:\/\/BUCKET\/up\/my set\.csv: write that/],
  ['s3://BUCKET/up/data.csv', /there is s3:\/\/BUCKET\/up\/data\.csv\.gz: write that if you mean it/],
  ['s3://BUCKET/up/Plain.csv', /there is s3:\/\/BUCKET\/up\/plain\.csv: write that if you mean it/],
  ['s3://BUCKET/elsewhere/', /no data file there.*that is a folder, whose data files are one dataset/],
  ['gs://BUCKET/nowhere.csv', /the worker does not read gs:/],
  ['https://example.com/nowhere.csv', /of addresses, only those of Amazon S3 are read/],
  ['s3://BUCKET/elsewhere/nothing-like-it.csv', /: check dataset_path\.$/],
])('%s is not found, and the sentence says what to write', async (path, sentence) => {
  const result = await train(path.replaceAll('BUCKET', worker.bucket.name))
  expect(result).toMatchObject({ status: 'failed', error_code: 'dataset_not_found' })
  expect(result).toMatchObject({
    error: expect.stringMatching(new RegExp(sentence.source.replaceAll('BUCKET', worker.bucket.name))),
  })
})

test('datasets/NAME is found in the worker’s own bucket', async () => {
  const result = await train('datasets/plain.csv')
  expect(result).toMatchObject({ status: 'completed' })
})

test('the minio_path of a dataset’s document is followed', async () => {
  const { bucket, db } = worker
  const paths = {
    here: `s3://${bucket.name}/up/plain.csv`,
    there: 'datasets/plain.csv',
    gone: 'datasets/gone.csv',
  }
  for (const [name, minio_path] of Object.entries(paths)) {
    await db.collection('datasets').insertOne({ name, minio_path })
  }
  expect(await train('here')).toMatchObject({ status: 'completed' })
  expect(await train('there')).toMatchObject({ status: 'completed' })
  expect(await train('gone')).toMatchObject({
    error_code: 'dataset_not_found',
    error: expect.stringMatching(
      /^The registry's dataset "gone" has the minio_path "datasets\/gone\.csv", and there is nothing; looked in .*: store the file there/,
    ),
  })
})
