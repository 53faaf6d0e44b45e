/** Fits that are interrupted at random moments, each part resumed from what a store would give back. */
import { createHash, randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Fit, FitContext, TrainingData } from '../../shared/algorithms/algorithm.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { toJson } from '../../shared/artifact/plain-json.ts'
import { randomState } from '../../shared/data/random.ts'
import type { Task } from '../../shared/data/task.ts'
import { fitInParts } from '../support/fit.ts'
import { noisyNumbers, noisyRows } from '../support/training-data.ts'

const seed = Number(process.env.TENSORFLEET_SEED ?? randomInt(2 ** 31))

const hash = (model: AnyRestored) => createHash('sha256').update(toJson(model.model)).digest('hex')

type Interrupted = [string, AlgorithmName, Record<string, unknown>, () => TrainingData<Task>, number]

const short: Interrupted[] = [
  ['a 10-epoch cnn', 'cnn', { epochs: 10 }, () => noisyRows(2000, 64), 1],
  ['a 100-tree forest', 'random_forest', { n_estimators: 100 }, () => noisyRows(6000, 12), 1],
  [
    'a boosting with drawn features and early stopping',
    'gradient_boosting',
    { max_iter: 30, max_features: 0.5, early_stopping: true, n_iter_no_change: 30 },
    () => noisyRows(3000, 12),
    1,
  ],
  ['a logistic regression', 'logistic_regression', { tol: 1e-9 }, () => noisyRows(5000, 12), 1],
]
const long: Interrupted[] = [
  ['a 10-epoch dnn', 'dnn', { epochs: 10 }, () => noisyRows(20_000, 40), 1],
  ['a 10-epoch dnn on two threads', 'dnn', { epochs: 10, batch_size: 256 }, () => noisyRows(20_000, 40), 2],
  ['a 100-tree forest on two threads', 'random_forest', { n_estimators: 100 }, () => noisyRows(6000, 12), 2],
  [
    'a forest of large trees on two threads',
    'random_forest',
    { n_estimators: 6, max_features: null },
    () => noisyRows(30_000, 12),
    2,
  ],
  [
    'a forest of numbers on two threads',
    'random_forest',
    { n_estimators: 20, max_features: 0.4, oob_score: true },
    () => noisyNumbers(6000, 12),
    2,
  ],
  [
    'random trees of numbers on two threads',
    'extra_trees',
    { n_estimators: 30, bootstrap: true, oob_score: true },
    () => noisyNumbers(6000, 12),
    2,
  ],
  ['a boosting on two threads', 'gradient_boosting', { max_iter: 30 }, () => noisyRows(30_000, 12), 2],
  [
    'a lasso',
    'linear_regression',
    { penalty: 'l1', alpha: 1e-4, tol: 1e-12 },
    () => noisyNumbers(300_000, 80),
    1,
  ],
  [
    'a dnn of numbers on two threads',
    'dnn',
    { epochs: 5, batch_size: 256, loss: 'mae' },
    () => noisyNumbers(20_000, 40),
    2,
  ],
  ['a cnn of numbers', 'cnn', { epochs: 5 }, () => noisyNumbers(2000, 64), 1],
  ['a tree', 'decision_tree', {}, () => noisyRows(60_000, 20), 1],
  [
    'a best-first tree',
    'decision_tree',
    { max_leaf_nodes: 5000, splitter: 'random' },
    () => noisyRows(60_000, 20),
    1,
  ],
  ['an svm', 'svm', { C: 100 }, () => noisyRows(3500, 12), 1],
  ['an svm of numbers', 'svm', { C: 10, epsilon: 0.01 }, () => noisyNumbers(3500, 12), 1],
  ['an svm on two threads', 'svm', { C: 100, probability: true }, () => noisyRows(1500, 12), 2],
]

async function interrupt(...[, algorithm, params, makeData, threads]: Interrupted) {
  const data = makeData()
  const trainer = anyEstimatorFor(algorithm, data.task ?? 'classification').trainer(params)
  const train = (run: FitContext): Promise<Fit<AnyRestored>> => trainer.fit(data, run)
  const whole = await fitInParts(train, () => false, threads)
  const random = randomState(seed)
  const moments = new Set<number>()
  while (moments.size < Math.min(10, whole.steps)) moments.add(Math.floor(random.double() * whole.steps))
  const interrupted = await fitInParts(train, (step) => moments.has(step), threads)
  expect(hash(interrupted.model)).toBe(hash(whole.model))
  expect(interrupted.pauses).toBeGreaterThan(2)
}

describe(`with the seed ${seed} (TENSORFLEET_SEED repeats it)`, () => {
  const title = '%s interrupted at ten random moments is the uninterrupted one, bit for bit'
  test.each(short)(title, interrupt)
  test.each(long)(title, { tags: 'long' }, interrupt)
})
