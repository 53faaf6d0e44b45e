/** Processes that are killed at every point, and events that come often and in any order. */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { GridFSBucket, ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { objectCreated } from '../../local/lambda/s3-event.ts'
import { recordDeadLetters } from '../../shared/dead-letters/record-dead-letters.ts'
import { findJobState } from '../../shared/job-store/job-state.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import type { CompletedResult } from '../../shared/jobs/result.ts'
import { readManifest } from '../../shared/models/read-model.ts'
import { registerDeadLettered } from '../../shared/registry/dead-lettered-jobs.ts'
import { deleteModel, modelToDelete } from '../../shared/registry/delete-model.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import { resolveModel } from '../../shared/registry/resolve-model.ts'
import { verifyRegistry } from '../../shared/registry/verify.ts'
import { unlimited } from '../../shared/runtime/retry.ts'
import { deletedKey, modelKey, modelPrefix } from '../../shared/storage/keys.ts'
import { killAt } from '../support/kill-at.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

const root = join(import.meta.dirname, '..', '..')
let places: TestPlaces
let requests: Awaited<ReturnType<typeof killAt>>
beforeAll(async () => {
  places = await testPlaces()
  requests = await killAt(places.environment)
})
beforeEach(() => places.clear())
afterAll(async () => {
  await requests.close()
  await places.close()
})

function startRegister(environment: Record<string, string>, concurrency: number): FunctionHost {
  return startFunction({
    name: 'register',
    handler: 'functions/register/handler.handler',
    root,
    environment: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'ERROR', ...environment },
    timeoutSeconds: 60,
    memoryMb: 512,
    concurrency,
    onLine: () => {},
  })
}

const eventOf = ({ job_id }: CompletedResult) => objectCreated(places.bucket.name, jobKeys.result(job_id))

/** That the registry has each model once, with one file, the one of the bucket, and no chunk beside. */
async function expectOnce(results: readonly CompletedResult[]): Promise<void> {
  const { db } = places.registry
  const ids = results.map(({ model_id }) => model_id).toSorted()
  for (const name of ['models', 'fs.files']) {
    expect((await db.collection(name).distinct('_id')).map(String).toSorted()).toEqual(ids)
  }
  expect((await db.collection('fs.chunks').distinct('files_id')).map(String).toSorted()).toEqual(ids)
  for (const id of ids) {
    const bytes = Buffer.concat(await new GridFSBucket(db).openDownloadStream(new ObjectId(id)).toArray())
    const manifest = await readManifest(places.bucket, id)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(sha256).toBe(manifest?.files['model.onnx'].sha256)
    expect((await places.registry.getModelMetadata(id))?.sha256).toBe(sha256)
  }
  expect((await verifyRegistry(places)).findings).toEqual([])
}

