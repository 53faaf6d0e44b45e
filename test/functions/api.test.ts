/**
 * The bundled function with the HTTP API, called as its URL calls it.
 *
 * @module-tag long
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { bundle } from '../../scripts/bundle.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let folder: string
let worker: TestStack
let api: FunctionHost
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  worker = await testStack()
  await worker.stack.seed()
  await bundle('api', folder)
  api = startFunction({
    name: 'api',
    handler: 'index.handler',
    root: join(folder, 'api'),
    environment: { ...worker.stack.environment, PATH: process.env.PATH ?? '' },
    timeoutSeconds: 30,
    memoryMb: 1769,
    concurrency: 1,
    onLine: () => undefined,
  })
})
afterAll(async () => {
  await api.close()
  await worker.close()
  await rm(folder, { recursive: true })
})

const answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  isBase64Encoded: z.boolean(),
})

/** A request in the form of a Function URL's event, version 2.0. */
async function call(method: string, path: string, body?: string, type = 'application/json') {
  const [rawPath, rawQueryString = ''] = path.split('?')
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'abc.lambda-url.eu-west-1.on.aws', 'content-type': type },
    requestContext: {
      domainName: 'abc.lambda-url.eu-west-1.on.aws',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
    },
    body,
    isBase64Encoded: false,
  }
  return answer.parse(await api.invoke(event))
}

test('a job is sent, its model is registered and predicts', async () => {
  const job = { job_id: 'from-url', algorithm: 'decision_tree', dataset_path: 'iris', model_name: 'petals' }
  expect(await call('POST', '/api/v1/jobs', JSON.stringify(job))).toMatchObject({ statusCode: 202 })
  const result = await worker.resultOf('from-url')
  if (result.status !== 'completed') throw new Error('The job failed.')
  await worker.stack.register('from-url')
  const path = `/api/v1/models/${result.model_id}/predictions`
  const flower = {
    'sepal length (cm)': 5.1,
    'sepal width (cm)': 3.5,
    'petal length (cm)': 1.4,
    'petal width (cm)': 0.2,
  }
  const rows = { rows: [flower] }
  const predicted = await call('POST', path, JSON.stringify(rows))
  expect(predicted.statusCode, predicted.body).toBe(200)
  expect(JSON.parse(predicted.body)).toMatchObject({ predictions: ['setosa'] })
})

test('an upload that Lambda would not take is refused with what to do', async () => {
  const { statusCode, body } = await call(
    'PUT',
    '/api/v1/datasets/large',
    'x'.repeat(5 * 2 ** 20),
    'text/csv',
  )
  expect(statusCode).toBe(413)
  expect(body).toMatch(/presigned-upload for an address/)
})

test('an unknown route is a problem, not an error of the function', async () => {
  expect(await call('GET', '/api/v1/nothing')).toMatchObject({ statusCode: 404 })
})
