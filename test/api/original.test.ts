/** The routes of the original worker's HTTP API, with its fields and status codes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apiClient } from '../support/api-client.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
  await worker.stack.seed()
})
afterAll(() => worker.close())
const call = apiClient(() => worker)

describe('the routes of the original', () => {
  test('POST /train answers 200 with the result', async () => {
    const job = { job_id: 'by-train', algorithm: 'random_forest', dataset_path: 'iris' }
    const { status, body } = await call('POST', '/train', job)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      job_id: 'by-train',
      status: 'completed',
      model_name: 'DefaultJob_random_forest_iris',
      model_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      minio_model_id: expect.any(String),
      version: expect.stringMatching(/^v\d+$/),
      metrics: { accuracy: expect.any(Number) },
    })
  })

  test('POST /train of a job that fails answers 500 with the result', async () => {
    const job = { job_id: 'fails', algorithm: 'random_forest', dataset_path: 's3://none/at/all.csv' }
    const { status, body } = await call('POST', '/train', job)
    expect(status).toBe(500)
    expect(body).toMatchObject({ job_id: 'fails', status: 'failed', error_code: 'dataset_not_found' })
  })

  test('POST /train of an unknown algorithm is a failed job, too', async () => {
    const { status, body } = await call('POST', '/train', {
      job_id: 'unknown',
      algorithm: 'xgboost',
      dataset_path: 'iris',
    })
    expect(status).toBe(500)
    expect(body).toMatchObject({ status: 'failed', error_code: 'bad_message' })
  })

  test.each([
    ['{"algorithm": "svm", "dataset_path": "iris"}', 'Missing required field: job_id'],
    ['{"job_id": "a", "algorithm": "svm"}', 'Missing required field: dataset_path'],
    ['{"job_id": "a", "dataset_path": "iris"}', 'Missing required field: algorithm'],
    ['{}', 'No JSON data provided'],
    ['null', 'No JSON data provided'],
    ['[]', 'No JSON data provided'],
    ['[1]', 'Missing required field: job_id'],
    ['"abc"', 'Missing required field: job_id'],
  ])('POST /train of %s answers 400: %s', async (body, error) => {
    expect(await call('POST', '/train', body)).toMatchObject({ status: 400, body: { error } })
  })

  // As Flask 2.3.3 answers with the original's api_server.py.
  test.each([
    [
      'application/json',
      '{',
      '400 Bad Request: The browser (or proxy) sent a request that this server could not understand.',
    ],
    [
      'application/json',
      '',
      '400 Bad Request: The browser (or proxy) sent a request that this server could not understand.',
    ],
    [
      'text/plain',
      '{}',
      "415 Unsupported Media Type: Did not attempt to load JSON data because the request Content-Type was not 'application/json'.",
    ],
  ])('POST /train of the type %s, %j, answers 500', async (type, body, error) => {
    const answer = await call('POST', '/train', body, { 'content-type': type })
    expect(answer).toMatchObject({ status: 500, body: { error } })
  })

  test.each([
    ['GET', '/train', 'OPTIONS, POST'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/datasets', 'GET, HEAD, OPTIONS'],
  ])('%s %s is another method, and answers 405', async (method, path, allow) => {
    const response = await fetch(`${worker.stack.apiUrl}${path}`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
    expect(await response.text()).toContain('<h1>Method Not Allowed</h1>')
    const options = await fetch(`${worker.stack.apiUrl}${path}`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow'), await options.text()]).toEqual([200, allow, ''])
  })

  test('GET /health', async () => {
    const { status, body } = await call('GET', '/health')
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'healthy', service: 'ml-worker', timestamp: expect.any(String) })
  })

  test('GET /datasets', async () => {
    const { status, body } = await call('GET', '/datasets')
    expect(status).toBe(200)
    const { datasets } = z.object({ datasets: z.array(z.record(z.string(), z.unknown())) }).parse(body)
    const iris = datasets.find(({ name }) => name === 'iris')
    const fields = ['description', 'features', 'n_features', 'n_samples', 'name', 'target_column']
    expect(Object.keys(iris ?? {}).toSorted()).toEqual(fields)
  })

  test('GET /algorithms', async () => {
    const { status, body } = await call('GET', '/algorithms')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      algorithms: expect.arrayContaining([
        {
          name: 'dnn',
          type: 'tensorflow',
          description: 'Deep Neural Network for complex classification tasks.',
        },
      ]),
    })
  })

  test('GET /metrics', async () => {
    const response = await fetch(`${worker.stack.apiUrl}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await response.text()).toContain('worker_tasks_completed_total')
  })

  test('an unknown path', async () => {
    expect(await call('GET', '/nowhere')).toMatchObject({
      status: 404,
      body: { error: 'Endpoint not found' },
    })
  })
})
