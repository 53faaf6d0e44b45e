import { once } from 'node:events'
import { Binary, GridFSBucket, ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { reseedDatasets, seedDatasets } from '../../shared/datasets/seed.ts'
import { deleteAlias, setAlias } from '../../shared/registry/aliases.ts'
import { deleteModel, modelToDelete } from '../../shared/registry/delete-model.ts'
import { rebuildRegistry } from '../../shared/registry/rebuild.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import { connectRegistry } from '../../shared/registry/registry.ts'
import { resolveModel } from '../../shared/registry/resolve-model.ts'
import { tagModel } from '../../shared/registry/tags.ts'
import { verifyRegistry } from '../../shared/registry/verify.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'
import { startTap } from '../support/tcp-tap.ts'

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
})
afterAll(() => places.close())

async function registered(name: string, job: Record<string, unknown> = {}): Promise<string> {
  const { job_id, model_id } = await places.train(name, job)
  await register(job_id)
  return model_id
}

const register = (jobId: string) => registerModel(places, jobId)

async function findings(): Promise<string[]> {
  return (await verifyRegistry(places)).findings.map(({ about, problem }) => `${about}: ${problem}`)
}

describe('a model is named', () => {
  test('by id, name, alias and version, whatever characters its name has', async () => {
    const name = 'what / ever.. @home 模型'
    const [first, second] = [await registered(name), await registered(name)]
    await setAlias(places, name, 'champion', first)
    const { version } = (await places.registry.getModelMetadata(first)) ?? {}
    for (const [text, id] of [
      [first, first],
      [name, second],
      [`${name}@latest`, second],
      [`${name}@champion`, first],
      [`${name}@${version}`, first],
      [`${name}@${second}`, second],
    ]) {
      expect(await resolveModel(places.registry, text)).toBe(id)
    }
    await setAlias(places, name, 'champion', second)
    expect(await resolveModel(places.registry, `${name}@champion`)).toBe(second)
    expect(await deleteAlias(places, name, 'champion')).toBe(true)
    expect(await deleteAlias(places, name, 'champion')).toBe(false)
    await expect(resolveModel(places.registry, `${name}@champion`)).rejects.toThrow(/no alias champion/)
    await expect(resolveModel(places.registry, 'nobody')).rejects.toThrow('The registry has no model nobody.')
  })
  test('whose name looks like an alias, a version or an id, without taking their place', async () => {
    const [first, second] = [await registered('amb'), await registered('amb')]
    await setAlias(places, 'amb', 'champion', first)
    const shadow = await registered('amb@champion')
    expect(await resolveModel(places.registry, 'amb@champion')).toBe(first)
    expect(await resolveModel(places.registry, 'name:amb@champion')).toBe(shadow)
    expect(await resolveModel(places.registry, `amb@champion@latest`)).toBe(shadow)
    const latest = await registered('amb@latest')
    expect(await resolveModel(places.registry, 'amb@latest')).toBe(second)
    expect(await resolveModel(places.registry, 'name:amb@latest')).toBe(latest)
    const alone = await registered('alone@champion')
    expect(await resolveModel(places.registry, 'alone@champion')).toBe(alone)
    const hexadecimal = await registered('f'.repeat(24))
    expect(await resolveModel(places.registry, 'f'.repeat(24))).toBe(hexadecimal)
    const likeAnId = await registered(first)
    expect(await resolveModel(places.registry, first)).toBe(first)
    expect(await resolveModel(places.registry, `name:${first}`)).toBe(likeAnId)
    expect(await resolveModel(places.registry, 'e'.repeat(24))).toBe('e'.repeat(24))
    const prefixed = await registered('name:x')
    expect(await resolveModel(places.registry, 'name:x')).toBe(prefixed)
  })
  test('by the newest version also when an older one is registered later, and again', async () => {
    const [one, two] = [await places.train('late'), await places.train('late')]
    for (const { job_id } of [two, one, two, one]) await register(job_id)
    expect(await resolveModel(places.registry, 'late')).toBe(two.model_id)
    expect(await resolveModel(places.registry, 'late@latest')).toBe(two.model_id)
    const versions = await places.registry.versionsOf('late')
    expect(versions.map(({ version }) => version)).toEqual([two.version, one.version])
  })
  test('by id, where two of its versions were accepted in the same second', async () => {
    const ids = [await registered('twins'), await registered('twins')]
    await places.registry.db.collection('models').updateMany({ name: 'twins' }, { $set: { version: 'v1' } })
    await expect(resolveModel(places.registry, 'twins@v1')).rejects.toThrow(/is 2 models: name one by its id/)
    expect(await resolveModel(places.registry, `twins@${ids[0]}`)).toBe(ids[0])
    expect(await findings()).toContain(
      `model ${ids[0]}: the registry and the bucket differ in version: "tensorfleet registry rebuild" mends it`,
    )
    await rebuildRegistry(places)
  })
  test('an alias that would be an unsafe key is refused', async () => {
    const id = await registered('safe')
    for (const alias of ['../x', 'a/b', 'latest', 'v12', '', 'x'.repeat(65)]) {
      await expect(setAlias(places, 'safe', alias, id)).rejects.toThrow(/cannot be an alias/)
    }
    await expect(setAlias(places, 'other', 'champion', id)).rejects.toThrow(/has no model .* of other/)
  })
})

