/** Jobs that outgrow the function: handed over once to Batch, and what happens when a step of that is cut off. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { connectBatch } from '../../shared/batch/batch-queue.ts'
import { randomState } from '../../shared/data/random.ts'
import { outgrownInBatch } from '../../shared/dead-letters/outgrown-batch.ts'
import { returnFromBatch } from '../../shared/dead-letters/return-from-batch.ts'
import { acceptJob } from '../../shared/job-store/accept.ts'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { releaseJob } from '../../shared/job-store/dead-letter.ts'
import { recordFailure } from '../../shared/job-store/failure.ts'
import { findHandOver } from '../../shared/job-store/hand-over.ts'
import { findJobState } from '../../shared/job-store/job-state.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { readMessage } from '../../shared/jobs/parse-message.ts'
import { unlimited } from '../../shared/runtime/retry.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import type { JobContext } from '../../shared/training/job-context.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { type TestStack, testStack } from '../support/stack.ts'

process.env.AWS_REGION ||= 'us-east-1'
process.env.AWS_ACCESS_KEY_ID ||= 'local'
process.env.AWS_SECRET_ACCESS_KEY ||= 'local'

const submission = z.object({
  jobName: z.string(),
  jobQueue: z.string(),
  jobDefinition: z.string(),
  parameters: z.object({ job_id: z.string() }),
  containerOverrides: z.object({
    resourceRequirements: z.array(z.object({ type: z.string(), value: z.string() })),
    environment: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
})

/** What was submitted to a Batch that runs nothing. */
const submitted: z.infer<typeof submission>[] = []
/** What happens before Batch answers. */
let onSubmit: () => Promise<unknown> = async () => undefined
const server = createServer(async (request, response) => {
  expect(request.url).toBe('/v1/submitjob')
  const job = submission.parse(await json(request))
  submitted.push(job)
  await onSubmit()
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ jobId: `batch-${submitted.length}`, jobName: job.jobName }))
})

let stack: TestStack
let endpoint: string
beforeAll(async () => {
  stack = await testStack({ runJobs: false })
  await stack.stack.seed()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  endpoint = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : ''
})
afterAll(async () => {
  server.close()
  await stack.close()
})
beforeEach(() => {
  submitted.length = 0
})

const message = (fields: object = {}) =>
  JSON.stringify({ job_id: randomUUID(), algorithm: 'decision_tree', dataset_path: 'iris', ...fields })
const idOf = (body: string): string => JSON.parse(body).job_id

/** A function with less memory than the worker's own code fills. */
const tooSmall = { isFunction: true, memoryBytes: 128 * 2 ** 20 }
const batch = (maxSeconds = 99_999) =>
  connectBatch({ queue: 'q', definition: 'd:3', maxSeconds, endpoint, timeLeftMs: unlimited })
const call = (body: string, changes: Partial<JobContext> = {}) =>
  trainJob(body, jobContext(stack, { ...tooSmall, batch: batch(), ...changes }))

test('a job that needs more memory is handed over, and is so once', async () => {
  const body = message({ job_id: `a:${randomUUID()}` })
  expect(await call(body)).toBe('continued')
  expect(submitted).toEqual([
    {
      jobName: idOf(body).replace(':', '-'),
      jobQueue: 'q',
      jobDefinition: 'd:3',
      parameters: { job_id: idOf(body) },
      containerOverrides: {
        resourceRequirements: [
          { type: 'VCPU', value: '4' },
          { type: 'MEMORY', value: '8192' },
        ],
        environment: [
          { name: 'TENSORFLEET_THREADS', value: '4' },
          { name: 'TENSORFLEET_MAX_TRAINING_SECONDS', value: '99999' },
        ],
      },
    },
  ])
  expect(await findJobState(stack.bucket, idOf(body))).toMatchObject({
    status: 'handed_over',
    detail: { vcpus: 4, memory_mb: 8192 },
  })
  // Delivered a second time.
  expect(await call(body, { attempt: 2 })).toBe('continued')
  expect(submitted).toHaveLength(1)
})

test('the larger machine ends the job, and nothing of the hand-over is left', async () => {
  const body = message()
  await call(body)
  expect(await trainJob(body, jobContext(stack))).toMatchObject({ status: 'completed' })
  expect(await stack.bucket.exists(jobKeys.handOver(idOf(body)))).toBe(false)
  expect(await call(body)).toMatchObject({ status: 'completed' })
  expect(submitted).toHaveLength(1)
})

