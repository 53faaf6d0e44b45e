/** What the console needs of the API: forms from schemas, columns of a model, log lines; and its pages. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

const algorithms = z.object({
  algorithms: z.array(
    z.object({
      name: z.string(),
      estimators: z.array(
        z.object({
          task: z.string(),
          hyperparameters: z.object({
            properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
          }),
          rules: z.array(z.string()),
        }),
      ),
    }),
  ),
})

test('every algorithm has, for each task, hyperparameters with their defaults and what is allowed', async () => {
  const { status, body } = await call('GET', '/api/v1/algorithms')
  expect(status).toBe(200)
  const found = algorithms.parse(body).algorithms
  const svm = found.find(({ name }) => name === 'svm')
  expect(svm?.estimators.map(({ task }) => task)).toEqual(['classification', 'regression'])
  expect(svm?.estimators[0].hyperparameters.properties.C).toMatchObject({
    default: 1,
    description: 'a number above 0',
  })
  for (const { name, estimators } of found) {
    for (const { hyperparameters } of estimators) {
      for (const [field, { description }] of Object.entries(hyperparameters.properties))
        expect(description, `${name}.${field}`).toEqual(expect.any(String))
    }
  }
})

test('a model’s columns have the values that training had, and a job its log lines', async () => {
  const csv = `size,color,target\n${Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2 ? 'red' : ''},${i % 3 ? 'a' : 'b'}`).join('\n')}\n`
  const job_id = randomUUID()
  const result = await worker.train(csv, { job_id, algorithm: 'decision_tree' })
  expect(result.status).toBe('completed')
  const { model_id } = z.object({ model_id: z.string() }).parse(result)
  expect((await call('GET', `/api/v1/models/${model_id}/columns`)).body).toEqual({
    columns: [
      { name: 'size', type: 'int', minimum: 0, maximum: 6, may_be_missing: false },
      { name: 'color', type: 'text', values: ['red'], may_be_missing: true },
    ],
  })
  expect((await call('GET', `/api/v1/jobs/${job_id}/logs`)).body).toMatchObject({
    is_available: true,
    lines: expect.arrayContaining([expect.stringMatching(/^2\S+ INFO job completed .*model_id=/)]),
  })
  expect((await call('GET', '/api/v1/jobs/nobody/logs')).body).toEqual({ is_available: true, lines: [] })
})

test('a page that is not built says so, and no path leads out of the folder of the pages', async () => {
  const page = await fetch(`${worker.stack.apiUrl}/console/`)
  expect([200, 404]).toContain(page.status)
  if (page.status === 200) {
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  }
  for (const path of ['..%2f..%2fpackage.json', '%2e%2e%2findex.html', '.git', 'index.html%00'])
    expect((await call('GET', `/console/${path}`)).status).toBe(404)
})
