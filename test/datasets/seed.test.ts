/** The sample datasets of a worker whose MongoDB was out of reach when it was deployed. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seedBucket, seedLateRegistry } from '../../shared/datasets/seed.ts'
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
