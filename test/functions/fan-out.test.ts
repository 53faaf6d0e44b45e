/**
 * Searches whose trials run in calls of their own: the same outcome as in one call, once, whatever happens on the way.
 *
 * @module-tag long
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import type { JobResult } from '../../shared/jobs/result.ts'
import { fixtureCsv } from '../support/fixture-csv.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'
import { untimed } from '../support/untimed.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ concurrency: 2 })
})
afterAll(() => worker.close())

async function outcomeOf(result: JobResult) {
  if (result.status === 'failed') throw new Error(result.error)
  const manifest = manifestSchema.parse(
    await worker.bucket.getJson(`models/${result.model_id}/manifest.json`),
  )
  const { training_time: _, ...metrics } = result.metrics
  const { search, cross_validation, warnings } = result
  const { hyperparameters, files } = manifest
  return {
    search: untimed(search),
    cross_validation,
    warnings,
    metrics,
    hyperparameters,
    model: files['model.json'],
  }
}

test.each([
  ['grid', 4, { parameters: { max_depth: [1, 2, 3, 4, 5], criterion: ['gini', 'entropy'] }, cv: 3 }],
  ['more side by side than trials', 100, { parameters: { max_depth: [1, 2, 3] } }],
  ['random', 2, { method: 'random', parameters: { ccp_alpha: { uniform: [0, 0.2] } }, n_trials: 7, seed: 1 }],
  [
    'halving',
    3,
    {
      method: 'halving',
      parameters: { max_depth: [1, 2, 3, 4, 5, 6], criterion: ['gini', 'entropy'] },
      cv: 3,
    },
  ],
  [
    'halving by a hyperparameter',
    2,
    {
      method: 'halving',
      parameters: { criterion: ['gini', 'entropy', 'log_loss'] },
      resource: 'max_leaf_nodes',
      min_resources: 2,
      max_resources: 9,
      cv: 3,
    },
  ],
  [
    'halving with trials that cannot be fitted',
    3,
    { method: 'halving', parameters: { max_depth: [0, 1, 2, 3] }, cv: 2 },
  ],
  ['a trial that cannot be fitted', 3, { parameters: { max_depth: [0, 1, 2] } }],
])('the outcome is that of a search in one call: %s', async (_, max_parallel, search) => {
  const job = { algorithm: 'decision_tree', not_a_field: 1 }
  const inOne = await worker.train(fixtureCsv('wine'), { ...job, search })
  const sideBySide = await worker.train(fixtureCsv('wine'), { ...job, search: { ...search, max_parallel } })
  expect(await outcomeOf(sideBySide)).toEqual(await outcomeOf(inOne))
  const isLeft = (key: string) => !/^(datasets|models)\/|^jobs\/[^/]+\/(job|result)\.json$/.test(key)
  // The clean-up follows the commit.
  await until(async () => {
    const keys = await Array.fromAsync(worker.bucket.list(''), ({ key }) => key)
    return keys.every((key) => !isLeft(key))
  }, 'The clean-up')
})