test('a model of the original worker, which MongoDB alone has, is deleted with its file', async () => {
  const { db } = places.registry
  const file = new GridFSBucket(db).openUploadStream('forest_v1.pkl')
  file.end(Buffer.alloc(300_000))
  await once(file, 'finish')
  const { insertedId } = await db
    .collection('models')
    .insertOne({ name: 'forest', version: 'v1', file_id: file.id })
  const id = insertedId.toHexString()
  expect(await findings()).toEqual([`model ${id}: the bucket has no manifest of it`])
  await deleteModel(places, await modelToDelete(places, await resolveModel(places.registry, 'forest@v1')))
  expect(await db.collection('fs.files').countDocuments({ _id: file.id })).toBe(0)
  expect(await findings()).toEqual([])
})

test('a deletion whose MongoDB goes away says what remains, and the next one finishes', async () => {
  const id = await registered('half')
  const mongo = await startTap(new URL(places.environment.MONGODB_URL), () => true)
  const registry = await connectRegistry(readConfig({ ...places.environment, MONGODB_URL: mongo.url }))
  if (registry === undefined) throw new Error('no registry')
  const about = await modelToDelete({ ...places, registry }, id)
  await mongo.close()
  await expect(deleteModel({ ...places, registry }, about)).rejects.toThrow(
    /is only partly deleted \(.*\)\. What may remain: its file in GridFS and its document\. Run the same command again to finish\.$/,
  )
  await registry.close()
  expect(await findings()).toEqual([`model ${id}: was deleted, but the registry has it: delete it again`])
  await deleteModel(places, await modelToDelete(places, await resolveModel(places.registry, 'half')))
  expect(await findings()).toEqual([])
  await deleteModel(places, await modelToDelete(places, id))
})

describe('tags', () => {
  test('are set, replaced and removed, and survive another delivery of the event', async () => {
    const { job_id, model_id } = await places.train('tagged')
    await tagModel(places, model_id, { set: { stage: 'trial' }, remove: [] })
    await register(job_id)
    const tags = async () => (await places.registry.getModelMetadata(model_id))?.tags
    expect(await tags()).toEqual({ stage: 'trial' })
    await tagModel(places, model_id, { set: { stage: 'production', by: 'Ada "L."\n' }, remove: [] })
    await register(job_id)
    expect(await tags()).toEqual({ stage: 'production', by: 'Ada "L."\n' })
    await tagModel(places, model_id, { set: {}, remove: ['stage'] })
    expect(await tags()).toEqual({ by: 'Ada "L."\n' })
    await expect(tagModel(places, model_id, { set: { 'a.b': '' }, remove: [] })).rejects.toThrow(/"a\.b"/)
    await expect(tagModel(places, 'f'.repeat(24), { set: { a: '' }, remove: [] })).rejects.toThrow(/no model/)
  })
})

