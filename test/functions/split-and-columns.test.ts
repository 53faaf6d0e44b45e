import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import type { JobResult } from '../../shared/jobs/result.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
  await worker.bucket.put('datasets/other.csv', 'a,b,leak,y\n1,x,0,no\n', 'text/csv')
})
afterAll(() => worker.close())

/** 60 rows: `leak` is the target in other words; `patient` has six groups; `day` goes backwards. */
const rows = Array.from({ length: 60 }, (_, i) => ({
  patient: `p${i % 6}`,
  day: `2026-03-${String(31 - (i % 30)).padStart(2, '0')}`,
  a: (i * 7) % 13,
  b: i % 3 === 0 ? 'x' : 'y',
  leak: i % 2,
  y: i % 2 === 0 ? 'no' : 'yes',
}))
const csv = (records: readonly object[]) =>
  [Object.keys(records[0]).join(','), ...records.map((record) => Object.values(record).join(','))].join('\n')
const job = { algorithm: 'decision_tree', hyperparameters: { random_state: 0 } }

async function manifestOf(result: JobResult) {
  if (result.status === 'failed') throw new Error(result.error)
  return manifestSchema.parse(
    z.json().parse(await worker.bucket.getJson(`models/${result.model_id}/manifest.json`)),
  )
}

const trained = async (message: object) => {
  const result = await worker.train(csv(rows), { ...job, ...message })
  const { signature, dataset } = await manifestOf(result)
  return { inputs: signature.inputs.map(({ name }) => name), target: signature.output.name, dataset }
}

test('drop_columns leaves columns out; the manifest says so', async () => {
  const { inputs, target, dataset } = await trained({ drop_columns: ['leak', 'patient'] })
  expect({ inputs, target }).toEqual({ inputs: ['day', 'a', 'b'], target: 'y' })
  expect(dataset).toMatchObject({
    drop_columns: ['leak', 'patient'],
    columns: 6,
    train_rows: 48,
    test_rows: 12,
  })
})

test('feature_columns are the only features', async () => {
  const { inputs, dataset } = await trained({ feature_columns: ['b', 'a'], target_column: 'y' })
  expect(inputs).toEqual(['a', 'b'])
  expect(dataset.feature_columns).toEqual(['b', 'a'])
})

test('a group is on one side, and its column is not a feature', async () => {
  const split = { group_column: 'patient', test_size: 2 }
  const { inputs, dataset } = await trained({ split, drop_columns: ['leak'] })
  expect(inputs).toEqual(['day', 'a', 'b'])
  expect(dataset).toMatchObject({ train_rows: 40, test_rows: 20, split })
})

test('a column that splits is a feature where feature_columns names it', async () => {
  const { inputs } = await trained({ split: { time_column: 'day' }, feature_columns: ['day', 'a'] })
  expect(inputs).toEqual(['day', 'a'])
})

test('the test rows can have a dataset of their own', async () => {
  const key = 'datasets/later/later.csv'
  const later = rows.map((row, i) => ({ ...row, y: i % 3 === 0 ? 'no' : 'yes' })).slice(0, 30)
  await worker.bucket.put(key, csv(later), 'text/csv')
  const path = `s3://${worker.bucket.name}/${key}`
  const { dataset } = await trained({ split: { test_dataset_path: path }, feature_columns: ['leak'] })
  expect(dataset).toMatchObject({ train_rows: 60, test_rows: 30, test: { path, source: path, rows: 30 } })
  const result = await worker.train(csv(rows), {
    ...job,
    split: { test_dataset_path: path },
    feature_columns: ['leak'],
  })
  // The tree has learned that leak is y, which holds in 15 of the 30 later rows.
  expect(result).toMatchObject({ metrics: { train_accuracy: 1, test_accuracy: 0.5 } })
})

test('one-hot encoding makes a feature of each category; the model takes raw rows', async () => {
  const result = await worker.train(csv(rows), {
    ...job,
    encoding: 'one_hot',
    feature_columns: ['b', 'leak'],
    target_column: 'y',
  })
  const { signature, dataset } = await manifestOf(result)
  expect(signature.inputs).toEqual([
    { name: 'b', type: 'string' },
    { name: 'leak', type: 'float' },
  ])
  expect(dataset.encoding).toBe('one_hot')
  expect(result).toMatchObject({ metrics: { test_accuracy: 1 } })
})

test('native encoding makes gradient boosting split texts as categories', async () => {
  const boosting = {
    algorithm: 'gradient_boosting',
    feature_columns: ['b', 'patient', 'a'],
    target_column: 'y',
  }
  const hyperparameters = { max_iter: 5, min_samples_leaf: 2 }
  const native = await worker.train(csv(rows), { ...boosting, hyperparameters, encoding: 'native' })
  const { dataset, hyperparameters: used, files } = await manifestOf(native)
  expect(dataset.encoding).toBe('native')
  expect(used.categorical_features).toBe('text')
  const asked = { ...hyperparameters, categorical_features: 'text' }
  const same = await manifestOf(await worker.train(csv(rows), { ...boosting, hyperparameters: asked }))
  expect(files['model.onnx'].bytes).toBeGreaterThan(0)
  expect(same.metrics).toMatchObject({
    ...same.metrics,
    ...(await manifestOf(native)).metrics,
    training_time: same.metrics.training_time,
  })
})

