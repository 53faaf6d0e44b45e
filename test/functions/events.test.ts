/**
 * What is sent when a job ends, a model is registered and an alias is set: to the queue of the embedded stack.
 *
 * @module-tag long
 */
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WorkerEvent, workerEvent } from '../../shared/events/event.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { storedAliases } from '../../shared/registry/aliases.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import type { Registry } from '../../shared/registry/registry.ts'
import { sweepResults } from '../../shared/registry/sweep.ts'
import { unlimited } from '../../shared/runtime/retry.ts'
import { runCliHere } from '../support/cli.ts'
import { silentLog } from '../support/job-context.ts'
import { registryOf, type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
let registry: Registry
beforeAll(async () => {
  worker = await testStack()
  registry = await registryOf(worker)
})
afterAll(async () => {
  await registry.close()
  await worker.close()
})

const received: WorkerEvent[] = []
/** Waits for an event, as a client does. */
async function eventOf(type: WorkerEvent['detail-type'], text: string): Promise<WorkerEvent> {
  const QueueUrl = worker.stack.environment.EVENT_QUEUE_URL
  const find = () =>
    received.find((event) => event['detail-type'] === type && JSON.stringify(event).includes(text))
  await until(async () => {
    const { Messages = [] } = await worker.sqs.send(new ReceiveMessageCommand({ QueueUrl }))
    for (const { Body = '', ReceiptHandle } of Messages) {
      received.push(workerEvent.parse(JSON.parse(Body)))
      await worker.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    }
    return find() !== undefined
  }, `${type} with ${text}`)
  const found = find()
  if (found === undefined) throw new Error('The event is gone.')
  return found
}

async function run(...args: string[]): Promise<void> {
  const { code, err } = await runCliHere(args, worker.stack.environment)
  if (code !== 0) throw new Error(err)
}

const csv = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i % 7},${i < 30 ? 'no' : 'yes'}`).join('\n')}\n`

test('a job that completes is announced with its figures, and its model', async () => {
  const result = await worker.train(csv, { model_name: 'events' })
  if (result.status === 'failed') throw new Error(result.error)
  const { detail } = await eventOf('job.completed', result.job_id)
  expect(detail).toMatchObject({
    job_id: result.job_id,
    model_id: result.model_id,
    bucket: worker.bucket.name,
    completed_at: result.completed_at,
    metrics: { accuracy: 'accuracy' in result.metrics ? result.metrics.accuracy : undefined },
    result: `s3://${worker.bucket.name}/${jobKeys.result(result.job_id)}`,
  })
  await eventOf('model.registered', result.model_id)

  // The event of S3 comes twice.
  const again: WorkerEvent[] = []
  await registerModel({ bucket: worker.bucket, registry }, result.job_id, async (events) => {
    again.push(...events)
  })
  expect(again.map((event) => event.detail.id)).toEqual(
    ['model.registered', 'job.completed'].map(
      (type) => received.find((event) => event['detail-type'] === type)?.detail.id,
    ),
  )
})

test('a job that fails is announced with its code', async () => {
  const result = await worker.train('', {})
  const { detail } = await eventOf('job.failed', result.job_id)
  expect(detail).toMatchObject({ status: 'failed', error_code: expect.any(String) })
})

test('an alias that is set is announced, each time anew', async () => {
  const result = await worker.train(csv, { model_name: 'aliased' })
  if (result.status === 'failed') throw new Error(result.error)
  await eventOf('model.registered', result.model_id)
  await run('models', 'alias', 'aliased', 'champion', result.version)
  const { detail } = await eventOf('alias.changed', 'champion')
  expect(detail).toMatchObject({ name: 'aliased', version: result.version, model_id: result.model_id })
  await run('models', 'alias', 'aliased', 'champion', result.version)
  await run('models', 'alias', 'aliased', 'last', result.version)
  await eventOf('alias.changed', '"last"')
  const changes = received.filter((event) => event['detail-type'] === 'alias.changed')
  expect(new Set(changes.map((event) => event.detail.id)).size).toBe(3)
})

test('an alias that is removed is announced, and is gone from registry and bucket', async () => {
  const result = await worker.train(csv, { model_name: 'unaliased' })
  if (result.status === 'failed') throw new Error(result.error)
  await eventOf('model.registered', result.model_id)
  await run('models', 'alias', 'unaliased', 'former', result.version)
  await eventOf('alias.changed', '"former"')
  await run('models', 'alias', 'unaliased', 'former', '--delete')
  const { detail } = await eventOf('alias.changed', '"alias":"former","version":null')
  expect(detail).toMatchObject({ name: 'unaliased', model_id: null })
  expect(await worker.db.collection('aliases').countDocuments({ alias: 'former' })).toBe(0)
  expect(await Array.fromAsync(storedAliases(worker.bucket, 'unaliased'))).toEqual([])
  await expect(run('models', 'alias', 'unaliased', 'former', '--delete')).rejects.toThrow('has no alias')
  await run('models', 'alias', 'unaliased', 'former', result.version)
  expect(await Array.fromAsync(storedAliases(worker.bucket, 'unaliased'))).toHaveLength(1)
})

test('a dead letter is announced once, however often it is swept', async () => {
  const job_id = 'dead-letter'
  const MessageBody = JSON.stringify({ job_id, algorithm: 'svm', dataset_path: 'iris' })
  const QueueUrl = worker.stack.environment.DEAD_LETTER_QUEUE_URL
  await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
  await worker.stack.sweep()
  const { detail } = await eventOf('job.dead_lettered', job_id)
  expect(detail).toMatchObject({ job_id, dead_lettered_at: expect.any(String) })
  await worker.stack.sweep()
  await worker.train(csv, { job_id: 'after-it' })
  await eventOf('job.completed', 'after-it')
  expect(received.filter((event) => event['detail-type'] === 'job.dead_lettered')).toHaveLength(1)
})

test('what could not be sent is sent by a later sweep: until then the registry does not have the job', async () => {
  const job_id = 'unsent'
  const failed = { job_id, status: 'failed', error: 'no', error_code: 'cancelled' }
  await worker.bucket.put(jobKeys.result(job_id), JSON.stringify(failed))
  const stores = { bucket: worker.bucket, registry }
  const refusing = async () => {
    throw new Error('EventBridge is away.')
  }
  await expect(registerModel(stores, job_id, refusing)).rejects.toThrow('away')
  const sent: WorkerEvent[] = []
  await sweepResults(stores, {
    timeLeftMs: unlimited,
    log: silentLog,
    announce: async (events) => void sent.push(...events),
    onRefused: () => undefined,
  })
  expect(sent.map(({ detail }) => detail)).toMatchObject([{ job_id, error_code: 'cancelled' }])
})
