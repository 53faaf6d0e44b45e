/**
 * What a job with a search, or with "auto", has tried so far, while it runs.
 *
 * @module-tag long
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { apiClient } from '../support/api-client.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 }, concurrency: 2 })
  await worker.stack.seed()
})
afterAll(() => worker.close())
const call = apiClient(() => worker)

const running = z.object({
  status: z.literal('running').or(z.literal('paused')),
  trials: z.object({
    metric: z.string(),
    planned: z.int(),
    trials: z.array(z.looseObject({ mean_score: z.number().nullish() })).min(1),
  }),
})
const ended = z.looseObject({ status: z.literal('failed'), trials: z.never().optional() })

const epochs = (count: number) => Array.from({ length: count }, (_, i) => 40 + i)
const network = { algorithm: 'dnn', hyperparameters: { hidden_layers: [32] } }

test.each([
  ['search', { ...network, search: { parameters: { epochs: epochs(900) }, cv: 2 } }],
  ['side-by-side', { ...network, search: { parameters: { epochs: epochs(900) }, cv: 2, max_parallel: 2 } }],
  [
    'tpe',
    { ...network, search: { method: 'tpe', parameters: { epochs: epochs(900) }, n_trials: 900, cv: 2 } },
  ],
])(
  'the trials of %s are told one by one',
  async (job_id, fields) => {
    await call('POST', '/api/v1/jobs', { job_id, dataset_path: 'wine', ...fields })
    const seen: number[] = []
    await until(
      async () => {
        const found = running.safeParse((await call('GET', `/api/v1/jobs/${job_id}`)).body)
        if (!found.success) return false
        expect(found.data.trials).toMatchObject({ metric: expect.any(String), planned: 900 })
        const { length } = found.data.trials.trials
        if (length !== seen.at(-1)) seen.push(length)
        return seen.length > 1
      },
      'more trials',
      60,
    )
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    await call('POST', `/api/v1/jobs/${job_id}/cancel`)
    await until(
      async () => ended.safeParse((await call('GET', `/api/v1/jobs/${job_id}`)).body).success,
      'the end',
    )
    await until(async () => !(await worker.bucket.exists(`status/${job_id}/tried.json`)), 'the clean-up')
  },
  120_000,
)

test('the candidates of auto are told while it runs', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${i % 97},${(i * 7) % 101},${i % 13},${(i * i) % 5}`)
  const csv = `a,b,c,y\n${rows.join('\n')}\n`
  await worker.bucket.put('datasets/many.csv', csv)
  const auto = { time_budget_seconds: 120 }
  await call('POST', '/api/v1/jobs', { job_id: 'auto', algorithm: 'auto', dataset_path: 'many.csv', auto })
  await until(
    async () => {
      const found = running.safeParse((await call('GET', '/api/v1/jobs/auto')).body)
      return found.success && found.data.trials.trials.every(({ algorithm }) => typeof algorithm === 'string')
    },
    'a candidate',
    60,
  )
  await call('POST', '/api/v1/jobs/auto/cancel')
}, 120_000)
