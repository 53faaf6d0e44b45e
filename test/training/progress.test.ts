/** What a fit is told at its steps, and what others learn of it, against a real S3 and by a clock of the test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { createResources } from '../../local/resources.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { connectObjectStore, type ObjectStore } from '../../shared/storage/object-store.ts'
import { jobProgress } from '../../shared/training/progress.ts'

process.env.AWS_REGION ||= 'us-east-1'
process.env.AWS_ACCESS_KEY_ID ||= 'local'
process.env.AWS_SECRET_ACCESS_KEY ||= 'local'

let directory: string
let aws: LocalAws
let store: ObjectStore
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  aws = await startAws(directory)
  await createResources(aws.clients, 'bucket', 'jobs')
  store = connectObjectStore(aws.clients)
})
afterAll(async () => {
  store.close()
  await aws.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const errors: unknown[] = []
let jobs = 0
/** The progress of a new job, whose call may take 100 s. */
function started(bucketName = 'bucket') {
  const job_id = `job-${jobs++}`
  const bucket = store.bucket(bucketName)
  const now = performance.now()
  const limits = {
    beginBefore: now + 50_000,
    pauseAfter: now + 80_000,
    stopAfter: now + 90_000,
    callMs: 100_000,
    isInterrupted: false,
  }
  errors.length = 0
  const progress = jobProgress(bucket, job_id, limits, (error) => errors.push(error))
  return {
    ...progress,
    stepAfter: (ms: number, fraction = 0.5, detail?: Record<string, number>) => {
      vi.advanceTimersByTime(ms)
      return progress.step({ fraction, detail })
    },
    cancel: () => bucket.put(jobKeys.cancel(job_id), ''),
    status: () => bucket.getJson(jobKeys.status(job_id)),
  }
}

test('a fit goes on until its time is up, is then asked to pause, and is ended when it does not', async () => {
  const { stepAfter, stop } = started()
  expect(await stepAfter(0)).toBe('continue')
  expect(await stepAfter(80_000)).toBe('continue')
  expect(await stepAfter(1)).toBe('pause')
  expect(await stepAfter(9_999)).toBe('pause')
  await expect(stepAfter(1)).rejects.toMatchObject({ name: 'OutOfTime' })
  await stop()
})

test('a fit of few steps is asked to pause once before it is ended', async () => {
  const { stepAfter, stop } = started()
  expect(await stepAfter(95_000)).toBe('pause')
  await expect(stepAfter(1)).rejects.toMatchObject({ name: 'OutOfTime' })
  await stop()
})

test('the status is written after two seconds, and every two seconds', async () => {
  const { enter, stepAfter, stop, status } = started()
  enter('train')
  await stepAfter(1999, 0.1)
  await stop()
  expect(await status()).toBeUndefined()
  await stepAfter(1, 0.12345, { tree: 3 })
  await stop()
  const first = {
    job_id: expect.stringMatching(/^job-\d+$/),
    phase: 'train',
    percent: 12.3,
    detail: { tree: 3 },
    updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
  }
  expect(await status()).toEqual(first)
  await stepAfter(1999, 0.5)
  await stop()
  expect(await status()).toEqual(first)
  vi.advanceTimersByTime(1)
  enter('evaluate')
  await stop()
  expect(await status()).toMatchObject({ phase: 'evaluate', percent: 0 })
})

test('a cancellation is noticed with the next status, and ends the fit', async () => {
  const { cancel, stepAfter, stop } = started()
  await cancel()
  expect(await stepAfter(1000)).toBe('continue')
  expect(await stepAfter(1000)).toBe('continue')
  await stop()
  await expect(stepAfter(1)).rejects.toMatchObject({
    name: 'JobError',
    code: 'cancelled',
    message: 'cancelled',
  })
})

test('a status that cannot be written is reported, and the fit goes on', async () => {
  const { stepAfter, stop } = started('no-such-bucket')
  expect(await stepAfter(2000)).toBe('continue')
  await stop()
  expect(errors).toEqual([expect.objectContaining({ name: 'NoSuchBucket' })])
  expect(await stepAfter(1)).toBe('continue')
})
