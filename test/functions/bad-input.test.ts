import { afterAll, beforeAll, expect, test } from 'vitest'
import { tasks } from '../../shared/data/task.ts'
import type { JobErrorCode } from '../../shared/errors/job-error.ts'
import { brokenRules } from '../support/broken-rules.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const rows = (count: number, row: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n')
const good = `a,b,y\n${rows(40, (i) => `${i},${i % 3},${i < 20 ? 'low' : 'high'}`)}\n`

test.each<[string, JobErrorCode, string | Uint8Array, Record<string, unknown>, RegExp]>([
  ['an empty file', 'dataset_empty', '', {}, /is empty/],
  ['a header only', 'dataset_empty', 'a,b,y\n', {}, /no rows/],
  ['one column', 'bad_features', 'a\n1\n2\n', {}, /only one column/],
  [
    'a missing target',
    'target_missing',
    good,
    { target_column: 'z' },
    /target_column is "z", but the dataset has no such column.*a, b, y/,
  ],
  [
    'a class that counts as missing',
    'bad_target',
    `a,y\n${rows(9, (i) => `${i},${i % 2 ? 'None' : 'x'}`)}`,
    {},
    /only one class, "x".*"None" in it counts as missing.*keep_default_na/,
  ],
  ['one class', 'bad_target', `a,y\n${rows(9, (i) => `${i},x`)}`, {}, /only one class/],
  [
    'a target that differs in every row',
    'bad_target',
    `a,y\n${rows(9, (i) => `1,id${i}`)}`,
    {},
    /different value in every row/,
  ],
  [
    'a task that there is not',
    'bad_message',
    good,
    { task: 'regresion' },
    /^task is "regresion", which is not allowed: use .*classification.*regression/,
  ],
  [
    'a task that the algorithm lacks',
    'bad_task',
    good,
    { task: 'regression' },
    /^logistic_regression is for classification, and this is a regression: use linear_regression/,
  ],
  [
    'numbers for naive_bayes',
    'bad_task',
    good,
    { algorithm: 'naive_bayes', task: 'regression' },
    /^naive_bayes is for classification, and this is a regression: use .*linear_regression/,
  ],
  [
    'priors of another number of classes',
    'bad_hyperparameter',
    good,
    { algorithm: 'naive_bayes', hyperparameters: { priors: [0.5, 0.25, 0.25] } },
    /^hyperparameters\.priors has 3 probabilities, and there are 2 classes/,
  ],
  [
    'a text target of a regression',
    'bad_target',
    good,
    { algorithm: 'svm', task: 'regression' },
    /"y" holds text \("high" for one\), and a regression predicts numbers/,
  ],
  [
    'a stratified regression',
    'bad_split',
    `a,y\n${rows(40, (i) => `${i},${i}.5`)}`,
    { algorithm: 'svm', split: { stratify: true } },
    /split\.stratify needs a target of classes/,
  ],
  [
    'numbers that single precision does not hold, for a network',
    'bad_target',
    `a,y\n${rows(40, (i) => `${i},${i}.5e38`)}`,
    { algorithm: 'dnn', task: 'regression' },
    /^The target has the number \d+(\.\d+)?e\+\d+, and a network computes in single precision/,
  ],
  ['a continuous target', 'bad_task', `a,y\n${rows(9, (i) => `1,${i}.5`)}`, {}, /continuous/],
  [
    'ragged rows',
    'dataset_unreadable',
    'a,b,y\n1,2,x\n1,2,3,x\n',
    {},
    /Line 3 .* 4 fields where the header has 3/,
  ],
  [
    'infinite numbers',
    'bad_features',
    `a,y\n${rows(9, (i) => `${i === 4 ? '1e999' : i},${i % 2}`)}`,
    {},
    /infinite/,
  ],
  [
    'numbers whose variance overflows',
    'bad_features',
    `a,y\n${rows(9, (i) => `${i % 3 ? '-1e308' : '1e308'},${i % 2}`)}`,
    {},
    /column "a" has numbers so large/,
  ],
  ['a cnn without a square of features', 'bad_features', good, { algorithm: 'cnn' }, /2 features|square/],
  ['Latin-1', 'dataset_unreadable', Buffer.from('a,y\n\xe9,1\nb,2\nc,1\n', 'latin1'), {}, /UTF-8/],
])('%s fails with the code %s and one clear sentence', async (_, error_code, csv, job, sentence) => {
  const result = await worker.train(csv, job)
  expect(result).toMatchObject({
    job_id: result.job_id,
    status: 'failed',
    error: expect.stringMatching(sentence),
    error_code,
  })
})

