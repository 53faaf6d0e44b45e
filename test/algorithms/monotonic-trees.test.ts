/** Trees and forests that are monotonic in some features. That their nodes are scikit-learn's: npm run test:trees. */
import { describe, expect, test } from 'vitest'
import type { Fit, FitContext, TrainingData } from '../../shared/algorithms/algorithm.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor, estimatorFor } from '../../shared/algorithms/index.ts'
import type { Task } from '../../shared/data/task.ts'
import { distance, done, fitInParts, uninterrupted } from '../support/fit.ts'
import { matrixOf, noisyNumbers, noisyRows } from '../support/training-data.ts'

const constraints = { x0: 1, x1: -1 }

const forTask: Record<Task, (rows: number) => TrainingData<Task>> = {
  classification: (rows) => noisyRows(rows, 5, 2),
  regression: (rows) => noisyNumbers(rows, 5),
}

type Name = 'decision_tree' | 'random_forest' | 'extra_trees'

function train(algorithm: Name, data: TrainingData<Task>, params: object) {
  const trainer = anyEstimatorFor(algorithm, data.task ?? 'classification').trainer({ ...params })
  return (context: FitContext): Promise<Fit<AnyRestored>> => trainer.fit(data, context)
}

/** The probability of the second class, or the number, for rows whose feature j rises and whose others stay. */
async function responses(algorithm: Name, task: Task, params: object, j: number): Promise<number[]> {
  const fit = train(algorithm, forTask[task](600), { monotonic_cst: constraints, ...params })
  const { model } = done(await fit(uninterrupted()))
  const steps = Array.from({ length: 81 }, (_, i) => -2 + i / 20)
  const prediction = model.predict(
    matrixOf(Array.from({ length: 5 }, (_, k) => steps.map((x) => (k === j ? x : 0.3)))),
  )
  if ('values' in prediction) return Array.from(prediction.values)
  return Array.from({ length: steps.length }, (_, i) => prediction.probabilities?.[2 * i + 1] ?? Number.NaN)
}

const rises = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= values[i - 1])

describe.each(['classification', 'regression'] as const)('%s', (task) => {
  test.each([
    ['decision_tree', {}],
    ['decision_tree', { max_leaf_nodes: 40, splitter: 'random' }],
    ['random_forest', { n_estimators: 5 }],
    ['extra_trees', { n_estimators: 5, max_leaf_nodes: 30 }],
  ] as const)('%s %j rises with x0 and falls with x1', async (algorithm, params) => {
    expect(rises(await responses(algorithm, task, params, 0))).toBe(true)
    expect(rises((await responses(algorithm, task, params, 1)).reverse())).toBe(true)
  })

  test.each([{}, { max_leaf_nodes: 3000 }])('a tree %j in parts is the whole one', async (params) => {
    const given = { monotonic_cst: constraints, ...params }
    const fit = train('decision_tree', forTask[task](30_000), given)
    const whole = done(await fit(uninterrupted())).model
    const parts = await fitInParts(fit, () => true)
    expect(parts.pauses).toBeGreaterThan(0)
    expect(parts.model.model).toEqual(whole.model)
  })
})

test('the absolute error is monotonic in the medians', async () => {
  const params = { criterion: 'absolute_error', max_depth: 6 }
  expect(rises(await responses('decision_tree', 'regression', params, 0))).toBe(true)
})

test.each(['decision_tree', 'random_forest', 'extra_trees'] as const)(
  '%s refuses constraints on three classes, and on columns that are not there',
  async (algorithm) => {
    const fit = (data: TrainingData, monotonic_cst: object) =>
      estimatorFor(algorithm, 'classification').trainer({ monotonic_cst }).fit(data, uninterrupted())
    await expect(fit(noisyRows(50, 3), { x0: 1 })).rejects.toThrow(
      'hyperparameters.monotonic_cst needs a target of two classes or of numbers, and this one has 3 classes: leave it out.',
    )
    await expect(fit(noisyRows(50, 3, 2), { x9: 1 })).rejects.toThrow(
      'hyperparameters.monotonic_cst names the column "x9", which is not among the features',
    )
  },
)

test('null, and constraints that are all 0, leave the tree as it is', async () => {
  const values = async (params: Record<string, unknown>) => {
    const trainer = estimatorFor('decision_tree', 'regression').trainer(params)
    const data = noisyNumbers(500, 5)
    return done(await trainer.fit(data, uninterrupted())).model.predict(data.features).values
  }
  const free = await values({})
  expect(distance(await values({ monotonic_cst: null }), free)).toBe(0)
  expect(distance(await values({ monotonic_cst: { x0: 0 } }), free)).toBe(0)
})
