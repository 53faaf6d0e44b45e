/** What a job needs at least, against what there is. */
import { describe, expect, test } from 'vitest'
import { tasksOf } from '../../shared/algorithms/descriptor.ts'
import { checkBudget, MIN_SHAPE } from '../../shared/algorithms/estimate.ts'
import { algorithms, anyEstimatorFor, estimatorFor } from '../../shared/algorithms/index.ts'
import { type AlgorithmName, algorithmNames } from '../../shared/algorithms/names.ts'
import type { Task } from '../../shared/data/task.ts'

const budget = { memoryBytes: 3538 * 2 ** 20, seconds: 86_400 }
const check = (
  name: AlgorithmName,
  hyperparameters: Record<string, unknown>,
  rows: number,
  columns: number,
  classCount = 2,
) => {
  const shape = { rows, columns, classCount }
  const task = classCount === 1 ? 'regression' : 'classification'
  return () =>
    checkBudget(shape, anyEstimatorFor(name, task).trainer(hyperparameters).estimate(shape, 2), budget)
}

const estimators = algorithmNames.flatMap((name) =>
  tasksOf(algorithms[name]).map((task): [AlgorithmName, Task] => [name, task]),
)

describe.each(estimators)('%s for a %s', (name, task) => {
  const classCount = task === 'regression' ? 1 : 10
  test('takes the largest jobs of the benchmarks', () => {
    const many: Partial<Record<AlgorithmName, Record<string, unknown>>> = {
      random_forest: { n_estimators: 1000 },
      extra_trees: { n_estimators: 1000 },
      dnn: { epochs: 1000 },
      cnn: { epochs: 1000 },
    }
    expect(check(name, many[name] ?? {}, 100_000, 100, classCount)).not.toThrow()
  })
  test('refuses what the memory cannot hold, with how much it needs and what to do', () => {
    expect(check(name, {}, 10_000_000, 200, classCount)).toThrow(
      /^The training needs at least \d+\.\d GB of memory on 10000000 rows x 200 features, and the worker has 3\.5 GB: send fewer rows or columns, or have the function's memory raised\.$/,
    )
  })
})

test.each<[AlgorithmName, Record<string, unknown>, number, RegExp]>([
  [
    'random_forest',
    { n_estimators: 1e9 },
    MIN_SHAPE.rows,
    /^hyperparameters\.n_estimators is 1000000000, which on 2 rows x 1 features makes a model of at least 159\.3 GB, and a model can have 379 MB: use at most \d+\.$/,
  ],
  [
    'dnn',
    { epochs: 1_000_000 },
    1_000_000,
    /^hyperparameters\.epochs is 1000000, which on 1000000 rows x 1 features takes at least \d+ days, and this worker's limit is 24 hours \(TENSORFLEET_MAX_TRAINING_SECONDS\): use at most \d+\.$/,
  ],
])(
  '%s with %j on %i rows is refused by the field, its value and the limit',
  (name, given, rows, sentence) => {
    expect(check(name, given, rows, 1)).toThrow(sentence)
  },
)

test.each<[AlgorithmName, Record<string, unknown>]>([
  ['dnn', { epochs: 1_000_000, validation_split: 0.1, early_stopping: { monitor: 'val_loss', patience: 5 } }],
  ['gradient_boosting', { max_iter: 1_000_000_000, early_stopping: true }],
])('%s with early stopping is not refused by iterations that may never come', (name, given) => {
  expect(check(name, given, 1_000_000, 1)).not.toThrow()
  expect(check(name, { ...given, early_stopping: name === 'dnn' ? undefined : false }, 1_000_000, 1)).toThrow(
    /at least/,
  )
})

test('a model that keeps all its rows is refused by its size', () => {
  expect(check('k_neighbors', {}, 1_000_000, 60)).toThrow(
    'The model would have at least 466 MB on 1000000 rows x 60 features, and a model can have 379 MB: send fewer rows or columns.',
  )
})

test('a large forest whose nodes look at few columns has its ranks twice', () => {
  const bytes = (given: object, rows: number) => {
    const shape = { rows, columns: 20, classCount: 3 }
    return estimatorFor('random_forest', 'classification')
      .trainer({ ...given })
      .estimate(shape, 2).bytes
  }
  expect(bytes({}, 1_000_000) - bytes({ max_features: null }, 1_000_000)).toBe(80_000_000)
  expect(bytes({}, 100_000)).toBe(bytes({ max_features: null }, 100_000))
  const balanced = bytes({ class_weight: 'balanced' }, 1_000_000)
  expect(balanced).toBe(bytes({ max_features: null }, 1_000_000))
})

test('a limit on iterations is not an amount of work', () => {
  const shape = { rows: 10_000, columns: 20, classCount: 2 }
  for (const name of ['svm', 'logistic_regression'] as const) {
    const cost = (given: object) =>
      estimatorFor(name, 'classification')
        .trainer({ ...given })
        .estimate(shape, 2)
    expect(cost({ max_iter: 1e12 })).toEqual(cost({}))
    expect(check(name, { max_iter: 1e12 }, 10_000, 20)).not.toThrow()
  }
})