describe('register', () => {
  test('killed before any of its requests registers once when tried again', { tags: 'long' }, async () => {
    const result = await places.train('killed', {
      algorithm: 'random_forest',
      hyperparameters: { n_estimators: 30 },
    })
    expect((await readManifest(places.bucket, result.model_id))?.files['model.onnx'].bytes).toBeGreaterThan(
      255 * 1024,
    )
    const register = startRegister(requests.environment, 1)
    try {
      let reached = true
      for (let n = 1; reached; n++) {
        await places.registry.db.dropDatabase()
        requests.arm(n, () => {
          for (const pid of register.pids()) process.kill(pid, 'SIGKILL')
        })
        const outcome = register.invoke(eventOf(result))
        await Promise.allSettled([outcome])
        reached = requests.disarm()
        if (reached) await expect(outcome).rejects.toThrow(/SIGKILL/)
        await registerModel(places, result.job_id)
        await expectOnce([result])
        if (!reached) expect(n).toBeGreaterThan(15)
      }
    } finally {
      await register.close()
    }
  })
  test('under way while its model is deleted does not bring it back', async () => {
    for (let i = 0; i < 5; i++) {
      const { job_id, model_id } = await places.train('vanishing')
      const register = () => registerModel(places, job_id)
      await register()
      const about = await modelToDelete(places, model_id)
      const outcomes = await Promise.allSettled([register(), deleteModel(places, about), register()])
      expect(outcomes[1].status).toBe('fulfilled')
      await register()
      expect(await filesOf(model_id)).toEqual([])
      await expectOnce([])
    }
  })
  test('of three versions, each event three times, at once and in any order, is each registered once', async () => {
    const versions = []
    for (let i = 0; i < 3; i++) versions.push(await places.train('often'))
    const register = startRegister(places.environment, 3)
    try {
      const [first, second, third] = versions
      const order = [third, first, third, second, first, second, third, second, first]
      await Promise.all(order.map((result) => register.invoke(eventOf(result))))
    } finally {
      await register.close()
    }
    await expectOnce(versions)
    const all = await places.registry.versionsOf('often')
    expect(all.map((model) => model.version)).toEqual(versions.map((result) => result.version).toReversed())
    expect(await resolveModel(places.registry, 'often@latest')).toBe(versions[2].model_id)
  })
  test('refuses a file that was edited, and leaves the good copy that it has', async () => {
    const result = await places.train('edited')
    const register = startRegister(places.environment, 1)
    try {
      await register.invoke(eventOf(result))
      const before = await places.everything()
      const key = modelKey(result.model_id, 'model.onnx')
      const bytes = Buffer.from((await places.bucket.get(key)) ?? '')
      bytes[bytes.length >> 1] ^= 1
      await places.bucket.put(key, bytes)
      await register.invoke(eventOf(result))
      expect(await places.everything()).toEqual(before)
      await places.registry.db.dropDatabase()
      await register.invoke(eventOf(result))
      expect(await places.everything()).toMatchObject({
        jobs: [{ registration_error: expect.stringMatching(/not the file that was trained/) }],
      })
      bytes[bytes.length >> 1] ^= 1
      await places.bucket.put(key, bytes)
      await register.invoke(eventOf(result))
      expect(await places.everything()).toEqual(before)
    } finally {
      await register.close()
    }
  })
})

