/**
 * Results that were committed but never registered.
 *
 * @module-tag long
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStack } from '../../local/stack.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import type { Registry } from '../../shared/registry/registry.ts'
import { sweepResults } from '../../shared/registry/sweep.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { silentLog } from '../support/job-context.ts'
import { parityCsv } from '../support/parity-set.ts'
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

const refused: string[] = []
const sweep = (timeLeftMs = 60_000) =>
  sweepResults(
    { bucket: worker.bucket, registry },
    {
      timeLeftMs: () => timeLeftMs,
      log: silentLog,
      onRefused: (jobId) => void refused.push(jobId),
    },
  )
const jobs = () => worker.db.collection<{ _id: string }>('jobs')
/** A job is in the registry while it runs, too. */
const registration = (jobId: string) =>
  until(
    async () => (await jobs().countDocuments({ _id: jobId, status: 'completed' })) === 1,
    'the registration',
  )
const commit = (jobId: string) =>
  worker.bucket.put(jobKeys.result(jobId), JSON.stringify({ job_id: jobId, status: 'failed', error: 'no' }))

test('a model that the registry has lost is registered again, whole', async () => {
  const result = await worker.train(readFileSync(parityCsv('iris')))
  if (result.status === 'failed') throw new Error(result.error)
  await registration(result.job_id)
  const before = await worker.db.collection('models').findOne({ job_id: result.job_id })
  for (const name of ['models', 'jobs', 'fs.files', 'fs.chunks'])
    await worker.db.collection(name).deleteMany({})
  await worker.stack.sweep()
  expect(await worker.db.collection('models').findOne({ job_id: result.job_id })).toEqual(before)
  expect(await worker.db.collection('fs.files').countDocuments({})).toBe(1)
  expect(await jobs().countDocuments({ _id: result.job_id, status: 'completed' })).toBe(1)
})

test('a sweep goes on where the time of the last was up, over a bucket of any size', async () => {
  const ids = Array.from({ length: 1200 }, (_, n) => `many-${n}`)
  for (let from = 0; from < ids.length; from += 100) {
    await Promise.all(ids.slice(from, from + 100).map(commit))
  }
  await jobs().insertMany(ids.slice(0, 1190).map((_id) => ({ _id, status: 'failed' })))
  const total = (await jobs().countDocuments({})) + 10
  let checked = 0
  for (let calls = 1; ; calls++) {
    // Time for one batch: short from the second look at the clock on.
    let looks = 0
    const { checked: now, done } = await sweepResults(
      { bucket: worker.bucket, registry },
      {
        timeLeftMs: () => (looks++ < 4 ? 60_000 : 0),
        log: silentLog,
        onRefused: () => undefined,
      },
    )
    checked += now
    if (done) break
    expect(calls).toBeLessThan(20)
  }
  expect(checked).toBe(total)
  expect(await jobs().countDocuments({})).toBe(total)
  expect(await worker.db.collection('sweeps').countDocuments({})).toBe(0)
  expect(await sweep()).toEqual({ checked: total, registered: 0, failed: [], done: true })
})

test('a result whose model is damaged is told once, and does not hold up the others', async () => {
  const result = await worker.train(readFileSync(parityCsv('iris')))
  if (result.status === 'failed') throw new Error(result.error)
  await registration(result.job_id)
  await jobs().deleteOne({ _id: result.job_id })
  await worker.bucket.delete([modelKey(result.model_id, 'manifest.json')])
  await commit('zz-after-it')
  expect(await sweep()).toMatchObject({ registered: 1, failed: [result.job_id], done: true })
  expect(await jobs().countDocuments({ _id: 'zz-after-it' })).toBe(1)
  expect(refused).toEqual([result.job_id])
  expect(await jobs().findOne({ _id: result.job_id })).toMatchObject({
    job_id: result.job_id,
    status: 'completed',
    model_id: result.model_id,
    registration_error: expect.stringMatching(/lacks models\/.*\/manifest\.json/),
  })
  expect(await sweep()).toMatchObject({ registered: 0, failed: [], done: true })
})

