/** Jobs with `cv`: scikit-learn's scores, whatever interrupts the job, and sentences for what cannot be. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CrossValidation, JobResult } from '../../shared/jobs/result.ts'
import fixture from '../fixtures/cross-validation.json' with { type: 'json' }
import { fixtureCsv } from '../support/fixture-csv.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const files: Record<string, string> = fixture.files
const csvOf = (file: string) => files[file] ?? fixtureCsv(file)

function crossValidationOf(result: JobResult): CrossValidation {
  if (result.status === 'failed') throw new Error(result.error)
  if (result.cross_validation === undefined) throw new Error('The result has no cross-validation.')
  return result.cross_validation
}

test.each(fixture.cases)('scikit-learn’s cross_val_score: $algorithm on $file, cv $cv', async (asked) => {
  const { file, algorithm, hyperparameters, cv } = asked
  const result = await worker.train(csvOf(file), { algorithm, hyperparameters, cv })
  const { metric, scores, mean_score, std_score } = crossValidationOf(result)
  expect(metric).toBe(file === 'made' ? 'r2' : 'accuracy')
  expect(scores).toHaveLength(asked.scores.length)
  for (const [k, score] of scores.entries()) expect(score).toBeCloseTo(asked.scores[k], 12)
  expect(mean_score).toBeCloseTo(asked.mean_score, 12)
  expect(std_score).toBeCloseTo(asked.std_score, 12)
})

test('the model, its metrics and its files are those of the job without it', async () => {
  const job = { algorithm: 'decision_tree' }
  const [plain, crossValidated] = await Promise.all([
    worker.train(csvOf('wine'), job),
    worker.train(csvOf('wine'), { ...job, cv: 5 }),
  ])
  if (plain.status === 'failed' || crossValidated.status === 'failed') throw new Error('A job failed.')
  const { training_time: _, ...metrics } = crossValidated.metrics
  expect(plain.metrics).toMatchObject(metrics)
  expect(crossValidated.warnings).toEqual(plain.warnings)
  const { cross_validation } = crossValidated
  const manifest = await worker.bucket.getJson(`models/${crossValidated.model_id}/manifest.json`)
  expect(manifest).toMatchObject({ cross_validation, dataset: { cv: 5 } })
  const modelFile = (id: string) => worker.bucket.get(`models/${id}/model.json`)
  expect(await modelFile(crossValidated.model_id)).toEqual(await modelFile(plain.model_id))
})

describe('what cannot be', () => {
  const csv = `a,b,g,y\n${Array.from({ length: 30 }, (_, i) => `${i},${i % 7},g${i % 3},${i % 10 < 9 ? 'no' : 'yes'}`).join('\n')}\n`
  test.each<[unknown, string, RegExp]>([
    [1, 'bad_message', /^cv is 1, which is not allowed: use a whole number of folds from 2 to 100/],
    ['five', 'bad_message', /^cv is "five"/],
    [{ folds: 1 }, 'bad_message', /^cv\.folds is 1, which is not allowed/],
    [{ n_splits: 5 }, 'bad_message', /^cv\.n_splits .*did you mean.*folds/],
    [{ folds: 5, shuffle: 'yes' }, 'bad_message', /^cv\.shuffle is "yes"/],
    [{ folds: 5, random_state: 3 }, 'bad_message', /^cv\.random_state is for cv\.shuffle/],
    [
      { folds: 5, shuffle: true, group_column: 'g' },
      'bad_message',
      /^cv\.group_column cannot be given with cv\.shuffle/,
    ],
    [
      { folds: 5, group_column: 'h' },
      'bad_split',
      /^cv\.group_column is "h", but the dataset has no such column/,
    ],
    [{ folds: 5, group_column: 'g' }, 'bad_split', /^cv has 5 folds, and cv\.group_column "g" has 3 groups/],
    [50, 'bad_split', /^50 folds need a class of as many rows, and the largest has \d+: use fewer folds/],
  ])('%j', async (cv, error_code, error) => {
    const result = await worker.train(csv, { algorithm: 'decision_tree', cv })
    expect(result).toMatchObject({ status: 'failed', error_code, error: expect.stringMatching(error) })
  })
})
