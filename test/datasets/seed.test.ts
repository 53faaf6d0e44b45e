/** The sample datasets of a worker whose MongoDB was out of reach when it was deployed. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seedBucket, seedDatasets, seedLateRegistry } from '../../shared/datasets/seed.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
})
beforeEach(async () => {
  await places.clear()
  const objects = await Array.fromAsync(places.bucket.list('datasets/'))
  await places.bucket.delete(objects.map(({ key }) => key))
})
afterAll(() => places.close())

const registered = () => places.registry.db.collection('datasets').distinct('name')

test('a registry that was out of reach gets the samples later, once', async () => {
  await seedBucket(places.bucket)
  const names = await seedLateRegistry(places)
  expect(names).toContain('iris')
  expect((await registered()).toSorted()).toEqual(names.toSorted())
  expect(await places.registry.db.collection('fs.files').countDocuments({})).toBe(names.length)
  expect(await seedLateRegistry(places)).toEqual([])
})

test('one that has lost some of them gets those again', async () => {
  await seedBucket(places.bucket)
  const names = await seedLateRegistry(places)
  await places.registry.db.collection('datasets').deleteOne({ name: 'iris' })
  await seedLateRegistry(places)
  expect((await registered()).toSorted()).toEqual(names.toSorted())
})

test('a worker that was set up without samples stays so', async () => {
  expect(await seedLateRegistry(places)).toEqual([])
  expect(await registered()).toEqual([])
})

test('a file of somebody’s own under a sample’s name is left alone, by the sweep and by another seeding', async () => {
  const own = 'a,target\n1,x\n2,y\n'
  await places.bucket.put('datasets/iris.csv', own)
  expect(await seedLateRegistry(places)).toEqual([])
  expect(await registered()).toEqual([])
  await seedDatasets(places)
  expect(Buffer.from((await places.bucket.get('datasets/iris.csv')) ?? []).toString()).toBe(own)
  expect(await registered()).not.toContain('iris')
  expect(await registered()).toContain('wine')
  const larger = `${own}${'3,z\n'.repeat(100_000)}`
  await places.bucket.put('datasets/iris.csv', larger)
  await seedDatasets(places)
  expect((await places.bucket.get('datasets/iris.csv'))?.length).toBe(larger.length)
})
