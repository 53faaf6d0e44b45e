/**
 * Jobs whose message lies in the dead-letter queue: recorded in bucket, registry and metrics, whatever failed.
 *
 * @module-tag long
 */
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findJobState } from '../../shared/job-store/job-state.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { readMessage } from '../../shared/jobs/parse-message.ts'
import { runCliHere } from '../support/cli.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ runJobs: false })
})
afterAll(() => worker.close())
beforeEach(async () => {
  await worker.sqs.send(new PurgeQueueCommand({ QueueUrl: worker.stack.environment.DEAD_LETTER_QUEUE_URL }))
  await worker.db.collection('jobs').deleteMany({})
})

const body = (job_id: string, algorithm = 'svm') =>
  JSON.stringify({ job_id, algorithm, dataset_path: 'iris' })
const accept = (message: string) => {
  const { fingerprint, message: job } = readMessage(message)
  const record = { message: job, fingerprint, accepted_at: '2026-01-01T00:00:00.000Z' }
  return worker.bucket.put(jobKeys.record(JSON.parse(message).job_id), JSON.stringify(record))
}
async function deadLetter(message: string): Promise<void> {
  const QueueUrl = worker.stack.environment.DEAD_LETTER_QUEUE_URL
  await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message }))
}
const document = (id: string) => worker.db.collection<{ _id: string }>('jobs').findOne({ _id: id })
const counted = (id: string) =>
  worker.logs.filter((line) => line.includes('worker_jobs_dead_lettered_total":1') && line.includes(id))
    .length
const state = async (id: string) => (await findJobState(worker.bucket, id)).status
const run = (...args: string[]) => runCliHere(args, worker.stack.environment)

test('a job whose last attempt was killed is dead-lettered everywhere, and counted once', async () => {
  await accept(body('killed'))
  await deadLetter(body('killed'))
  expect(await state('killed')).toBe('stale')
  await worker.stack.sweep()
  await worker.stack.sweep()
  expect(await findJobState(worker.bucket, 'killed')).toMatchObject({
    status: 'dead_lettered',
    attempt: 10,
    error: expect.stringMatching(/^The attempt was cut off .* out of memory or of time/),
  })
  expect(await document('killed')).toMatchObject({
    job_id: 'killed',
    status: 'dead_lettered',
    attempt: 10,
    message: { algorithm: 'svm' },
    dead_lettered_at: expect.any(Date),
  })
  await until(async () => counted('killed') === 1, 'the count')
  expect((await run('jobs')).out).toMatch(/killed +dead_lettered .*No attempt follows/)
})

test('one whose earlier attempt failed names that, too', async () => {
  await accept(body('twice'))
  const failure = {
    job_id: 'twice',
    attempt: 2,
    error: 'Error: no network.',
    failed_at: '2026-01-01T00:00:00Z',
  }
  await worker.bucket.put(jobKeys.failure('twice'), JSON.stringify(failure))
  await deadLetter(body('twice'))
  await worker.stack.sweep()
  expect(await findJobState(worker.bucket, 'twice')).toMatchObject({
    status: 'dead_lettered',
    error: expect.stringMatching(/cut off .* Attempt 2 failed: Error: no network\.$/),
  })
})

test('the record of the last attempt stays as it is, and is not counted again', async () => {
  const at = new Date().toISOString()
  const failure = { job_id: 'told', attempt: 10, error: 'Error: no.', failed_at: at, dead_lettered_at: at }
  await worker.bucket.put(jobKeys.failure('told'), JSON.stringify(failure))
  await deadLetter(body('told'))
  await worker.stack.sweep()
  expect(await worker.bucket.getJson(jobKeys.failure('told'))).toEqual(failure)
  expect(await document('told')).toMatchObject({ status: 'dead_lettered', error: 'Error: no.' })
  expect(counted('told')).toBe(0)
})

test('a job that has ended, and one of another message, are left alone', async () => {
  const ended = { job_id: 'ended', status: 'failed', error: 'no' }
  await worker.bucket.put(jobKeys.result('ended'), JSON.stringify(ended))
  await accept(body('taken'))
  for (const message of [body('ended'), body('taken', 'dnn')]) await deadLetter(message)
  await worker.stack.sweep()
  expect(await worker.bucket.exists(jobKeys.failure('ended'))).toBe(false)
  expect(await worker.bucket.exists(jobKeys.failure('taken'))).toBe(false)
  expect(await document('ended')).toMatchObject({ status: 'failed' })
  expect(await document('taken')).toBeNull()
})

test('redrive makes it queued, in the registry at the next sweep', async () => {
  await accept(body('again'))
  await deadLetter(body('again'))
  await worker.stack.sweep()
  expect((await run('dlq', 'redrive', 'again')).code).toBe(0)
  expect(await state('again')).toBe('queued')
  expect((await run('jobs')).out).toMatch(/again +queued .*in the jobs queue again since/)
  await worker.stack.sweep()
  const queued = await document('again')
  expect(queued).toMatchObject({ status: 'queued' })
  expect(queued).not.toHaveProperty('error')
})

test('purge ends it, and the registry has its result at the next sweep', async () => {
  await accept(body('purged'))
  await deadLetter(body('purged'))
  await worker.stack.sweep()
  expect((await run('dlq', 'purge', '--yes')).code).toBe(0)
  await worker.stack.sweep()
  expect(await document('purged')).toMatchObject({ status: 'failed', error_code: 'dead_lettered' })
})

test('a result that is there takes the place of the dead letter in the registry', async () => {
  await accept(body('late'))
  await deadLetter(body('late'))
  await worker.stack.sweep()
  await worker.bucket.put(
    jobKeys.result('late'),
    JSON.stringify({ job_id: 'late', status: 'failed', error: 'no' }),
  )
  await worker.stack.sweep()
  expect(await document('late')).toMatchObject({ status: 'failed', error: 'no' })
})
