/**
 * The original's storage service as a source of datasets and a target of models.
 *
 * @module-tag long
 */
import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { readManifest } from '../../shared/models/read-model.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { connectStorageService } from '../../shared/storage/storage-service.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'
import { startStorageService } from '../support/storage-service.ts'

const iris = readFileSync(parityCsv('iris'))
const objects = new Map([
  ['datasets/iris.csv', iris],
  ['datasets/2026/iris & co #1 100%.csv', iris],
])
let service: Awaited<ReturnType<typeof startStorageService>>
let worker: TestStack
beforeAll(async () => {
  service = await startStorageService(objects)
  process.env.STORAGE_SERVICE_URL = `${service.url}/`
  worker = await testStack()
})
afterAll(async () => {
  await worker.close()
  await service.close()
})
beforeEach(() => {
  service.setTrouble(() => false)
  service.requests.length = 0
  service.uploads.length = 0
})

async function completed(dataset_path: string) {
  const result = await worker.train('', { dataset_path, target_column: 'target' })
  if (result.status === 'failed') throw new Error(result.error)
  return result
}

test('a dataset comes from the service, and the model goes to it', async () => {
  const result = await completed('s3://datasets/iris.csv')
  expect(service.requests).toEqual(['GET /api/v1/download/datasets/iris.csv', 'POST /api/v1/models'])
  expect(result.minio_model_id).toBe('000000000000000000000001')
  const manifest = await readManifest(worker.bucket, result.model_id)
  expect(manifest?.dataset).toMatchObject({
    source: "the storage service's datasets/iris.csv",
    sha256: createHash('sha256').update(iris).digest('hex'),
  })
  const [{ name, type, bytes, metadata }] = service.uploads
  expect([name, type]).toEqual(['model.onnx', 'application/octet-stream'])
  const file = await worker.bucket.get(modelKey(result.model_id, 'model.onnx'))
  expect(bytes.equals(Buffer.from(file ?? ''))).toBe(true)
  expect(metadata).toEqual({
    job_id: result.job_id,
    job_name: 'DefaultJob',
    name: 'DefaultJob_logistic_regression_iris',
    algorithm: 'logistic_regression',
    dataset_name: 'iris',
    hyperparameters: expect.objectContaining({ max_iter: 1000 }),
    metrics: JSON.parse(JSON.stringify(result.metrics)),
    version: result.version,
    dataset_path: 's3://datasets/iris.csv',
    target_column: 'target',
    features: manifest?.signature.inputs.map((input) => input.name),
    training_duration: result.metrics.training_time,
    model_type: 'sklearn',
    timestamp: expect.stringMatching(/^\d{8}_\d{6}$/),
    created_at: manifest?.created_at,
    epochs: 0,
    batch_size: 32,
    learning_rate: 0.001,
    optimizer: 'N/A',
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })
  const { job_id } = result
  const registered = () => worker.db.collection('models').countDocuments({ job_id })
  await until(async () => (await registered()) === 1, 'registration')
})

describe('a dataset', () => {
  test('is found under a key of any characters, written as bucket/key', async () => {
    await completed('datasets/2026/iris & co #1 100%.csv')
    expect(service.requests[0]).toBe('GET /api/v1/download/datasets/2026/iris%20%26%20co%20%231%20100%25.csv')
  })
  test('that the service lacks comes from the object store', async () => {
    await worker.bucket.put('datasets/own.csv', iris)
    await completed(`s3://${worker.bucket.name}/datasets/own.csv`)
    await completed('own')
  })
  test('that is nowhere is a failed result with what the service said', async () => {
    expect(await worker.train('', { dataset_path: 's3://datasets/none.csv' })).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(
        /looked in the storage service's datasets\/none\.csv \(HTTP 404, S3 operation failed; code: NoSuchKey\), s3:\/\/datasets\/none\.csv \(not there\)/,
      ),
    })
    expect(await worker.train('', { dataset_path: 'mine/none.csv' })).toMatchObject({
      error: expect.stringMatching(/mine\/none\.csv \(HTTP 400, Invalid bucket: mine\)/),
    })
  })
  test('whose bytes are cut short is fetched again', async () => {
    let first = true
    service.setTrouble((when, request, response) => {
      if (when === 'after' || !first || !request.url?.includes('download')) return false
      first = false
      response.writeHead(200, { 'content-length': iris.length })
      response.write(iris.subarray(0, 1000), () => response.destroy())
      return true
    })
    const result = await completed('datasets/iris.csv')
    const manifest = await readManifest(worker.bucket, result.model_id)
    expect(manifest?.dataset.rows).toBe(150)
    expect(service.requests.filter((request) => request.includes('download'))).toHaveLength(2)
  })
})

describe('a model', () => {
  test('that the service cannot take now is handed over by the next attempt', async () => {
    let refusals = 2
    service.setTrouble((when, request, response) => {
      if (when === 'after' || request.method !== 'POST' || refusals-- <= 0) return false
      response.writeHead(503).end('busy')
      return true
    })
    const result = await completed('datasets/iris.csv')
    expect(service.uploads).toHaveLength(1)
    expect(result.minio_model_id).toMatch(/^\d{24}$/)
  })
  test('whose receipt was lost is found there, not handed over twice', async () => {
    service.setTrouble((when, request) => {
      if (when === 'before') return false
      service.setTrouble(() => false)
      request.socket.destroy()
      return true
    })
    const result = await completed('datasets/iris.csv')
    expect(service.uploads).toHaveLength(1)
    expect(service.requests.at(-1)).toBe('GET /api/v1/models')
    expect(result.minio_model_id).toBe('000000000000000000000001')
  })
  test.each([
    [
      404,
      /at http:\/\/\S+ did not take the model \(HTTP 404, Not Found\): it has no \/api\/v1\/models there/,
    ],
    [413, /did not take the model \(HTTP 413, Payload Too Large\)\.$/],
  ])('that the service refuses with %d is a failed result with one clear sentence', async (status, error) => {
    service.setTrouble((_, request, response) => {
      if (request.method !== 'POST') return false
      request.resume()
      response.writeHead(status).end()
      return true
    })
    expect(await worker.train('', { dataset_path: 'datasets/iris.csv' })).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(error),
    })
    expect(service.requests).toHaveLength(2)
  })
})

test('a user in the URL is sent as basic authorization, and is in no message', async () => {
  const { port } = service
  const guarded = connectStorageService(`http://ada:l%40velace@127.0.0.1:${port}/`)
  let sent: string | undefined
  service.setTrouble((_, request, response) => {
    sent = request.headers.authorization
    response.writeHead(500).end()
    return true
  })
  await expect(guarded.download('datasets', 'iris.csv')).rejects.toThrow(
    `The storage service at http://127.0.0.1:${port} is out of order (HTTP 500, Internal Server Error).`,
  )
  expect(sent).toBe(`Basic ${Buffer.from('ada:l@velace').toString('base64')}`)
})

test('a job waits for a service that is away', async () => {
  const { port } = service
  await service.close()
  const job_id = randomUUID()
  const job = { job_id, algorithm: 'svm', dataset_path: 'datasets/iris.csv' }
  await worker.send(JSON.stringify(job))
  const tries = () => worker.logs.filter((line) => line.includes(job_id) && line.includes('does not answer'))
  await until(async () => tries().length > 0, 'a first attempt')
  expect(await worker.bucket.exists(jobKeys.result(job_id))).toBe(false)
  service = await startStorageService(objects, port)
  expect((await worker.resultOf(job_id)).status).toBe('completed')
  expect(service.uploads).toHaveLength(1)
})