describe('registry rebuild', () => {
  test('makes the same registry from the bucket again: documents, ids, GridFS bytes', async () => {
    await seedDatasets(places)
    const id = await registered('rebuilt', { algorithm: 'random_forest' })
    await setAlias(places, 'rebuilt', 'champion', id)
    await tagModel(places, id, { set: { stage: 'production' }, remove: [] })
    const before = await places.everything()
    expect(Object.keys(before).sort()).toEqual(
      ['aliases', 'datasets', 'fs.chunks', 'fs.files', 'jobs', 'models'].sort(),
    )
    expect(before['fs.chunks'].length).toBeGreaterThan(before['fs.files'].length)
    await places.registry.db.dropDatabase()
    expect(await findings()).toContain(
      `model ${id}: the registry does not have it: "tensorfleet registry rebuild" mends it`,
    )
    const { jobs, failures } = await rebuildRegistry(places)
    expect([jobs, failures]).toEqual([before.jobs.length, []])
    await reseedDatasets(places)
    expect(await places.everything()).toEqual(before)
    expect(await findings()).toEqual([])
    await rebuildRegistry(places)
    expect(await places.everything()).toEqual(before)
  })
  test('leaves alone what the bucket does not know, and forgets aliases that it does not have', async () => {
    const models = places.registry.db.collection('models')
    const { insertedId } = await models.insertOne({ name: 'of the original worker', file_id: new ObjectId() })
    await places.registry.db.collection('aliases').insertOne({ name: 'x', alias: 'gone' })
    await rebuildRegistry(places)
    expect(await models.countDocuments({ _id: insertedId })).toBe(1)
    expect(await places.registry.aliasesOf('x')).toEqual([])
    await models.deleteOne({ _id: insertedId })
  })
})

describe('registry verify finds', () => {
  const damaged: [string, RegExp, (id: string, jobId: string) => Promise<unknown>][] = [
    [
      'a file of the bucket that was edited',
      /model\.onnx is not the file that was trained/,
      (id) => places.bucket.put(modelKey(id, 'model.onnx'), 'edited'),
    ],
    [
      'a file that the bucket lost',
      /lacks models\/\w+\/model\.json/,
      (id) => places.bucket.delete([modelKey(id, 'model.json')]),
    ],
    [
      'a manifest that was edited',
      /manifest\.json is not the manifest that was written/,
      (id) => places.bucket.put(modelKey(id, 'manifest.json'), '{"format": 1}'),
    ],
    [
      'a manifest that is lost',
      /the bucket has no manifest of it/,
      (id) => places.bucket.delete([modelKey(id, 'manifest.json')]),
    ],
    [
      'a document that was edited',
      /differ in target_column/,
      (id) => update('models', { _id: new ObjectId(id) }, { target_column: 'y' }),
    ],
    [
      'a job’s document that is lost',
      /^job .*the registry does not have it/,
      (_, job_id) => places.registry.db.collection('jobs').deleteOne({ job_id }),
    ],
    [
      'a file that GridFS lost',
      /GridFS has no file of it/,
      (id) => places.registry.db.collection('fs.files').deleteOne({ _id: new ObjectId(id) }),
    ],
    [
      'a chunk that GridFS lost',
      /its file in GridFS has 0 bytes/,
      (id) => places.registry.db.collection('fs.chunks').deleteOne({ files_id: new ObjectId(id) }),
    ],
    [
      'a chunk that differs',
      /its file in GridFS has another sha256/,
      async (id) => {
        const filter = { files_id: new ObjectId(id), n: 0 }
        const chunk = await places.registry.db.collection('fs.chunks').findOne(filter)
        await update('fs.chunks', filter, { data: new Binary(Buffer.alloc(chunk?.data.length(), 7)) })
      },
    ],
  ]
  const update = (collection: string, filter: object, fields: object) =>
    places.registry.db.collection(collection).updateOne(filter, { $set: fields })

  beforeEach(() => places.clear())
  test.each(damaged)('%s', async (_, finding, damage) => {
    const { job_id, model_id } = await places.train('damaged')
    await register(job_id)
    expect(await findings()).toEqual([])
    await damage(model_id, job_id)
    expect(await findings()).toContainEqual(expect.stringMatching(finding))
  })
})