describe('dead letters', () => {
  const { send, count, close } = deadLetters()
  afterAll(() => close())

  test('a sweep killed before any of its requests is made up for by the next', { tags: 'long' }, async () => {
    const { bucket, registry, environment } = places
    const register = startRegister(requests.environment, 1)
    let reached = true
    for (let n = 1; reached; n++) {
      await registry.db.dropDatabase()
      await bucket.delete([jobKeys.failure('dead')])
      // The letter that a killed sweep holds would be back after two minutes only.
      await send()
      requests.arm(n, () => {
        for (const pid of register.pids()) process.kill(pid, 'SIGKILL')
      })
      await Promise.allSettled([register.invoke({ 'detail-type': 'Scheduled Event' })])
      reached = requests.disarm()
      await send()
      const { failures } = await recordDeadLetters(bucket, environment.DEAD_LETTER_QUEUE_URL, {
        endpoint: environment.AWS_ENDPOINT_URL,
        timeLeftMs: unlimited,
      })
      await registerDeadLettered({ bucket, db: registry.db }, failures)
      expect(await findJobState(bucket, 'dead')).toMatchObject({ status: 'dead_lettered' })
      expect(await registry.db.collection('jobs').find({}).toArray()).toMatchObject([
        { job_id: 'dead', status: 'dead_lettered' },
      ])
      expect(await count('DEAD_LETTER_QUEUE_URL')).toBe(1)
      if (!reached) expect(n).toBeGreaterThan(5)
    }
    await register.close()
  })

  test.each(['redrive', 'purge'])(
    'dlq %s killed before any of its requests loses no message, and tells the truth',
    {
      tags: 'long',
    },
    async (verb) => {
      let reached = true
      for (let n = 1; reached; n++) {
        await places.bucket.delete([jobKeys.failure('dead'), jobKeys.result('dead')])
        await send()
        const args = ['dlq', verb, ...(verb === 'purge' ? ['--yes'] : [])]
        const command = spawn(process.execPath, [join(root, 'cli', 'tensorfleet.js'), ...args], {
          env: { PATH: process.env.PATH, ...requests.environment },
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        requests.arm(n, () => command.kill('SIGKILL'))
        await once(command, 'exit')
        reached = requests.disarm()
        const [dead, waiting] = [await count('DEAD_LETTER_QUEUE_URL'), await count('JOB_QUEUE_URL')]
        const state = await findJobState(places.bucket, 'dead')
        if (verb === 'purge') {
          if (dead === 0) expect(state).toMatchObject({ status: 'failed', error_code: 'dead_lettered' })
        } else {
          expect(dead + waiting).toBeGreaterThan(0)
          if (waiting > 0) expect(state.status).toBe('queued')
        }
        if (!reached) expect(n).toBeGreaterThan(4)
      }
    },
  )

  function deadLetters() {
    const body = JSON.stringify({ job_id: 'dead', algorithm: 'svm', dataset_path: 'digits' })
    let client: SQSClient | undefined
    const sqs = () => {
      client ??= new SQSClient({ endpoint: places.environment.AWS_ENDPOINT_URL, region: 'us-east-1' })
      return client
    }
    /** Makes the message the only one. */
    async function send(): Promise<void> {
      const { DEAD_LETTER_QUEUE_URL, JOB_QUEUE_URL } = places.environment
      for (const QueueUrl of [DEAD_LETTER_QUEUE_URL, JOB_QUEUE_URL])
        await sqs().send(new PurgeQueueCommand({ QueueUrl }))
      await sqs().send(new SendMessageCommand({ QueueUrl: DEAD_LETTER_QUEUE_URL, MessageBody: body }))
    }
    /** How many messages a queue has, held ones too. */
    async function count(queue: 'DEAD_LETTER_QUEUE_URL' | 'JOB_QUEUE_URL'): Promise<number> {
      const AttributeNames: QueueAttributeName[] = [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
      ]
      const QueueUrl = places.environment[queue]
      const { Attributes = {} } = await sqs().send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
      )
      return Object.values(Attributes).reduce((sum, each) => sum + Number(each), 0)
    }
    return { send, count, close: () => client?.destroy() }
  }
})

describe('models delete', () => {
  test('killed before any of its requests finds its model again, and finishes', {
    tags: 'long',
  }, async () => {
    const { db } = places.registry
    const kept = await places.train('doomed')
    await registerModel(places, kept.job_id)
    let reached = true
    for (let n = 1; reached; n++) {
      const { job_id, model_id, model_name: name, version } = await places.train('doomed')
      await registerModel(places, job_id)
      const args = ['models', 'delete', model_id, '--yes', '--json']
      const command = spawn(process.execPath, [join(root, 'cli', 'tensorfleet.js'), ...args], {
        env: { PATH: process.env.PATH, ...requests.environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      requests.arm(n, () => command.kill('SIGKILL'))
      const [[code, signal], out] = await Promise.all([once(command, 'exit'), text(command.stdout)])
      reached = requests.disarm()
      if (reached) expect(signal).toBe('SIGKILL')
      else expect([code, JSON.parse(out)]).toEqual([0, { model_id, name, version, deleted: true }])

      const id = new ObjectId(model_id)
      const remains =
        (await filesOf(model_id)).length +
        (await db.collection('fs.files').countDocuments({ _id: id })) +
        (await db.collection('fs.chunks').countDocuments({ files_id: id }))
      if (remains > 0) expect(await places.registry.newestModel(name)).toBe(model_id)
      if (reached) await deleteModel(places, await modelToDelete(places, model_id))
      await registerModel(places, job_id)
      expect(await filesOf(model_id)).toEqual([])
      await expectOnce([kept])
      if (!reached) expect(n).toBeGreaterThan(10)
    }
  })
})

/** The keys of a model's files in the bucket, the mark as deleted aside. */
async function filesOf(id: string): Promise<string[]> {
  const keys = await Array.fromAsync(places.bucket.list(modelPrefix(id)), ({ key }) => key)
  return keys.filter((key) => key !== deletedKey(id))
}
