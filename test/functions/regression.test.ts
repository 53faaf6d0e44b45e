/** Jobs whose target is a number, from the message to the predictions of the stored model: by every algorithm that has them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { algorithms } from '../../shared/algorithms/index.ts'
import { type AlgorithmName, algorithmNames, modelType } from '../../shared/algorithms/names.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { randomState } from '../../shared/data/random.ts'
import { r2Score } from '../../shared/evaluation/regression-metrics.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { numberMetrics } from '../support/metrics.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
let folder: string
beforeAll(async () => {
  worker = await testStack()
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  await writeFile(join(folder, 'data.csv'), data.csv)
})
afterAll(async () => {
  await worker.close()
  await rm(folder, { recursive: true })
})

/** Friedman's first problem ("Multivariate Adaptive Regression Splines", 1991), with six columns more than it has. */
function friedman(rows: number): { csv: string; target: Float64Array } {
  const random = randomState(17)
  const target = new Float64Array(rows)
  const lines = Array.from(target, (_, i) => {
    const x = Array.from({ length: 16 }, () => Math.round(random.double() * 1e4) / 1e4)
    const smooth = 10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4]
    target[i] = Math.round(1000 * smooth) / 1000
    return [...x, target[i]].join(',')
  })
  const header = [...Array.from({ length: 16 }, (_, j) => `x${j}`), 'y'].join(',')
  return { csv: `${[header, ...lines].join('\n')}\n`, target }
}

const data = friedman(400)
/** A network's ten epochs are few for so small a set. */
const hyperparameters = (algorithm: AlgorithmName) =>
  algorithm === 'dnn' || algorithm === 'cnn' ? { epochs: 100, learning_rate: 0.01 } : {}
const regressors = algorithmNames.filter((name) => algorithms[name].estimators.regression !== undefined)

describe.each(regressors)('a job for %s on numbers with fractions, without a task', (algorithm) => {
  test('is a regression, and says so; its model predicts what its metrics say', async () => {
    const result = await worker.train(data.csv, { algorithm, hyperparameters: hyperparameters(algorithm) })
    if (result.status === 'failed') throw new Error(result.error)
    expect(result.task).toBe('regression')
    const oneTask = algorithm === 'linear_regression'
    const told = result.warnings.filter((warning) => warning.includes('so this was a regression'))
    expect(told).toHaveLength(oneTask ? 0 : 1)
    const { history, ...metrics } = numberMetrics(result.metrics)
    expect(history && Object.keys(history)).toEqual(
      modelType(algorithm) === 'tensorflow' ? ['loss', 'val_loss'] : undefined,
    )
    expect(Object.keys(metrics).sort()).toEqual([
      'explained_variance',
      'max_error',
      'mean_absolute_error',
      'mean_absolute_percentage_error',
      'mean_squared_error',
      'median_absolute_error',
      'r2',
      'root_mean_squared_error',
      'test_r2',
      'train_r2',
      'training_time',
    ])
    expect(metrics.r2).toBeGreaterThan(algorithm === 'cnn' ? 0.2 : 0.5)

    const stored = await worker.bucket.getJson(modelKey(result.model_id, 'manifest.json'))
    const manifest = manifestSchema.parse(stored)
    expect(manifest).toMatchObject({
      task: 'regression',
      algorithm,
      signature: { output: { type: 'float' } },
    })
    const file = await worker.bucket.get(modelKey(result.model_id, 'model.json'))
    const predictor = await readModelFile(Buffer.from(file ?? '').toString())
    const { table } = await readTable(join(folder, 'data.csv'))
    const prediction = predictor.predict(table)
    if (!('values' in prediction)) throw new Error('The model predicts classes.')
    const r2 = r2Score({ actual: data.target, values: prediction.values })
    const between = [metrics.train_r2 ?? Number.NaN, metrics.test_r2 ?? Number.NaN].sort((a, b) => a - b)
    expect(r2).toBeGreaterThan(between[0] - 0.02)
    expect(r2).toBeLessThan(between[1] + 0.02)

    await until(
      async () => (await worker.db.collection('models').countDocuments({ job_id: result.job_id })) === 1,
      'registration',
    )
    const page = modelKey(result.model_id, 'report.html')
    await until(() => worker.bucket.exists(page), 'the report')
    const report = Buffer.from((await worker.bucket.get(page)) ?? '').toString()
    expect(report).toContain('Predicted against actual')
  })
})

test.each<[Record<string, unknown>, string, RegExp]>([
  [
    {},
    'a,y\n',
    /^The target column "y" holds text \("k0" for one\)\. linear_regression is .* use logistic_regression/,
  ],
  [
    { task: 'classification' },
    'a,y\n',
    /^linear_regression is for regression, and this is a classification: use logistic_regression, or/,
  ],
])('linear_regression with %j on classes names logistic_regression', async (job, header, sentence) => {
  const csv = header + Array.from({ length: 30 }, (_, i) => `${i},k${i % 2}`).join('\n')
  expect(await worker.train(csv, { algorithm: 'linear_regression', ...job })).toMatchObject({
    status: 'failed',
    error_code: 'bad_task',
    error: expect.stringMatching(sentence),
  })
})

test('linear_regression takes whole numbers for numbers', async () => {
  const csv = `a,y\n${Array.from({ length: 50 }, (_, i) => `${i},${3 * i - 7}`).join('\n')}`
  const result = await worker.train(csv, { algorithm: 'linear_regression' })
  expect(result).toMatchObject({ status: 'completed', task: 'regression' })
  if (result.status === 'completed') expect(numberMetrics(result.metrics).r2).toBeCloseTo(1, 12)
})

test('numbers whose squares no double holds train, and have a report', async () => {
  const csv = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i % 7},${i},${(i % 5) - 2}.5e307`).join('\n')}`
  for (const algorithm of ['decision_tree', 'gradient_boosting', 'linear_regression'] as const) {
    const result = await worker.train(csv, { algorithm, task: 'regression' })
    expect(result).toMatchObject({ status: 'completed', metrics: { mean_squared_error: null } })
    if (result.status !== 'completed') continue
    const page = modelKey(result.model_id, 'report.html')
    await until(() => worker.bucket.exists(page), 'the report')
    const report = Buffer.from((await worker.bucket.get(page)) ?? '').toString()
    expect(report).toContain('The numbers are too large to be drawn.')
  }
})