test('rows count by their weights, whose column is not a feature', async () => {
  const weighed = rows.map((row, i) => ({ ...row, y: i % 4 === 0 ? 'no' : 'yes', w: i % 4 === 0 ? 10 : 1 }))
  const message = {
    ...job,
    algorithm: 'naive_bayes',
    hyperparameters: {},
    feature_columns: ['day'],
    target_column: 'y',
  }
  const plain = await worker.train(csv(weighed), { ...message, drop_columns: null })
  const result = await worker.train(csv(weighed), { ...message, sample_weight_column: 'w' })
  const { signature, dataset } = await manifestOf(result)
  expect(signature.inputs.map(({ name }) => name)).toEqual(['day'])
  expect(dataset.sample_weight_column).toBe('w')
  // A quarter of the rows is "no", which with ten times the weight is the more frequent.
  const recalls = (of: JobResult) =>
    of.status === 'completed' && 'recall' in of.metrics ? of.metrics.test_accuracy : undefined
  expect(recalls(plain)).toBeGreaterThan(0.5)
  expect(recalls(result)).toBeLessThan(0.5)
})

test.each([
  { algorithm: 'dnn', hyperparameters: { epochs: 2 } },
  {
    algorithm: 'gradient_boosting',
    task: 'regression',
    hyperparameters: { loss: 'absolute_error', max_iter: 2 },
  },
])('$algorithm takes the weights of rows', async (asked) => {
  const weighed = rows.map(({ a }, i) => ({ a, w: i % 3, y: i }))
  const message = { ...job, ...asked, drop_columns: null, target_column: 'y' }
  const table = csv(weighed.map((row) => (asked.task ? row : { ...row, y: row.y % 2 })))
  const result = await worker.train(table, { ...message, sample_weight_column: 'w' })
  expect((await manifestOf(result)).dataset.sample_weight_column).toBe('w')
})

test('without a target_column the column of the weights is not the target', async () => {
  const weighed = rows.map(({ a, y }) => ({ a, y, w: a + 1 }))
  const result = await worker.train(csv(weighed), { ...job, sample_weight_column: 'w', cv: 3 })
  const { signature } = await manifestOf(result)
  expect(signature.output.name).toBe('y')
})

test('the parts of dates are features; the model takes the dates', async () => {
  const message = {
    ...job,
    feature_columns: ['day', 'a'],
    target_column: 'y',
    date_columns: [{ column: 'day', parts: ['month', 'day', 'weekday'] }],
  }
  const result = await worker.train(csv(rows), message)
  const { signature, dataset, model_id } = await manifestOf(result)
  expect(signature.inputs.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'day_month float',
    'day_day float',
    'day_weekday float',
    'a float',
  ])
  expect(dataset.date_columns).toEqual(message.date_columns)
  const file = await worker.bucket.get(`models/${model_id}/model.json`)
  const model = await readModelFile(Buffer.from(file ?? '').toString())
  const table = await tableFromRecords(rows.map(({ day, a }) => ({ day, a })))
  const direct = rows.map(({ day, a }) => {
    const date = new Date(day)
    const parts = { day_month: date.getUTCMonth() + 1, day_day: date.getUTCDate() }
    return { ...parts, day_weekday: (date.getUTCDay() + 6) % 7, a }
  })
  expect(model.predict(table)).toMatchObject(answer(model.predict(await tableFromRecords(direct))))
  const without = await tableFromRecords(rows.map(({ a }) => ({ a })))
  expect(() => model.predict(without)).toThrow('The data lack a column that the model needs: "day".')
})

const answer = (prediction: object) => ({ classes: Reflect.get(prediction, 'classes') })

test('a column of dates can be the one that splits the rows, too', async () => {
  const { inputs } = await trained({
    split: { time_column: 'day' },
    date_columns: ['day'],
    drop_columns: ['leak', 'patient'],
  })
  expect(inputs).toEqual(['day_year', 'day_month', 'day_day', 'day_weekday', 'day_hour', 'a', 'b'])
})

