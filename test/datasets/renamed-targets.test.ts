/** The samples' targets have the original's names; what was sent or stored under the former name, `target`, stays valid. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { seedDatasets } from '../../shared/datasets/seed.ts'
import { pinDataset } from '../../shared/job-store/dataset-pin.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
})
beforeEach(() => seedDatasets(places))
afterAll(() => places.close())

const sampleNames = [
  ['iris', 'species'],
  ['wine', 'wine_class'],
]

async function trained(dataset_path: string, fields: Record<string, unknown>) {
  const { model_id, warnings } = await places.train(randomUUID(), { dataset_path, ...fields })
  const manifest = await places.bucket.getJson(`models/${model_id}/manifest.json`)
  return { manifest, warnings }
}

/** The sample as it was stored before its target was renamed. */
async function storeFormer(name: string, target: string): Promise<void> {
  const csv = await places.bucket.get(`datasets/${name}.csv`)
  const text = Buffer.from(csv ?? []).toString()
  await places.bucket.put(`datasets/${name}.csv`, text.replace(`,${target}\n`, ',target\n'))
}

test.each(sampleNames)('%s has the target %s, in its file and its document', async (name, target) => {
  const { manifest } = await trained(name, { target_column: undefined })
  expect(manifest).toMatchObject({ signature: { output: { name: target } } })
  const document = await places.registry.db.collection('datasets').findOne({ name })
  expect(document).toMatchObject({ target_column: target, n_features: name === 'iris' ? 4 : 13 })
})

test.each(sampleNames)('a job on %s may call it target', async (name, target) => {
  const { manifest, warnings } = await trained(name, { target_column: 'target' })
  expect(manifest).toMatchObject({ signature: { output: { name: 'target' } } })
  expect(warnings).toEqual((await trained(name, { target_column: target })).warnings)
  const measured = { target_column: undefined, drop_columns: ['target'], task: 'regression' }
  expect((await trained(name, measured)).manifest).not.toMatchObject({
    signature: { output: { name: target } },
  })
})

test.each(sampleNames)('%s that was stored before has %s, too', async (name, target) => {
  await storeFormer(name, target)
  const wanted = await trained(name, { target_column: target })
  expect(wanted.manifest).toMatchObject({ signature: { output: { name: target } } })
  const old = await trained(name, { target_column: undefined })
  expect(old.manifest).toMatchObject({ signature: { output: { name: 'target' } } })
})

test('a job that began on the former file goes on with the new one', async () => {
  await storeFormer('iris', 'species')
  const sha256 = async (model: string) => {
    const { manifest } = await trained(model, { target_column: undefined })
    const { dataset } = z.object({ dataset: z.object({ sha256: z.string() }) }).parse(manifest)
    return dataset.sha256
  }
  const former = await sha256('iris')
  await seedDatasets(places)
  expect(await sha256('iris')).not.toBe(former)
  await pinDataset(places.bucket, 'under-way', { source: 's3://b/k', sha256: former }, () => false)
  const going = { job_id: 'under-way', target_column: undefined }
  expect((await trained('iris', going)).manifest).toMatchObject({ model_id: expect.any(String) })
})

test('a column called target of another dataset keeps its name', async () => {
  await places.bucket.put('datasets/own.csv', `a,target\n${'1,x\n2,y\n'.repeat(20)}`)
  const { manifest } = await trained('own', { target_column: 'target' })
  expect(manifest).toMatchObject({ signature: { output: { name: 'target' } } })
})
