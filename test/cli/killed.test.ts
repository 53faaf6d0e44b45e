/** A worker whose process is killed at every attempt: the commands that wait say so, and so do bucket, registry and metrics. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PurgeQueueCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchMessage } from '../../cli/message-watch.ts'
import { waitForResult } from '../../cli/wait-for-result.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { runCliHere } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
let directory: string
beforeAll(async () => {
  worker = await testStack({ concurrency: 1, retrySeconds: 0.1, api: { port: 0 } })
  await worker.bucket.put('datasets/iris.csv', readFileSync(parityCsv('iris')))
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(async () => {
  await worker.close()
  await rm(directory, { recursive: true })
})

const run = (...args: string[]) => runCliHere(args, worker.stack.environment)

test('killed at every attempt, the job is dead-lettered, and "submit" ends', {
  tags: 'long',
  timeout: 240_000,
}, async () => {
  const job_id = randomUUID()
  const file = join(directory, 'job.json')
  const long = { algorithm: 'dnn', dataset_path: 'iris', hyperparameters: { epochs: 500_000 } }
  await writeFile(file, JSON.stringify({ job_id, ...long }))
  const killing = setInterval(async () => {
    if (!(await worker.bucket.exists(jobKeys.status(job_id)))) return
    await worker.bucket.delete([jobKeys.status(job_id)])
    for (const pid of worker.stack.pids()) process.kill(pid, 'SIGKILL')
  }, 200)
  const { code, err } = await run('submit', file)
  clearInterval(killing)
  expect([code, err]).toEqual([1, expect.stringMatching(/Attempt 10 of 10 failed: The attempt was cut off/)])
  expect(JSON.parse((await run('jobs', job_id)).out)).toMatchObject({ status: 'dead_lettered', attempt: 10 })
  const registered = () => worker.db.collection('jobs').countDocuments({ job_id, status: 'dead_lettered' })
  await until(async () => (await registered()) === 1, 'the registration')
  const metrics = await (await fetch(`${worker.stack.apiUrl}/metrics`)).text()
  expect(metrics).toContain('worker_jobs_dead_lettered_total 1')
})

test('a message that is gone ends the wait, and `jobs` says so', async () => {
  const own = await testStack({ runJobs: false })
  const job_id = randomUUID()
  await own.send(JSON.stringify({ job_id, algorithm: 'svm', dataset_path: 'iris' }))
  const runThere = (...args: string[]) => runCliHere(args, own.stack.environment)
  expect((await runThere('jobs', job_id)).err).toMatch(/it is among the 1 messages in the queue/)
  const { JOB_QUEUE_URL: queueUrl } = own.stack.environment
  const connection = {
    bucket: own.bucket,
    queueUrl,
    aws: own.stack.aws,
    registry: () => Promise.reject(new Error('There is none.')),
    isLocal: true,
    ownStack: undefined,
    close: async () => undefined,
  }
  const waiting = waitForResult(connection, job_id, { json: false }, watchMessage(connection, 50))
  await own.sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }))
  await expect(waiting).rejects.toThrow(/is gone: the queue is empty/)
  expect((await runThere('jobs', job_id)).err).toMatch(/There is no job .* the queue is empty/)
  const record = { message: null, fingerprint: 'f', accepted_at: '2026-01-01T00:00:00.000Z' }
  await own.bucket.put(jobKeys.record(job_id), JSON.stringify(record))
  expect(JSON.parse((await runThere('jobs', job_id)).out)).toMatchObject({ status: 'lost' })
  await own.close()
})
