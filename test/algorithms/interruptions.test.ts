/** Fits that are interrupted at random moments, each part resumed from what a store would give back. */
import { createHash, randomInt } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import type { Checkpoint, TrainingData } from '../../shared/algorithms/algorithm.ts'
import { algorithms, type Restored } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { toJson } from '../../shared/artifact/plain-json.ts'
import { randomState } from '../../shared/data/random.ts'

const seed = Number(process.env.TENSORFLEET_SEED ?? randomInt(2 ** 31))

/** Rows of noise with some signal, so that trees become deep. */
function madeUp(rows: number, columns: number, classCount: number): TrainingData {
  const random = randomState(7)
  const matrix = (count: number) => ({
    rows: count,
    columns,
    values: Float64Array.from({ length: count * columns }, () => random.double() * 4 - 2),
  })
  const classes = (values: Float64Array, count: number) =>
    Int32Array.from({ length: count }, (_, i) =>
      random.double() < 0.2
        ? Math.floor(random.double() * classCount)
        : Math.abs(Math.floor(values[i] + values[count + i])) % classCount,
    )
  const features = matrix(rows)
  const held = matrix(Math.ceil(rows / 4))
  return {
    features,
    target: classes(features.values, rows),
    classCount,
    featureNames: Array.from({ length: columns }, (_, j) => `x${j}`),
    validation: { features: held, target: classes(held.values, held.rows) },
  }
}

const hash = (model: Restored) => createHash('sha256').update(toJson(model.model)).digest('hex')

/** Fits in parts, each asked to pause at the step that `pauseAt` names, counted over all parts. */
async function fitInParts(
  algorithm: AlgorithmName,
  hyperparameters: Record<string, unknown>,
  data: TrainingData,
  threads: number,
  pauseAt: ReadonlySet<number>,
) {
  let steps = 0
  let parts = 0
  let resumeFrom: Checkpoint | undefined
  for (;;) {
    parts++
    const trainer = algorithms[algorithm].trainer(hyperparameters)
    const fit = await trainer.fit(data, {
      threads,
      resumeFrom,
      step: async () => (pauseAt.has(steps++) ? 'pause' : 'continue'),
    })
    if (fit.status === 'done') return { hash: hash(fit.model), steps, parts }
    resumeFrom = deserialize(serialize(fit.checkpoint))
  }
}

describe(`with the seed ${seed} (TENSORFLEET_SEED repeats it)`, () => {
  test.each<[string, AlgorithmName, Record<string, unknown>, TrainingData, number]>([
    ['a 10-epoch dnn', 'dnn', { epochs: 10 }, madeUp(20_000, 40, 3), 1],
    ['a 10-epoch dnn on two threads', 'dnn', { epochs: 10, batch_size: 256 }, madeUp(20_000, 40, 3), 2],
    ['a 10-epoch cnn', 'cnn', { epochs: 10 }, madeUp(2000, 64, 3), 1],
    ['a 100-tree forest', 'random_forest', { n_estimators: 100 }, madeUp(6000, 12, 3), 1],
    ['a 100-tree forest on two threads', 'random_forest', { n_estimators: 100 }, madeUp(6000, 12, 3), 2],
    [
      'a forest of large trees on two threads',
      'random_forest',
      { n_estimators: 6, max_features: null },
      madeUp(30_000, 12, 3),
      2,
    ],
    ['a tree', 'decision_tree', {}, madeUp(60_000, 20, 3), 1],
    [
      'a best-first tree',
      'decision_tree',
      { max_leaf_nodes: 5000, splitter: 'random' },
      madeUp(60_000, 20, 3),
      1,
    ],
    ['an svm', 'svm', { C: 100 }, madeUp(3500, 12, 3), 1],
    ['an svm on two threads', 'svm', { C: 100, probability: true }, madeUp(1500, 12, 3), 2],
    ['a logistic regression', 'logistic_regression', { tol: 1e-9 }, madeUp(5000, 12, 3), 1],
  ])(
    '%s interrupted at ten random moments is the uninterrupted one, bit for bit',
    async (_, algorithm, params, data, threads) => {
      const whole = await fitInParts(algorithm, params, data, threads, new Set())
      const random = randomState(seed)
      const moments = Array.from({ length: 10 }, () => Math.floor(random.double() * whole.steps))
      const interrupted = await fitInParts(algorithm, params, data, threads, new Set(moments))
      expect(interrupted.hash).toBe(whole.hash)
      expect(interrupted.parts).toBeGreaterThan(3)
    },
  )
})
