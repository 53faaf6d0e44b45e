/**
 * `cancel` and `dlq` on a whole stack: jobs that are stopped, and messages in the dead-letter queue.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { runCliHere } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'
import { outOfOrder, startStorageService } from '../support/storage-service.ts'

let worker: TestStack
let service: Awaited<ReturnType<typeof startStorageService>>
beforeAll(async () => {
  service = await startStorageService(new Map())
  const environment = { ...process.env, STORAGE_SERVICE_URL: service.url }
  worker = await testStack({ concurrency: 1, retrySeconds: 0.01, environment })
  await worker.bucket.put('datasets/iris.csv', readFileSync(parityCsv('iris')))
})
afterAll(async () => {
  await worker.close()
  await service.close()
})

const run = (...args: string[]) => runCliHere(args, worker.stack.environment)

const job = (fields: Record<string, unknown> = {}) =>
  JSON.stringify({ job_id: randomUUID(), algorithm: 'decision_tree', dataset_path: 'iris', ...fields })
const idOf = (body: string): string => JSON.parse(body).job_id
const exists = (key: string) => worker.bucket.exists(key)

describe('cancel', () => {
  test('stops a running job and one that waits behind it, and both are counted', async () => {
    const running = job({ algorithm: 'dnn', hyperparameters: { epochs: 500_000 } })
    const queued = job()
    await worker.send(running)
    await until(() => exists(jobKeys.status(idOf(running))), 'the start of the job')
    await worker.send(queued)

    for (const body of [queued, running]) {
      const { code, out } = await run('cancel', idOf(body), '--json')
      expect([code, JSON.parse(out)]).toMatchObject([
        0,
        { job_id: idOf(body), status: 'failed', error: 'cancelled', error_code: 'cancelled' },
      ])
    }
    const listed = (await run('jobs')).out
    for (const body of [queued, running]) {
      expect(listed).toMatch(new RegExp(`${idOf(body)} .*cancelled|cancelled .*${idOf(body)}`))
    }
    const after = job()
    await worker.send(after)
    expect(await worker.resultOf(idOf(after))).toMatchObject({ status: 'completed' })
    for (const body of [queued, running]) {
      const told = worker.logs.filter(
        (line) => line.includes(idOf(body)) && line.includes('worker_tasks_failed_total'),
      )
      expect(told).toEqual([expect.stringContaining('"worker_tasks_failed_total":1')])
      expect(await exists(jobKeys.cancel(idOf(body)))).toBe(false)
      await until(
        async () =>
          (await worker.db.collection('jobs').countDocuments({ job_id: idOf(body), error: 'cancelled' })) ===
          1,
        'the registration',
      )
    }
  })
  test('says of a job that has ended how it ended, and leaves its result', async () => {
    const body = job()
    await worker.send(body)
    const result = await worker.resultOf(idOf(body))
    const { code, err } = await run('cancel', idOf(body))
    expect([code, err]).toEqual([
      1,
      `Job ${idOf(body)} has already ended, completed: there is nothing to cancel.\n`,
    ])
    expect(await worker.resultOf(idOf(body))).toEqual(result)
    expect(await exists(jobKeys.cancel(idOf(body)))).toBe(false)
  })
  test('refuses what cannot be a job’s id', async () => {
    const { code, err } = await run('cancel', '../models/x')
    expect([code, err]).toEqual([2, 'tensorfleet: "../models/x" cannot be a job’s id.\n'])
  })
})

describe('dlq', () => {
  const dead = (body: string) =>
    worker.sqs.send(
      new SendMessageCommand({
        QueueUrl: worker.stack.environment.DEAD_LETTER_QUEUE_URL,
        MessageBody: body,
      }),
    )
  test('lists each message with the reason, and redrives it into a trained model', async () => {
    const body = job()
    service.setTrouble(outOfOrder)
    await worker.send(body)
    const listed = async () => JSON.parse((await run('dlq', '--json')).out)
    await until(async () => (await listed()).length === 1, 'the dead letter', 60)
    expect(await listed()).toEqual([
      {
        job_id: idOf(body),
        message_id: expect.any(String),
        attempts: 10,
        reason: expect.stringMatching(/^Error: The storage service .* is out of order/),
        sent_at: expect.any(String),
        body,
      },
    ])
    expect(await worker.bucket.getJson(jobKeys.failure(idOf(body)))).toMatchObject({
      attempt: 10,
      max_attempts: 10,
      dead_lettered_at: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect((await run('dlq')).out).toMatch(/^job +attempts +sent +reason\n.* 10 +\d{4}-.*is out of order/)

    service.setTrouble(() => false)
    const { code, out } = await run('dlq', 'redrive', idOf(body))
    expect([code, out]).toEqual([0, '1 message is in the jobs queue again.\n'])
    expect(await worker.resultOf(idOf(body))).toMatchObject({ status: 'completed' })
    expect(await listed()).toEqual([])
  }, 90_000)
  test('tells messages that cannot be read, that were cut off, and whose job has ended', async () => {
    const done = job()
    await worker.send(done)
    await worker.resultOf(idOf(done))
    const [cut, never] = [job(), job()]
    await worker.bucket.put(jobKeys.record(idOf(cut)), '{}')
    for (const body of [done, cut, never, 'no JSON']) await dead(body)
    const letters: { body: string; reason: string }[] = JSON.parse((await run('dlq', '--json')).out)
    const reason = (body: string) => letters.find((letter) => letter.body === body)?.reason
    expect(reason(done)).toMatch(/^The job has ended since, completed/)
    expect(reason(cut)).toMatch(/^Every attempt was cut off/)
    expect(reason(never)).toMatch(/^No attempt came as far/)
    expect(reason('no JSON')).toMatch(/^The message is not JSON/)
  })
  test('redrives only what it was asked to, and says what is not there', async () => {
    const { code, out, err } = await run('dlq', 'redrive', 'nobody', '--json')
    expect([code, JSON.parse(out), err]).toEqual([1, [], 'The dead-letter queue has no message of nobody.\n'])
    expect(JSON.parse((await run('dlq', '--json')).out)).toHaveLength(4)
  })
  test('purges only when it was told yes', async () => {
    expect((await run('dlq', 'purge')).code).toBe(2)
    expect((await run('dlq', 'purge', '--yes')).out).toBe('4 messages are deleted.\n')
    expect((await run('dlq')).out).toBe('The dead-letter queue is empty.\n')
  })
  test('purge ends the jobs of its messages, but none that has ended or belongs to another message', async () => {
    const [ended, other] = [job(), job()]
    for (const body of [ended, other]) {
      await worker.send(body)
      await worker.resultOf(idOf(body))
    }
    const given = job()
    const twin = JSON.stringify({ ...JSON.parse(other), algorithm: 'svm' })
    const before = await Promise.all([ended, other].map((body) => worker.resultOf(idOf(body))))
    for (const body of [ended, twin, given]) await dead(body)
    expect((await run('dlq', 'purge', '--yes')).code).toBe(0)
    expect(await worker.resultOf(idOf(given))).toMatchObject({
      status: 'failed',
      error_code: 'dead_lettered',
    })
    expect(await Promise.all([ended, other].map((body) => worker.resultOf(idOf(body))))).toEqual(before)
  })
  test('redrive takes the dead letter out of the job’s state', async () => {
    const body = job()
    await worker.bucket.put(
      jobKeys.failure(idOf(body)),
      JSON.stringify({ job_id: idOf(body), attempt: 10, error: 'no', failed_at: new Date().toISOString() }),
    )
    await dead(body)
    expect(JSON.parse((await run('jobs', idOf(body), '--json')).out)).toMatchObject({
      status: 'dead_lettered',
    })
    expect((await run('dlq', 'redrive', idOf(body))).code).toBe(0)
    expect(await worker.resultOf(idOf(body))).toMatchObject({ status: 'completed' })
  })
  test('shows examples', async () => {
    for (const args of [['cancel'], ['dlq'], ['dlq', 'redrive'], ['dlq', 'purge']]) {
      expect((await run(...args, '--help')).out).toMatch(/Examples?:\n/)
    }
  })
})
