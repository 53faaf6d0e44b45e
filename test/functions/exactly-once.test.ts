/** One result, counted once, although answers are lost, attempts race and datasets change between them. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { createResources } from '../../local/resources.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { outcomeId } from '../../shared/jobs/parse-message.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { connectObjectStore, type ObjectStore } from '../../shared/storage/object-store.ts'
import type { JobContext } from '../../shared/training/job-context.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import type { Fault } from '../system/faults/faults.ts'
import { startHttpProxy } from '../system/faults/http-proxy.ts'

process.env.AWS_REGION = 'us-east-1'
process.env.AWS_ACCESS_KEY_ID = 'local'
process.env.AWS_SECRET_ACCESS_KEY = 'local'

let directory: string
let aws: LocalAws
let proxy: Awaited<ReturnType<typeof startHttpProxy>>
let store: ObjectStore
let bucket: Bucket
let worker: JobContext
/** What is done to the first call of a name. */
const strikes = new Map<string, Fault>()
const outcomes: { job_id: string; status: string; worker_task_duration_seconds: number }[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  aws = await startAws(directory)
  await createResources(aws.clients, 'bucket', 'jobs')
  const decide = ({ name }: { name: string }) => {
    const fault = strikes.get(name)
    strikes.delete(name)
    return fault
  }
  proxy = await startHttpProxy(aws.endpoint, { decide, kill: () => undefined }, () => [])
  store = connectObjectStore({ endpoint: proxy.url })
  bucket = store.bucket('bucket')
  worker = jobContext({ store, bucket })
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    if (String(line).includes('worker_tasks_completed_total')) outcomes.push(JSON.parse(String(line)))
    return true
  })
})
afterAll(async () => {
  vi.restoreAllMocks()
  store.close()
  await proxy.close()
  await aws.close()
  await rm(directory, { recursive: true })
})

let job_id: string
let body: string
const key = () => `datasets/${job_id}.csv`
const csv = (rows: number) =>
  `a,b,y\n${Array.from({ length: rows }, (_, i) => `${i},${i % 7},${i < rows / 2 ? 'low' : 'high'}`).join('\n')}\n`
beforeEach(async () => {
  job_id = randomUUID()
  body = JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path: `s3://${bucket.name}/${key()}` })
  await bucket.put(key(), csv(40))
})
const count = () => outcomes.filter((outcome) => outcome.job_id === job_id).length

test('a commit whose answer is lost is counted once', async () => {
  strikes.set('S3 PUT jobs/{id}/result.json', 'lose-answer')
  expect(await trainJob(body, worker)).toMatchObject({ status: 'completed' })
  expect(strikes.size).toBe(0)
  expect(count()).toBe(1)
})

test('the duration of a job that was handed on is that of all its calls', async () => {
  const long = JSON.stringify({ ...JSON.parse(body), algorithm: 'dnn', hyperparameters: { epochs: 5000 } })
  expect(await trainJob(long, { ...worker, remainingMs: () => 200 })).toBe('continued')
  const saved = deserialize((await bucket.get(jobKeys.checkpoint(job_id))) ?? new Uint8Array())
  await bucket.put(jobKeys.checkpoint(job_id), serialize({ ...saved, elapsed: saved.elapsed + 1000 }))
  expect(await trainJob(long, worker)).toMatchObject({ status: 'completed' })
  const [outcome] = outcomes.filter((one) => one.job_id === job_id)
  expect(outcome.worker_task_duration_seconds).toBeGreaterThan(1000)
})

test('attempts at once end in one result, counted once', async () => {
  const results = await Promise.all(Array.from({ length: 4 }, () => trainJob(body, worker)))
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
  expect(count()).toBe(1)
})

test('an attempt that stored its model and was stopped is committed by the next, whatever has become of the dataset', async () => {
  const manifest = modelKey(modelId(job_id), 'manifest.json')
  const impatient = { ...worker, bucket: { ...bucket, putIfAbsent: refuseResult } }
  async function refuseResult(...given: Parameters<Bucket['putIfAbsent']>): Promise<boolean> {
    if (given[0] === jobKeys.result(job_id)) throw new Error('stopped')
    return bucket.putIfAbsent(...given)
  }
  await expect(trainJob(body, impatient)).rejects.toThrow('stopped')
  const before = await bucket.getJson(manifest)
  await bucket.put(key(), csv(80))
  expect(await trainJob(body, worker)).toMatchObject({ status: 'completed' })
  expect(await bucket.getJson(manifest)).toEqual(before)
})

test('a conflicting message that was refused at its second attempt leaves no word of the first', async () => {
  await trainJob(body, worker)
  const other = JSON.stringify({ ...JSON.parse(body), algorithm: 'svm' })
  async function put(...given: Parameters<Bucket['put']>): Promise<void> {
    if (given[0].includes('/conflicts/')) throw new Error('stopped')
    return bucket.put(...given)
  }
  await expect(trainJob(other, { ...worker, bucket: { ...bucket, put } })).rejects.toThrow('stopped')
  expect(await bucket.exists(jobKeys.failure(job_id))).toBe(true)
  expect(await trainJob(other, worker)).toMatchObject({ status: 'failed' })
  const left = await Array.fromAsync(bucket.list(`jobs/${job_id}/`))
  expect(left.map((object) => object.key)).toEqual([
    expect.stringContaining('/conflicts/'),
    jobKeys.record(job_id),
    jobKeys.result(job_id),
  ])
})

/** A worker that is stopped when it has trained, and stores its model. */
function stoppedAtItsModel(): JobContext {
  async function putPieces(...given: Parameters<Bucket['putPieces']>): Promise<void> {
    if (given[0].endsWith('model.json')) throw new Error('stopped')
    return bucket.putPieces(...given)
  }
  return { ...worker, bucket: { ...bucket, putPieces } }
}

test('what an attempt began on a dataset is not gone on with on another', async () => {
  await expect(trainJob(body, stoppedAtItsModel())).rejects.toThrow('stopped')
  await bucket.put(key(), csv(80))
  const failed = await trainJob(body, worker)
  expect(failed).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(
      /^The dataset was changed while the job was under way: .* s3:\/\/bucket\/datasets\/.*Send the job again/,
    ),
  })
  expect(await Array.fromAsync(bucket.list(`models/${modelId(job_id)}/`))).toEqual([])
  const left = await Array.fromAsync(bucket.list(`jobs/${job_id}/`))
  expect(left.map((object) => object.key)).toEqual([jobKeys.record(job_id), jobKeys.result(job_id)])
})

test('an attempt that crashed is done again on the same dataset', async () => {
  await expect(trainJob(body, stoppedAtItsModel())).rejects.toThrow('stopped')
  expect(await trainJob(body, worker)).toMatchObject({ status: 'completed' })
})

test('a message without a job_id has an outcome under the hash of its text, the same when it comes again', async () => {
  const first = await trainJob('\u0000 no json', worker)
  expect(first).toMatchObject({
    job_id: outcomeId('\u0000 no json'),
    status: 'failed',
    error: expect.stringMatching(/^The message is not JSON/),
    error_code: 'bad_message',
  })
  expect(await trainJob('\u0000 no json', worker)).toEqual(first)
})