test('the event of a result that can never be registered is not tried again, but told and counted', async () => {
  const result = await worker.train(readFileSync(parityCsv('iris')))
  if (result.status === 'failed') throw new Error(result.error)
  const lines = () => worker.logs.filter((line) => line.includes(result.job_id))
  const isTold = () =>
    lines().some(
      (line) => line.includes('The result cannot be registered.') && line.includes('model_damaged'),
    )
  const isCounted = () => lines().some((line) => line.includes('"worker_registrations_refused_total":1'))
  // Waits for the registration that is under way: it goes on after the job is in the registry.
  await worker.stack.register(result.job_id)
  await jobs().deleteOne({ _id: result.job_id })
  await worker.bucket.put(modelKey(result.model_id, 'manifest.json'), '{}')
  await worker.stack.register(result.job_id)
  await until(async () => isTold() && isCounted(), 'the log line and the count')
  expect(await jobs().countDocuments({ _id: result.job_id, registration_error: /./ })).toBe(1)
  expect((await sweep()).failed).toEqual([])
})

test('a stack that starts registers what the last one left', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const first = await startStack({ directory, runJobs: false })
  const store = connectObjectStore({ endpoint: first.environment.AWS_ENDPOINT_URL })
  const left = { job_id: 'left-behind', status: 'failed', error: 'no' }
  await store
    .bucket(first.environment.ARTIFACT_BUCKET)
    .put(jobKeys.result('left-behind'), JSON.stringify(left))
  store.close()
  await first.close()

  const second = await startStack({ directory })
  const mongo = await MongoClient.connect(second.environment.MONGODB_URL)
  const registered = () =>
    mongo.db('tensorfleet').collection('jobs').countDocuments({ job_id: 'left-behind' })
  await until(async () => (await registered()) === 1, 'the sweep')
  await mongo.close()
  await second.close()
  await rm(directory, { recursive: true })
})

test('a result whose registration gets the sweep killed is left to the end, and holds up no other', async () => {
  const slow = completedResult.parse(await worker.train(readFileSync(parityCsv('iris'))))
  await registration(slow.job_id)
  await jobs().deleteOne({ _id: slow.job_id })
  await commit('zz-later')
  /** A sweep that is over when it comes to the slow result's file, as if it were killed there. */
  async function killedSweep(): Promise<Record<string, unknown>[]> {
    const warnings: Record<string, unknown>[] = []
    const killed = Promise.withResolvers<void>()
    async function stream(key: string) {
      if (key !== modelKey(slow.model_id, 'model.onnx')) return worker.bucket.stream(key)
      killed.resolve()
      return new Promise<never>(() => undefined)
    }
    const bucket = { ...worker.bucket, stream }
    const log = {
      ...silentLog,
      warn: (_: string, about?: object) => warnings.push({ ...about }),
    }
    const swept = sweepResults(
      { bucket, registry },
      { timeLeftMs: () => 60_000, log, onRefused: () => undefined },
    )
    swept.catch(() => undefined)
    await killed.promise
    return warnings
  }
  const named = { job_ids: expect.arrayContaining([slow.job_id]) }
  expect(await killedSweep()).not.toContainEqual(named)
  expect(await killedSweep()).toContainEqual(named)
  // It came to the end before it was killed again.
  expect(await jobs().countDocuments({ _id: 'zz-later' })).toBe(1)
  expect(await worker.db.collection('sweeps').findOne({})).toMatchObject({ trying: [slow.job_id] })
  expect(await sweep()).toMatchObject({ registered: 1, done: true })
  expect(await jobs().countDocuments({ _id: slow.job_id })).toBe(1)
  expect(await worker.db.collection('sweeps').countDocuments({})).toBe(0)
})
