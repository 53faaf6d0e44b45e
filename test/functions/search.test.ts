/** Jobs with `search`: scikit-learn's choice and scores, whatever interrupts the job, and sentences for what cannot be. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import type { JobResult, SearchResult } from '../../shared/jobs/result.ts'
import fixture from '../fixtures/search.json' with { type: 'json' }
import { fixtureCsv } from '../support/fixture-csv.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const files: Record<string, string> = fixture.files
const csvOf = (file: string) => files[file] ?? fixtureCsv(file)

function searchOf(result: JobResult): SearchResult {
  if (result.status === 'failed') throw new Error(result.error)
  if (result.search === undefined) throw new Error('The result has no search.')
  return result.search
}
const scored = ({ trials }: SearchResult) =>
  trials.map((trial) => ('error' in trial ? [Number.NaN, Number.NaN] : [trial.mean_score, trial.std_score]))

test.each(fixture.cases)('scikit-learn’s search: $algorithm on $file, $search', async (asked) => {
  const { file, algorithm, hyperparameters } = asked
  const result = await worker.train(csvOf(file), { algorithm, hyperparameters, search: asked.search })
  const search = searchOf(result)
  expect(search.trials).toHaveLength(asked.candidates.length)
  for (const [k, [mean, std]] of scored(search).entries()) {
    expect(mean).toBeCloseTo(asked.mean_scores[k], 12)
    expect(std).toBeCloseTo(asked.std_scores[k], 12)
  }
  expect(search.best_score).toBeCloseTo(asked.best_score, 12)
  for (const [name, value] of Object.entries(asked.best_parameters)) {
    if (typeof value === 'number') expect(search.best_parameters[name]).toBeCloseTo(value, 12)
    else expect(search.best_parameters[name]).toEqual(value)
  }
  expect(search).toMatchObject({ trial_count: asked.candidates.length, failed_count: 0 })
})

test('the model is that of a job with the best hyperparameters', async () => {
  const search = { parameters: { max_depth: [1, 3], criterion: ['gini', 'entropy'] } }
  const found = await worker.train(csvOf('wine'), { algorithm: 'decision_tree', search })
  const { best_parameters } = searchOf(found)
  const plain = await worker.train(csvOf('wine'), {
    algorithm: 'decision_tree',
    hyperparameters: best_parameters,
  })
  if (found.status === 'failed' || plain.status === 'failed') throw new Error('A job failed.')
  const manifestOf = async (id: string) =>
    manifestSchema.parse(await worker.bucket.getJson(`models/${id}/manifest.json`))
  const [of, ofPlain] = [await manifestOf(found.model_id), await manifestOf(plain.model_id)]
  expect(of.files['model.json']).toEqual(ofPlain.files['model.json'])
  expect(of.hyperparameters).toEqual(ofPlain.hyperparameters)
  expect(of.search).toEqual(found.search)
  expect(found.cross_validation?.mean_score).toBe(found.search?.best_score)
})

test('a trial that cannot be fitted is counted and said; the others go on', async () => {
  const search = { parameters: { penalty: ['l1', 'l2'], solver: ['lbfgs'] }, cv: 3 }
  const result = await worker.train(csvOf('iris'), { algorithm: 'logistic_regression', search })
  expect(searchOf(result)).toMatchObject({
    trial_count: 2,
    failed_count: 1,
    best_parameters: { penalty: 'l2' },
  })
  expect(result).toMatchObject({
    warnings: expect.arrayContaining([
      expect.stringMatching(/^1 of the search's 2 trials failed, .*penalty/),
    ]),
  })
})

test('patience ends a search; a share keeps its spelling', async () => {
  const search = { parameters: { max_features: [1.5e-1, 0.5], max_depth: [1, 1, 1, 1] }, patience: 2 }
  const result = await worker.train(csvOf('iris'), {
    algorithm: 'random_forest',
    hyperparameters: { n_estimators: 3 },
    search,
  })
  expect(searchOf(result)).toMatchObject({ stopped_by: 'patience' })
  const job = { algorithm: 'random_forest', hyperparameters: { n_estimators: 3 }, cv: 2 }
  const spelt = await worker.train(csvOf('wine'), {
    ...job,
    search: { parameters: { max_features: ['1.0', 1] } },
  })
  const [all, one] = scored(searchOf(spelt))
  expect(all).not.toEqual(one)
})

describe('what cannot be', () => {
  const grid = { max_depth: [1, 2] }
  test.each<[unknown, string, RegExp]>([
    [[], 'bad_message', /^search is \[\], which is not allowed: use an object such as/],
    [{ parameters: {} }, 'bad_message', /^search\.parameters is empty/],
    [{ param_grid: grid }, 'bad_message', /^search\.param_grid is not known \(did you mean "parameters"\?\)/],
    [{ parameters: { max_depth: 3 } }, 'bad_message', /^search\.parameters.* is .*, which is not allowed/],
    [{ parameters: { max_depth: [] } }, 'bad_message', /^search\.parameters/],
    [{ parameters: grid, method: 'hyperband' }, 'bad_message', /^search\.method is "hyperband"/],
    [
      { parameters: grid, factor: 2 },
      'bad_message',
      /^search\.factor is for method "halving", and this is "grid"/,
    ],
    [{ parameters: grid, method: 'halving', patience: 2 }, 'bad_message', /^search\.patience is for method/],
    [
      { parameters: grid, method: 'halving', resource: 'max_depth' },
      'bad_message',
      /one of search\.parameters, too/,
    ],
    [
      { parameters: grid, method: 'halving', resource: 'max_leaf_nodes' },
      'bad_message',
      /give search\.max_resources/,
    ],
    [
      { parameters: grid, method: 'halving', min_resources: 500 },
      'bad_message',
      /^search\.min_resources is 500, which is above the 120/,
    ],
    [{ parameters: grid, n_trials: 5 }, 'bad_message', /^search\.n_trials is for method "random"/],
    [
      { parameters: { ccp_alpha: { uniform: [0, 1] } } },
      'bad_message',
      /is a distribution, which method "grid"/,
    ],
    [
      { method: 'random', parameters: { ccp_alpha: { uniform: [1, 0] } } },
      'bad_message',
      /^search\.parameters\.ccp_alpha\.uniform is \[1,0\]: give the lower number first/,
    ],
    [
      { method: 'random', parameters: { ccp_alpha: { log_uniform: [0, 1] } } },
      'bad_message',
      /both numbers must be above 0/,
    ],
    [
      {
        parameters: {
          max_depth: Array.from({ length: 40 }, (_, i) => i),
          min_samples_leaf: Array.from({ length: 40 }, (_, i) => i),
        },
      },
      'bad_message',
      /^search\.parameters has 1600 combinations, and 1000 is the limit/,
    ],
    [{ parameters: { max_dept: [1, 2] } }, 'bad_hyperparameter', /max_dept .*did you mean .*max_depth/],
    [{ parameters: { max_depth: [0, -1] } }, 'bad_hyperparameter', /max_depth is 0/],
    [{ parameters: grid, metric: 'roc' }, 'bad_message', /^search\.metric is "roc"/],
    [{ parameters: grid, metric: 'r2' }, 'bad_task', /^search\.metric is "r2", and this is a classification/],
    [{ parameters: grid, patience: 0 }, 'bad_message', /^search\.patience is 0/],
    [{ parameters: grid, cv: 1 }, 'bad_message', /^search\.cv is 1/],
  ])('%j', async (search, error_code, error) => {
    const result = await worker.train(csvOf('iris'), { algorithm: 'decision_tree', search })
    expect(result).toMatchObject({ status: 'failed', error_code, error: expect.stringMatching(error) })
  })
})
