import { expect, test } from 'vitest'
import { connectOnce } from '../../cli/connect.ts'
import { startMongo } from '../../local/mongo/server.ts'
import { readConfig } from '../../shared/runtime/config.ts'

test('calls at the same time share one connection to the registry, which close ends', async () => {
  const mongo = await startMongo()
  const registry = connectOnce(readConfig({ MONGODB_URL: mongo.url }))
  const [one, other] = await Promise.all([registry.get(), registry.get()])
  expect(other).toBe(one)
  expect(await one.listModels()).toEqual([])
  await registry.close()
  await expect(one.listModels()).rejects.toThrow(/must be connected|closed/)
  await mongo.close()
})

test('without a registry the sentence says what to set, and close has nothing to do', async () => {
  const registry = connectOnce(readConfig({}))
  await expect(registry.get()).rejects.toThrow(/^No registry is configured: set MONGODB_URL/)
  await registry.close()
})