test('a machine that ends the job before the hand-over is recorded leaves nothing either', async () => {
  const body = message()
  onSubmit = () => trainJob(body, jobContext(stack))
  expect(await call(body)).toMatchObject({ status: 'completed' })
  onSubmit = async () => undefined
  expect(await Array.fromAsync(stack.bucket.list(`jobs/${idOf(body)}/`), ({ key }) => key)).toEqual([
    jobKeys.record(idOf(body)),
    jobKeys.result(idOf(body)),
  ])
  expect(await stack.bucket.exists(jobKeys.status(idOf(body)))).toBe(false)
})

test('"batch" in the message hands a job over that fits, and "lambda" none that does not', async () => {
  const enough = { memoryBytes: 4 * 2 ** 30 }
  expect(await call(message({ compute: 'batch' }), enough)).toBe('continued')
  expect(submitted).toHaveLength(1)
  expect(await call(message({ compute: 'lambda' }))).toMatchObject({ error_code: 'too_large_to_train' })
  expect(await call(message(), enough)).toMatchObject({ status: 'completed' })
  expect(submitted).toHaveLength(1)
})

test('without a queue of Batch the refusals are those that they were', async () => {
  expect(await call(message(), { batch: undefined })).toMatchObject({
    error_code: 'too_large_to_train',
    error: expect.stringMatching(
      /^The training needs at least 151 MB .*have the function's memory raised\.$/,
    ),
  })
  expect(await call(message({ compute: 'batch' }), { batch: undefined })).toMatchObject({
    error_code: 'compute_missing',
    error: expect.stringMatching(/no queue of AWS Batch.*BATCH_JOB_QUEUE/),
  })
  // Outside Lambda there is nothing to hand over.
  const anywhere = { isFunction: false, batch: undefined, memoryBytes: 4 * 2 ** 30 }
  expect(await call(message({ compute: 'batch' }), anywhere)).toMatchObject({ status: 'completed' })
})

test('a job is handed over for a table that the memory cannot hold, and for its time', async () => {
  await stack.bucket.put('datasets/wide.csv', `a,b,c\n${'1,2,3\n2,3,4\n'.repeat(3000)}`)
  const table = message({ dataset_path: 'wide' })
  expect(await call(table, { memoryBytes: 2 ** 18 })).toBe('continued')
  expect(submitted[0].containerOverrides.resourceRequirements[1].value).toBe('9216')

  const long = { memoryBytes: 2 ** 32, maxTrainingSeconds: 0.0001 }
  const epochs = { algorithm: 'dnn', hyperparameters: { epochs: 100 } }
  expect(await call(message(epochs), long)).toBe('continued')
  const impatient = { ...long, batch: batch(0.00001) }
  expect(await call(message(epochs), impatient)).toMatchObject({ error_code: 'time_limit_exceeded' })
  expect(submitted).toHaveLength(2)
})

test('a job that may fit, but likely does not, is handed over where it can be, and tried where not', async () => {
  const random = randomState(1)
  const rows = Array.from(
    { length: 4000 },
    () => `${random.double()},${random.double()},${random.interval(2)}`,
  )
  await stack.bucket.put('datasets/noise.csv', `a,b,y\n${rows.join('\n')}\n`)
  const svm = { algorithm: 'svm', dataset_path: 'noise' }
  const enough = { threads: 2, memoryBytes: 156 * 2 ** 20 }
  expect(await call(message(svm), enough)).toBe('continued')
  expect(await call(message({ ...svm, compute: 'lambda' }), enough)).toMatchObject({
    status: 'completed',
  })
  expect(await call(message(svm), { ...enough, batch: undefined })).toMatchObject({
    status: 'completed',
  })
  expect(submitted).toHaveLength(1)
})

test('cut off before or after it is submitted, the job is submitted again, on the same machine', async () => {
  const body = message()
  const cutOff = (calls: number): Bucket => ({
    ...stack.bucket,
    async put(...given) {
      if (given[0].endsWith('hand-over.json') && submitted.length === calls) throw new Error('cut off')
      return stack.bucket.put(...given)
    },
  })
  const down = { queue: 'q', definition: 'd', maxSeconds: 1e6, endpoint: 'http://127.0.0.1:9' }
  const unreachable = connectBatch({ ...down, timeLeftMs: () => 0 })
  await expect(call(body, { batch: unreachable })).rejects.toThrow('ECONNREFUSED')
  expect(await findHandOver(stack.bucket, idOf(body))).toMatchObject({ memory_mb: 8192 })
  await expect(call(body, { attempt: 2, bucket: cutOff(1) })).rejects.toThrow('cut off')
  expect(await call(body, { attempt: 3 })).toBe('continued')
  expect(submitted.map(({ jobName }) => jobName)).toEqual([idOf(body), idOf(body)])
  expect(await findHandOver(stack.bucket, idOf(body))).toMatchObject({ batch_job_id: 'batch-2' })
})