const identifier = /^"a" has a different value in every row/
test.each<[string, string, RegExp[]]>([
  [
    'text in a number column',
    good.replace('\n7,', '\nseven,'),
    [/column "a" is treated as text/, identifier],
  ],
  ['duplicate column names', good.replace('a,b', 'a,a'), [identifier]],
  [
    '10,000 columns',
    `${rows(1, () => Array.from({ length: 10_000 }, (_, j) => `c${j}`).join(','))},y\n${rows(20, (i) => `${Array.from({ length: 10_000 }, (_, j) => (i * j) % 7).join(',')},${i % 2}`)}\n`,
    [...Array(5).fill(/^"c\d+" has the same value in every row/), /^1424 more columns have one value/],
  ],
  ['a byte-order mark', `\ufeff${good}`, [identifier]],
  ['CRLF', good.replaceAll('\n', '\r\n'), [identifier]],
  ['quoted newlines', good.replaceAll('low', '"l\now"'), [identifier]],
  [
    'missing values',
    good.replace('\n7,1,', '\n,,').replace('\n9,', '\n,'),
    [/"a" has 2 missing values/, /"b" has 1 missing value/],
  ],
])('%s trains', async (_, csv, warnings) => {
  const result = await worker.train(csv)
  expect(result).toMatchObject({
    status: 'completed',
    warnings: warnings.map((warning) => expect.stringMatching(warning)),
  })
})

test.each<[Record<string, unknown>, JobErrorCode, RegExp]>([
  [
    { algorithm: 'dnn', hyperparameters: { engine: 'tfjs' }, sample_weight_column: 'w' },
    'bad_hyperparameter',
    /engine "tfjs" does not take the weights of sample_weight_column/,
  ],
  [
    { hyperparameters: { engine: 'ml-logistic-regression' }, sample_weight_column: 'w' },
    'bad_hyperparameter',
    /engine ml-logistic-regression does not take the weights of sample_weight_column/,
  ],
  [
    { search: { parameters: { C: [1, 2] }, metric: 'r2' } },
    'bad_task',
    /^search\.metric is "r2", and this is a classification/,
  ],
  [
    { algorithm: 'auto', task: 'regression', auto: { metric: 'accuracy' } },
    'bad_task',
    /^auto\.metric is "accuracy", and this is a regression/,
  ],
  [
    { algorithm: 'linear_regression', split: { stratify: true } },
    'bad_split',
    /^split\.stratify needs a target of classes/,
  ],
  [
    { drop_columns: ['b', 'y'], target_column: 'y' },
    'bad_features',
    /^drop_columns names "y", which is the target/,
  ],
  [
    { drop_columns: ['b'], split: { group_column: 'b' } },
    'bad_features',
    /^drop_columns names "b", which is the column that splits the rows/,
  ],
  [
    {
      algorithm: 'gradient_boosting',
      hyperparameters: { monotonic_cst: { age: 1 } },
      feature_columns: ['height', 'weight'],
    },
    'bad_hyperparameter',
    /monotonic_cst names the column "age", which is not among feature_columns: add it there, or take it out/,
  ],
  [
    {
      algorithm: 'gradient_boosting',
      hyperparameters: { interaction_cst: [['height', 'weight']] },
      drop_columns: ['weight'],
    },
    'bad_hyperparameter',
    /interaction_cst names the column "weight", which drop_columns leaves out: take it out of drop_columns/,
  ],
  [
    {
      algorithm: 'gradient_boosting',
      hyperparameters: { categorical_features: ['kind'] },
      target_column: 'kind',
    },
    'bad_hyperparameter',
    /categorical_features names the column "kind", which is the target_column: name another target/,
  ],
  [
    {
      algorithm: 'decision_tree',
      hyperparameters: { monotonic_cst: { w: -1 } },
      sample_weight_column: 'w',
    },
    'bad_hyperparameter',
    /monotonic_cst names the column "w", which is the sample_weight_column: name another one/,
  ],
])('a message of %j fails before its dataset is fetched', async (fields, error_code, error) => {
  const result = await worker.train('', { ...fields, dataset_path: 'no/such-dataset.csv' })
  expect(result).toMatchObject({ status: 'failed', error_code, error: expect.stringMatching(error) })
})

const rulesByTask = tasks.flatMap((task) => brokenRules[task].map((rule) => [task, ...rule] as const))

test.each(rulesByTask)(
  'a %s by %s with %j fails before its dataset is fetched',
  async (task, algorithm, given, error) => {
    const job = { algorithm, task, hyperparameters: given, dataset_path: 'no/such-dataset.csv' }
    const result = await worker.train('', job)
    expect(result).toMatchObject({
      job_id: result.job_id,
      status: 'failed',
      error,
      error_code: 'bad_hyperparameter',
    })
  },
)
