/** Objects that the worker keeps about a job, and that somebody edited or damaged: the job ends at once, or does without. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { saveCheckpoint } from '../../shared/job-store/checkpoint.ts'
import { findResult } from '../../shared/job-store/commit.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { trialId } from '../../shared/jobs/trial-message.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext, silentLog } from '../support/job-context.ts'
import { searchBucket } from '../support/search-bucket.ts'

let of: Awaited<ReturnType<typeof searchBucket>>
beforeAll(async () => {
  of = await searchBucket()
})
afterAll(() => of.close())

const noJson = '{"message": '
const otherJson = '[]'

type Key = (jobId: string) => string
const firstTrial: Key = (jobId) => jobKeys.trial(trialId({ trial_of: jobId, trial: 0 }))

/** Sends a search whose object under `key` is damaged as soon as its trials are planned, and delivers what follows. */
async function search(key: Key, damaged: string) {
  const job = of.job(2)
  const queue: string[] = []
  const send = async (bodies: readonly string[]) => void queue.push(...bodies)
  await trainJob(JSON.stringify(job), jobContext(of, { send }))
  expect(queue).toHaveLength(2)
  await of.bucket.put(key(job.job_id), damaged)
  for (let body = queue.shift(); body !== undefined; body = queue.shift())
    await trainJob(body, jobContext(of, { send }))
  return job.job_id
}

test.each([
  ['the record of the job', jobKeys.record, noJson],
  ['the record of the job', jobKeys.record, otherJson],
  ['the pin of the dataset', jobKeys.dataset, noJson],
])('%s: the job fails at once, with the key (%#)', async (_, key, damaged) => {
  const { search: _search, ...job } = of.job(2)
  await of.bucket.put(key(job.job_id), damaged)
  await trainJob(JSON.stringify(job), jobContext(of))
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({
    status: 'failed',
    error_code: 'record_damaged',
    error: expect.stringMatching(`^s3://bucket/${key(job.job_id)} is not .*Send the job again`),
  })
  expect(of.counted(job.job_id)).toBe(1)
})

test.each([
  ['the plan of its trials', jobKeys.plan, noJson],
  ['the plan of its trials', jobKeys.plan, otherJson],
  ['the outcome of a trial', firstTrial, noJson],
])('%s: the search fails at once (%#)', async (_, key, damaged) => {
  const jobId = await search(key, damaged)
  expect(await findResult(of.bucket, jobId)).toMatchObject({ status: 'failed', error_code: 'record_damaged' })
  expect(of.counted(jobId)).toBe(1)
})

test.each([
  ['the status', jobKeys.status],
  ['the failure of an attempt', jobKeys.failure],
  ['the checkpoint', jobKeys.checkpoint],
  ['the evaluated model', jobKeys.evaluated],
])('%s: the job completes without', async (_, key) => {
  const { search: _search, ...job } = of.job(2)
  const outOfTime = jobContext(of, { remainingMs: () => 0 })
  await trainJob(JSON.stringify(job), outOfTime)
  await of.bucket.put(key(job.job_id), noJson)
  await trainJob(JSON.stringify(job), jobContext(of, { attempt: 2 }))
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({ status: 'completed' })
})

test('the manifest of a model that an earlier attempt stored: the job fails at once', async () => {
  const { search: _search, ...job } = of.job(2)
  await of.bucket.put(modelKey(modelId(job.job_id), 'manifest.json'), otherJson)
  await trainJob(JSON.stringify(job), jobContext(of))
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({
    status: 'failed',
    error_code: 'model_damaged',
  })
})

test('the result itself: it stays as it is, and the message is done with', async () => {
  const { search: _search, ...job } = of.job(2)
  await of.bucket.put(jobKeys.result(job.job_id), noJson)
  const answer = await trainJob(JSON.stringify(job), jobContext(of))
  expect(answer).toMatchObject({ status: 'failed', error_code: 'record_damaged' })
  expect(Buffer.from((await of.bucket.get(jobKeys.result(job.job_id))) ?? []).toString()).toBe(noJson)
})

test.each([
  ['a checkpoint', { checkpoint: { state: 'of another version' } }],
  ['a fitted model', { checkpoint: null, fitted: { model: { tree: 'of another version' }, warnings: [] } }],
])('%s of another version: the job is fitted anew, and the log says so', async (_, saved) => {
  const { search: _search, ...job } = of.job(2)
  await trainJob(JSON.stringify(job), jobContext(of, { remainingMs: () => 0 }))
  const record = await of.bucket.getJson(jobKeys.record(job.job_id))
  const { fingerprint } = z.object({ fingerprint: z.string() }).parse(record)
  // As the first version that had checkpoints wrote it, without any newer field.
  await saveCheckpoint(of.bucket, job.job_id, fingerprint, { ...saved, seconds: 1, elapsed: 2 })
  const warned: string[] = []
  const log = { ...silentLog, warn: (text: string) => void warned.push(text) }
  await trainJob(JSON.stringify(job), jobContext(of, { attempt: 2, log }))
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({ status: 'completed' })
  expect(warned).toEqual([expect.stringContaining('anew.')])
})