test('a job that Batch gave up on is dead-lettered, and handed over again when it is redriven', async () => {
  const body = message({ unknown_field: 1 })
  const jobId = idOf(body)
  await call(body)
  const { AWS_ENDPOINT_URL, DEAD_LETTER_QUEUE_URL: url } = stack.stack.environment
  const deadLetters = { url, endpoint: AWS_ENDPOINT_URL, timeLeftMs: unlimited }
  const reason = 'Host EC2 (instance i-1) terminated.'
  const failed = (batchJobId: string) =>
    returnFromBatch(stack.bucket, { jobId, batchJobId, reason }, deadLetters)
  expect(await failed('batch-0')).toBe('ended')
  expect(await failed('batch-1')).toBe('dead-lettered')
  expect(await failed('batch-1')).toBe('dead-lettered before')
  expect(await findJobState(stack.bucket, jobId)).toMatchObject({
    status: 'dead_lettered',
    error: 'The attempt was cut off: Host EC2 (instance i-1) terminated.',
  })
  const { Messages = [] } = await stack.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }))
  expect(Messages[0].Body).toBe(body)

  await releaseJob(stack.bucket, jobId, body)
  expect(await call(body, { attempt: 2 })).toBe('continued')
  expect(submitted).toHaveLength(2)
  expect(await findJobState(stack.bucket, jobId)).toMatchObject({ status: 'handed_over' })
  expect(await findHandOver(stack.bucket, jobId)).toMatchObject({ batch_job_id: 'batch-2', body })
  expect(await trainJob(body, jobContext(stack))).toMatchObject({
    status: 'completed',
    warnings: expect.arrayContaining([expect.stringContaining('unknown_field')]),
  })
  expect(await failed('batch-2')).toBe('ended')
})

test('a job whose memory ran out in Batch is handed over anew, to a machine of twice as much', async () => {
  const body = message()
  const jobId = idOf(body)
  await call(body)
  const told = (batchJobId: string) => outgrownInBatch(stack.bucket, { jobId, batchJobId })
  expect(await told('batch-0')).toBeUndefined()
  expect(await told('batch-1')).toBe(body)
  // EventBridge may tell it twice.
  expect(await told('batch-1')).toBe(body)
  expect(await call(body)).toBe('continued')
  expect(submitted[1].containerOverrides.resourceRequirements).toEqual([
    { type: 'VCPU', value: '4' },
    { type: 'MEMORY', value: '16384' },
  ])
  expect(await told('batch-1')).toBeUndefined()
  expect(await findHandOver(stack.bucket, jobId)).toMatchObject({
    batch_job_id: 'batch-2',
    memory_mb: 16_384,
  })
  expect(await trainJob(body, jobContext(stack))).toMatchObject({ status: 'completed' })
  expect(await told('batch-2')).toBeUndefined()
})

test('a job whose attempts end without a word, as without memory they do, is handed over at the third', async () => {
  const enough = { memoryBytes: 4 * 2 ** 30 }
  const body = message()
  await acceptJob(stack.bucket, idOf(body), readMessage(body))
  const other = message()
  await acceptJob(stack.bucket, idOf(other), readMessage(other))
  expect(await call(body, { ...enough, attempt: 3 })).toBe('continued')
  expect(submitted[0].containerOverrides.resourceRequirements[1].value).toBe('12288')
  await recordFailure(stack.bucket, idOf(other), { attempt: 2 }, new Error('A connection was lost.'))
  expect(await call(other, { ...enough, attempt: 3 })).toMatchObject({ status: 'completed' })
})

test('a job that waits in Batch is cancelled at once, and the machine that comes for it finds that', async () => {
  const body = message()
  await call(body)
  expect(await cancelJob(stack.bucket, idOf(body), { canRun: false })).toMatchObject({
    error_code: 'cancelled',
  })
  expect(await trainJob(body, jobContext(stack))).toMatchObject({ error_code: 'cancelled' })
  expect(await Array.fromAsync(stack.bucket.list(`jobs/${idOf(body)}/`), ({ key }) => key)).toEqual([
    jobKeys.record(idOf(body)),
    jobKeys.result(idOf(body)),
  ])
})