describe('is refused at once', () => {
  test.each<[object, string, string]>([
    [
      { drop_columns: ['leek'] },
      'bad_features',
      'drop_columns names "leek", but the dataset has no such column (did you mean "leak"?)',
    ],
    [
      { drop_columns: 'leak' },
      'bad_message',
      'drop_columns is "leak", which is not allowed: use an array of the names of columns',
    ],
    [
      { drop_columns: ['leak'], feature_columns: ['a'] },
      'bad_message',
      'feature_columns and drop_columns cannot be given together',
    ],
    [
      { feature_columns: ['y'], target_column: 'y' },
      'bad_message',
      'feature_columns names "y", which is the target_column',
    ],
    [
      { split: 0.3 },
      'bad_message',
      'split is 0.3, which is not allowed: use an object such as {"test_size": 0.25}',
    ],
    [{ split: { seed: 1 } }, 'bad_message', 'split.seed is not known (did you mean "random_state"?)'],
    [
      { split: { test_size: 0 } },
      'bad_message',
      'split.test_size is 0, which is not allowed: use a share of the rows',
    ],
    [{ split: { test_size: 1.5 } }, 'bad_message', 'split.test_size is 1.5, which is not allowed'],
    [{ split: { random_state: -1 } }, 'bad_message', 'split.random_state is -1'],
    [
      { split: { shuffle: 'no' } },
      'bad_message',
      'split.shuffle is "no", which is not allowed: use true or false',
    ],
    [{ split: { stratify: true, shuffle: false } }, 'bad_message', 'split.stratify draws rows at random'],
    [
      { split: { time_column: 'day', stratify: true } },
      'bad_message',
      'split.time_column cannot be given with split.stratify',
    ],
    [
      { split: { test_dataset_path: 'iris', test_size: 0.1 } },
      'bad_message',
      'split.test_dataset_path cannot be given with split.test_size',
    ],
    [
      { split: { group_column: 'site' } },
      'bad_split',
      'split.group_column is "site", but the dataset has no such column',
    ],
    [
      { split: { time_column: 'patient' } },
      'bad_split',
      'split.time_column "patient" has "p0" in data row 1, which is not a date',
    ],
    [{ split: { test_size: 60 } }, 'bad_split', 'split.test_size is 60, but there are only 60 rows'],
    [
      { split: { test_dataset_path: 'other' } },
      'column_missing',
      'The test dataset lacks the columns "patient", "day"',
    ],
    [{ drop_columns: ['patient', 'day', 'a', 'b', 'leak'] }, 'bad_features', 'only one column'],
    [
      { date_columns: ['dayy'] },
      'bad_features',
      'date_columns names "dayy", but there is no such feature (did you mean "day"?)',
    ],
    [
      { date_columns: ['a'] },
      'bad_features',
      'date_columns names "a", which holds numbers (0 for one): write dates as 2026-01-31',
    ],
    [
      { date_columns: ['patient'] },
      'bad_features',
      'The date column "patient" has "p0" in data row 1, which is not a date: write it as 2026-01-31',
    ],
    [{ date_columns: ['day', 'day'] }, 'bad_message', 'date_columns names "day" twice'],
    [{ date_columns: [{ column: 'day', parts: ['week'] }] }, 'bad_message', 'date_columns'],
    [{ date_columns: 'day' }, 'bad_message', 'date_columns is "day", which is not allowed: use an array of'],
    [
      { sample_weight_column: 'w' },
      'bad_sample_weight',
      'sample_weight_column is "w", but the dataset has no such column',
    ],
    [
      { sample_weight_column: 'b' },
      'bad_sample_weight',
      'sample_weight_column is "b", which holds text ("x" for one): name a column of numbers of at least 0.',
    ],
    [
      { sample_weight_column: 'day', drop_columns: ['day'] },
      'bad_features',
      'drop_columns names "day", which is the sample_weight_column: take it out of drop_columns.',
    ],
    [
      { sample_weight_column: 'a', feature_columns: ['a', 'b'] },
      'bad_message',
      'feature_columns names "a", which is the sample_weight_column: take it out of feature_columns.',
    ],
    [
      { sample_weight_column: 'y', target_column: 'y' },
      'bad_message',
      'sample_weight_column is "y", which is the target_column: name another column.',
    ],
    [
      { sample_weight_column: 'a', algorithm: 'k_neighbors', hyperparameters: {} },
      'bad_message',
      'sample_weight_column is not supported for k_neighbors, which cannot weigh rows: leave it out, or use random_forest, extra_trees, decision_tree, gradient_boosting, logistic_regression, svm, naive_bayes, dnn, cnn.',
    ],
    [
      { sample_weight_column: 'a', algorithm: 'dnn', hyperparameters: { engine: 'tfjs' } },
      'bad_hyperparameter',
      'hyperparameters.engine "tfjs" does not take the weights of sample_weight_column: leave one of the two out, or use the engine builtin.',
    ],
    [
      { sample_weight_column: 7 },
      'bad_message',
      'sample_weight_column is 7, which is not allowed: use the name of a column of numbers of at least 0',
    ],
    [
      { encoding: 'native' },
      'bad_message',
      'encoding "native" is for gradient_boosting, whose trees split categories that have no order, and not for decision_tree: use "label", "one_hot" or "target".',
    ],
    [
      {
        encoding: 'native',
        algorithm: 'gradient_boosting',
        hyperparameters: { categorical_features: ['b'] },
      },
      'bad_hyperparameter',
      'hyperparameters.categorical_features names the categorical columns, which with encoding "native" are all text columns',
    ],
    [
      { encoding: 'onehot' },
      'bad_message',
      'encoding is "onehot", which is not allowed: use "label" (a number for each text, the default), "one_hot"',
    ],
  ])('%j', async (message, error_code, sentence) => {
    const result = await worker.train(csv(rows), { ...job, ...message })
    expect(result).toMatchObject({ status: 'failed', error_code, error: expect.stringContaining(sentence) })
  })
})
