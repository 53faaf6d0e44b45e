/** What `train` prints of failed attempts while it waits for a job. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCliHere } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'
import { outOfOrder, startStorageService } from '../support/storage-service.ts'

let worker: TestStack
let service: Awaited<ReturnType<typeof startStorageService>>
let directory: string
beforeAll(async () => {
  service = await startStorageService(new Map())
  service.setTrouble(outOfOrder)
  const environment = { ...process.env, STORAGE_SERVICE_URL: service.url }
  worker = await testStack({ concurrency: 1, retrySeconds: 3 / 64, environment })
  await worker.bucket.put('datasets/iris.csv', readFileSync(parityCsv('iris')))
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(async () => {
  await worker.close()
  await service.close()
  await rm(directory, { recursive: true })
})

test('each attempt that failed, and the end of the last one', { tags: 'long', timeout: 60_000 }, async () => {
  const id = randomUUID()
  const file = join(directory, 'job.json')
  await writeFile(file, JSON.stringify({ job_id: id, algorithm: 'svm', dataset_path: 'iris' }))
  const run = (...args: string[]) => runCliHere(args, worker.stack.environment)

  const { code, err } = await run('submit', file)
  expect(code).toBe(1)
  expect(err).toMatch(
    /Attempt 9 of 10 failed: Error: The storage service .* is out of order .* The next one is at \d{4}-.*Z\./,
  )
  expect(err).toMatch(/Attempt 10 of 10 failed: .*No attempt follows: .*dlq redrive/)
  expect(JSON.parse((await run('jobs', id)).out)).toMatchObject({ status: 'dead_lettered', attempt: 10 })
  expect((await run('jobs')).out).toMatch(/dead_lettered .*Attempt 10 of 10 failed/)
})
