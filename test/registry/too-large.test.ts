/** Results and manifests that MongoDB cannot hold as a whole: registered, verified and rebuilt all the same. */
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { setAlias } from '../../shared/registry/aliases.ts'
import { rebuildRegistry } from '../../shared/registry/rebuild.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import { resolveModel } from '../../shared/registry/resolve-model.ts'
import { sweepResults } from '../../shared/registry/sweep.ts'
import { tagModel } from '../../shared/registry/tags.ts'
import { verifyRegistry } from '../../shared/registry/verify.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { silentLog } from '../support/job-context.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
})
beforeEach(() => places.clear())
afterAll(() => places.close())

/** Trains a model, and changes what the bucket says of it. */
async function trainWith(changes: {
  metrics?: object
  manifest?: object
  message?: object
  result?: object
}) {
  const { job_id, model_id } = await places.train('large')
  const change = async (key: string, edit: (found: Record<string, unknown>) => object) => {
    const found: Record<string, unknown> = JSON.parse(
      String(Buffer.from((await places.bucket.get(key)) ?? [])),
    )
    await places.bucket.put(key, JSON.stringify({ ...found, ...edit(found) }))
  }
  const metricsOf = (found: Record<string, unknown>) => ({
    metrics: { ...Object(found.metrics), ...changes.metrics },
  })
  await change(modelKey(model_id, 'manifest.json'), (found) => ({ ...metricsOf(found), ...changes.manifest }))
  await change(jobKeys.result(job_id), (found) => ({ ...metricsOf(found), ...changes.result }))
  await change(jobKeys.record(job_id), ({ message }) => ({
    message: { ...Object(message), ...changes.message },
  }))
  return { job_id, model_id }
}

const epochs = (length: number) => ({
  history: { loss: Array(length).fill(0.123), accuracy: Array(length).fill(1) },
})
const inputs = Array.from({ length: 60_000 }, (_, i) => ({ name: String(i).padEnd(300, 'x'), type: 'float' }))
const output = { name: 'target', type: 'int', classes: [0, 1] }
let deep: unknown = 1
for (let i = 0; i < 2000; i++) deep = [deep]
const warnings = Array.from({ length: 100_000 }, (_, i) => `Column ${i} ${'has one value. '.repeat(16)}`)

test.each<[string, Parameters<typeof trainWith>[0], string[] | undefined, string[] | undefined]>([
  ['a history of 800,000 epochs', { metrics: epochs(800_000) }, ['metrics.history'], ['metrics.history']],
  [
    '60,000 features with long names',
    { manifest: { signature: { inputs, output } } },
    ['features'],
    undefined,
  ],
  ['100,000 warnings', { manifest: { warnings }, result: { warnings } }, ['warnings'], ['warnings']],
  [
    'deep hyperparameters',
    { manifest: { hyperparameters: { deep } }, message: { hyperparameters: { deep } } },
    ['hyperparameters.deep'],
    ['hyperparameters.deep', 'message.hyperparameters'],
  ],
  [
    'a class with a NUL in its name',
    { metrics: { classification_report: { 'a\0': { recall: 1 } } } },
    ['metrics.classification_report'],
    ['metrics.classification_report'],
  ],
])('%s', { tags: 'long', timeout: 300_000 }, async (_, changes, ofModel, ofJob) => {
  const { job_id, model_id } = await trainWith(changes)
  await registerModel(places, job_id)
  const { db } = places.registry
  const model = await db.collection('models').findOne({ _id: new ObjectId(model_id) })
  const job = await db.collection<{ _id: string; truncated?: string[] }>('jobs').findOne({ _id: job_id })
  expect([model?.truncated, job?.truncated]).toEqual([ofModel, ofJob])
  expect(model).toMatchObject({ name: 'large', status: 'trained', features: expect.any(Array) })
  expect(job).toMatchObject({ job_id, status: 'completed', message: { algorithm: 'decision_tree' } })

  await setAlias(places, 'large', 'champion', model_id)
  await tagModel(places, model_id, { set: { stage: 'x'.repeat(100_000) }, remove: [] })
  expect(await resolveModel(places.registry, 'large@champion')).toBe(model_id)
  expect((await verifyRegistry(places)).findings).toEqual([])
  const before = await places.everything()
  await db.dropDatabase()
  expect(await rebuildRegistry(places)).toMatchObject({ jobs: 1, failures: [] })
  expect(await places.everything()).toEqual(before)
  const swept = await sweepResults(places, {
    timeLeftMs: () => 60_000,
    log: silentLog,
    onRefused: () => undefined,
  })
  expect(swept).toMatchObject({ registered: 0, failed: [], done: true })
})

test('a tag that makes the document too large is cut in the view, and whole in the bucket', {
  tags: 'long',
}, async () => {
  const { job_id, model_id } = await places.train('tagged')
  await registerModel(places, job_id)
  const note = 'n'.repeat(17 * 2 ** 20)
  expect(await tagModel(places, model_id, { set: { note, by: 'Ada' }, remove: [] })).toEqual({
    note,
    by: 'Ada',
  })
  const document = await places.registry.getModelMetadata(model_id)
  expect(document).toMatchObject({
    tags: { note: expect.stringMatching(/^n+…$/), by: 'Ada' },
    truncated: ['tags.note'],
  })
  expect((await verifyRegistry(places)).findings).toEqual([])
  await tagModel(places, model_id, { set: {}, remove: ['note'] })
  expect(await places.registry.getModelMetadata(model_id)).not.toHaveProperty('truncated')
})
