/**
 * Jobs with the algorithm "auto": the choice, its model, what is told of it, and sentences for what cannot be.
 *
 * @module-tag long
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import type { CompletedResult, JobResult, Leaderboard } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type TestStack, testStack } from '../support/stack.ts'
import { untimed } from '../support/untimed.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const fixtures = join(import.meta.dirname, '..', 'fixtures')
const csvOf = (file: string) => readFileSync(join(fixtures, `${file}.csv`), 'utf8')

function completed(result: JobResult): CompletedResult & { leaderboard: Leaderboard } {
  if (result.status === 'failed') throw new Error(result.error)
  const { leaderboard } = result
  if (leaderboard === undefined) throw new Error('The result has no leaderboard.')
  return { ...result, leaderboard }
}
const manifestOf = async ({ model_id }: CompletedResult) =>
  manifestSchema.parse(await worker.bucket.getJson(modelKey(model_id, 'manifest.json')))

test.each([
  ['a classification with texts', 'parity/mixed', { cv: 3, auto: { time_budget_seconds: 6 } }],
  [
    'a regression with missing values',
    'parity-variants/missing',
    { cv: 3, auto: { time_budget_seconds: 6 } },
  ],
])('%s: the model is that of a job with the chosen algorithm', async (_, file, fields) => {
  const found = completed(await worker.train(csvOf(file), { ...fields, algorithm: 'auto' }))
  const { chosen, candidates, baseline, not_tried } = found.leaderboard
  const plain = await worker.train(csvOf(file), {
    cv: fields.cv,
    algorithm: chosen.algorithm,
    hyperparameters: chosen.parameters,
  })
  if (plain.status === 'failed') throw new Error(plain.error)
  const [ours, theirs] = [await manifestOf(found), await manifestOf(plain)]
  expect(ours.files['model.json']).toEqual(theirs.files['model.json'])
  expect(ours).toMatchObject({ algorithm: chosen.algorithm, leaderboard: found.leaderboard })
  expect(ours.hyperparameters).toEqual(theirs.hyperparameters)
  expect(found).toMatchObject({ algorithm: chosen.algorithm, cross_validation: plain.cross_validation })
  const means = candidates.flatMap((candidate) => ('error' in candidate ? [] : [candidate.mean_score]))
  expect(means).toEqual(means.toSorted((a, b) => Number(b) - Number(a)))
  expect(baseline.mean_score).toBeLessThan(Number(means.at(-1)))
  expect(not_tried.map(({ algorithm }) => algorithm)).toContain('cnn')
})

test('side by side, the outcome is that of one call', async () => {
  const job = { algorithm: 'auto', cv: 2 }
  const auto = { time_budget_seconds: 600 }
  const inOne = completed(await worker.train(csvOf('parity/iris'), { ...job, auto }, 600))
  const sideBySide = completed(
    await worker.train(csvOf('parity/iris'), { ...job, auto: { ...auto, max_parallel: 4 } }, 600),
  )
  expect(untimed(sideBySide.leaderboard)).toBe(untimed(inOne.leaderboard))
  expect(sideBySide).toMatchObject({ warnings: inOne.warnings, cross_validation: inOne.cross_validation })
  const files = async (found: CompletedResult) => (await manifestOf(found)).files['model.json']
  expect(await files(sideBySide)).toEqual(await files(inOne))
}, 1_200_000)

test('the report has the leaderboard, and the registry the chosen algorithm', async () => {
  const auto = { time_budget_seconds: 3, metric: 'f1_macro' }
  const result = completed(await worker.train(csvOf('parity/iris'), { algorithm: 'auto', auto }))
  expect(result.leaderboard).toMatchObject({ metric: 'f1_macro', time_budget_seconds: 3 })
  expect(result.model_name).toBe('DefaultJob_auto_data')
  const key = modelKey(result.model_id, 'report.html')
  while (!(await worker.bucket.exists(key))) await sleep(50)
  const page = new TextDecoder().decode(await worker.bucket.get(key))
  expect(page).toContain('<h2>Leaderboard</h2>')
  expect(page).toContain('the same for every row')
  const model = () => worker.db.collection('models').findOne({ job_id: result.job_id })
  while ((await model()) === null) await sleep(50)
  expect(await model()).toMatchObject({
    algorithm: result.algorithm,
    leaderboard: { chosen: result.leaderboard.chosen },
  })
})

test('without time, the first candidate is trained, and the others are said not to be tried', async () => {
  const auto = { time_budget_seconds: 0.001 }
  const { leaderboard } = completed(await worker.train(csvOf('parity/wine'), { algorithm: 'auto', auto }))
  expect(leaderboard.candidates).toHaveLength(1)
  expect(leaderboard.chosen).toEqual({ algorithm: 'logistic_regression', parameters: {} })
  expect(leaderboard.not_tried).toContainEqual({
    algorithm: 'svm',
    parameters: {},
    reason: 'The time budget of 0.001 s had not enough left for it.',
  })
})

test('features that say nothing are said to', async () => {
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${(i * 7919) % 101},${(i * 104_729) % 13 > 5 ? 'a' : 'b'}`,
  )
  const csv = `x,y\n${rows.join('\n')}\n`
  const auto = { time_budget_seconds: 4 }
  const result = completed(await worker.train(csv, { algorithm: 'auto', auto }))
  expect(result.warnings).toContainEqual(expect.stringMatching(/predicting the same for every row/))
})

describe('what cannot be', () => {
  test.each<[object, string, RegExp]>([
    [
      { hyperparameters: { C: 1 } },
      'bad_message',
      /^hyperparameters cannot be given with the algorithm "auto"/,
    ],
    [
      { search: { parameters: { C: [1] } } },
      'bad_message',
      /^search cannot be given with the algorithm "auto"/,
    ],
    [
      { algorithm: 'svm', auto: {} },
      'bad_message',
      /^auto is for the algorithm "auto", and algorithm is "svm"/,
    ],
    [
      { auto: { budget: 3 } },
      'bad_message',
      /^auto\.budget is not known \(did you mean "time_budget_seconds"\?\)/,
    ],
    [{ auto: { time_budget_seconds: 0 } }, 'bad_message', /^auto\.time_budget_seconds is 0/],
    [{ auto: { metric: 'r2' } }, 'bad_task', /^auto\.metric is "r2", and this is a classification/],
    [{ cv: 60 }, 'bad_split', /^60 folds need/],
  ])('%j', async (fields, error_code, error) => {
    const result = await worker.train(csvOf('parity/iris'), { algorithm: 'auto', ...fields })
    expect(result).toMatchObject({ status: 'failed', error_code, error: expect.stringMatching(error) })
  })
})
