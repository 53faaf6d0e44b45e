import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStack } from '../../local/stack.ts'
import { runningStack } from '../../local/stack-file.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { parityCsv } from '../support/parity-set.ts'
import { testStack, until } from '../support/stack.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('a stack keeps its data over a restart, and is found while it runs', async () => {
  const first = await startStack({ directory })
  await first.seed()
  expect(await runningStack(directory)).toEqual({ pid: process.pid, environment: first.environment })
  await first.close()
  expect(await runningStack(directory)).toBeUndefined()

  const second = await startStack({ directory, runJobs: false })
  const mongo = await MongoClient.connect(second.environment.MONGODB_URL)
  expect(await mongo.db('tensorfleet').collection('datasets').distinct('name')).toEqual(
    expect.arrayContaining(['iris', 'wine', 'diabetes']),
  )
  await mongo.close()
  await second.close()
})

test('a job longer than an invocation pauses, goes on in the next, and ends in the model of an uninterrupted one', {
  tags: 'long',
}, async () => {
  const long = { algorithm: 'dnn', hyperparameters: { epochs: 1000 } }
  const hashOf = async (worker: Awaited<ReturnType<typeof testStack>>) => {
    const result = await worker.train(readFileSync(parityCsv('digits')), long, 150)
    if (result.status === 'failed') throw new Error(result.error)
    const manifest = manifestSchema.parse(
      await worker.bucket.getJson(modelKey(result.model_id, 'manifest.json')),
    )
    return manifest.files['model.json'].sha256
  }
  const patient = await testStack()
  const whole = await hashOf(patient)
  await patient.close()

  const hurried = await testStack({ trainTimeoutSeconds: 3 })
  const pieces = await hashOf(hurried)
  const times = (event: string) => hurried.logs.filter((line) => line.includes(event)).length
  expect(times('job paused')).toBeGreaterThan(0)
  // One that did not pause in time is resumed from its last pause.
  expect(times('job resumed')).toBeGreaterThanOrEqual(times('job paused'))
  const checkpoints = () => Array.fromAsync(hurried.bucket.list('checkpoints/'))
  await until(async () => (await checkpoints()).length === 0, 'the end of the checkpoint')
  await hurried.close()
  expect(pieces).toBe(whole)
})
