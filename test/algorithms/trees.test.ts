import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FitContext, TrainingData } from '../../shared/algorithms/algorithm.ts'
import { decisionTreeHyperparameters } from '../../shared/algorithms/decision-tree/hyperparameters.ts'
import { classifier as decisionTree } from '../../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../../shared/algorithms/random-forest/hyperparameters.ts'
import { classifier as randomForest } from '../../shared/algorithms/random-forest/index.ts'
import type { Tree } from '../../shared/algorithms/trees/model.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { done, fitInParts, fitWithPauses, uninterrupted } from '../support/fit.ts'
import { matrixOf, noisyRows, trainingData as trainingDataOf } from '../support/training-data.ts'

/** Columns of numbers; there are two classes at least. */
const trainingData = (columns: readonly (readonly number[])[], target: readonly number[]): TrainingData => ({
  ...trainingDataOf(matrixOf(columns), Int32Array.from(target)),
  classCount: Math.max(1, ...target) + 1,
})

async function growTree(data: TrainingData, given: object = {}, run: FitContext = uninterrupted()) {
  return done(await decisionTree.fit(data, decisionTreeHyperparameters.schema.parse(given), run)).model
}

async function growForest(data: TrainingData, given: object = {}, run: FitContext = uninterrupted()) {
  return done(await randomForest.fit(data, randomForestHyperparameters.schema.parse(given), run)).model
}

test.each([
  {},
  { max_leaf_nodes: 700 },
  { class_weight: 'balanced' },
  { splitter: 'random', class_weight: 'balanced' },
])('a tree with %j that was interrupted is the tree that was not', async (given) => {
  const data = noisyRows(20_000, 8)
  const params = decisionTreeHyperparameters.schema.parse(given)
  const { model, pauses } = await fitWithPauses((run) => decisionTree.fit(data, params, run), 2)
  expect(pauses).toBeGreaterThan(0)
  expect(model).toEqual(await growTree(data, given))
})

const workOnCopies = 'a tree whose subtrees work on $work is the same, interrupted or not'
test.each([{ work: 'copies of their rows', rows: 4000, columns: 100, given: { max_features: 60 } }])(
  workOnCopies,
  growOnCopies,
)
test.each([
  { work: 'copies made row by row', rows: 140_000, columns: 20, given: { max_features: 3 } },
  { work: 'copies of copies', rows: 5000, columns: 600, given: { max_features: 300, max_depth: 9 } },
])(workOnCopies, { tags: 'long' }, growOnCopies)

async function growOnCopies({ rows, columns, given }: { rows: number; columns: number; given: object }) {
  const data = noisyRows(rows, columns, 3, 2)
  const params = decisionTreeHyperparameters.schema.parse(given)
  const whole = await growTree(data, given)
  const { model, pauses } = await fitWithPauses((run) => decisionTree.fit(data, params, run), 2)
  expect(pauses).toBeGreaterThan(0)
  expect(model).toEqual(whole)
  const halved = await growTree(data, { ...given, class_weight: halves(3) })
  expect(halved.tree.threshold).toEqual(whole.tree.threshold)
  expect(halved.tree.samples).toEqual(whole.tree.samples)
}

test('a forest that was interrupted is the forest that was not', async () => {
  const data = noisyRows(400, 5)
  const given = { n_estimators: 7, oob_score: true }
  const params = randomForestHyperparameters.schema.parse(given)
  const { model, pauses } = await fitInParts(
    (run) => randomForest.fit(data, params, run),
    (step) => step % 2 === 1,
    2,
  )
  expect(pauses).toBeGreaterThan(1)
  expect(model).toEqual(await growForest(data, given))
})

test.each([{}, { class_weight: 'balanced_subsample' }])(
  'a forest with %j does not depend on the number of threads',
  async (given) => {
    const data = noisyRows(3000, 8)
    const all = { ...given, n_estimators: 60, max_features: null }
    expect(await growForest(data, all, uninterrupted(3))).toEqual(
      await growForest(data, all, uninterrupted(1)),
    )
  },
)

test('a forest that is cancelled ends its threads and rejects', async () => {
  const run: FitContext = {
    threads: 2,
    step: async () => {
      throw new JobError('cancelled', 'cancelled')
    },
  }
  await expect(growForest(noisyRows(3000, 8), { n_estimators: 60, max_features: null }, run)).rejects.toThrow(
    'cancelled',
  )
})

const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.constantFrom(0, -0, 1e-7, 2e-7, 3e-7, 1e-40, -1e-40, 1e30, -1e30, 3.4e38, 16777216, 16777217),
)
const dataset = fc
  .record({ rows: fc.integer({ min: 2, max: 60 }), columns: fc.integer({ min: 1, max: 4 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      x: fc.array(
        fc.oneof(
          fc.array(number, { minLength: rows, maxLength: rows }),
          fc.array(fc.oneof(number, fc.constant(Number.NaN)), { minLength: rows, maxLength: rows }),
          fc.array(fc.constantFrom(1, 2), { minLength: rows, maxLength: rows }),
          number.map((value) => new Array<number>(rows).fill(value)),
        ),
        { minLength: columns, maxLength: columns },
      ),
      y: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows - 2, maxLength: rows - 2 }),
    }),
  )
  .map(({ x, y }) => {
    const classes = [0, 1, 2, 3].filter((k) => k < 2 || y.includes(k))
    return trainingData(
      x,
      [0, 1, ...y].map((k) => classes.indexOf(k)),
    )
  })
const variants = fc.record(
  {
    criterion: fc.constantFrom('gini', 'entropy'),
    max_features: fc.constantFrom('sqrt', 1, null),
    min_samples_leaf: fc.integer({ min: 1, max: 4 }),
    min_weight_fraction_leaf: fc.constantFrom(0, 0.1),
    max_leaf_nodes: fc.constantFrom(null, 2, 5),
    random_state: fc.integer({ min: 0, max: 4294967295 }),
  },
  { requiredKeys: [] },
)

test('ranks and sorted values give one tree: halving all weights changes nothing but the weights', async () => {
  await fc.assert(
    fc.asyncProperty(dataset, variants, async (data, given) => {
      const whole = await growTree(data, given)
      const halved = await growTree(data, { ...given, class_weight: halves(data.classCount) })
      expect({
        ...halved.tree,
        weightedSamples: halved.tree.weightedSamples.map((weight) => 2 * weight),
      }).toEqual(whole.tree)
    }),
    { numRuns: 300 },
  )
})

const halves = (classCount: number) =>
  Object.fromEntries(Array.from({ length: classCount }, (_, k) => [k, 0.5]))

test('every row of the training data is counted in the leaf that it is predicted by', async () => {
  await fc.assert(
    fc.asyncProperty(dataset, variants, async (data, given) => {
      const { tree, ...model } = await growTree(data, given)
      const { features, target, classCount } = data
      const counts = new Float64Array(tree.value.length)
      const rows = new Int32Array(tree.feature.length)
      for (let i = 0; i < features.rows; i++) {
        for (
          let node = 0;
          node >= 0;
          node = childOf(tree, node, (j) => features.values[j * features.rows + i])
        ) {
          rows[node]++
          counts[node * classCount + target[i]]++
        }
      }
      expect(rows).toEqual(tree.samples)
      tree.samples.forEach((samples, node) => {
        const shares = counts
          .subarray(node * classCount, (node + 1) * classCount)
          .map((count) => count / samples)
        expect(tree.value.subarray(node * classCount, (node + 1) * classCount)).toEqual(shares)
        if (tree.left[node] < 0 && node > 0)
          expect(samples).toBeGreaterThanOrEqual(given.min_samples_leaf ?? 1)
      })
      const { probabilities = new Float64Array(0) } = decisionTree.predict({ ...model, tree }, features)
      for (let i = 0; i < features.rows; i++) {
        let leaf = 0
        for (
          let node = 0;
          node >= 0;
          node = childOf(tree, node, (j) => features.values[j * features.rows + i])
        ) {
          leaf = node
        }
        expect(probabilities.subarray(i * classCount, (i + 1) * classCount)).toEqual(
          tree.value.subarray(leaf * classCount, (leaf + 1) * classCount),
        )
      }
    }),
    { numRuns: 200 },
  )
})

function childOf(tree: Tree, node: number, value: (feature: number) => number): number {
  if (tree.left[node] < 0) return -1
  const x = Math.fround(value(tree.feature[node]))
  const goesLeft = Number.isNaN(x) ? tree.missingGoesLeft[node] === 1 : x <= tree.threshold[node]
  return goesLeft ? tree.left[node] : tree.right[node]
}

test('two rows of two classes make one split; two equal rows make none', async () => {
  const split = await growTree(trainingData([[1, 2]], [0, 1]))
  expect(Array.from(split.tree.feature)).toEqual([0, -2, -2])
  expect(Array.from(split.tree.threshold)).toEqual([1.5, -2, -2])
  const none = await growTree(trainingData([[1, 1]], [0, 1]))
  expect(Array.from(none.tree.feature)).toEqual([-2])
  expect(Array.from(none.featureImportances)).toEqual([0])
})

test.each([
  ['one class', trainingData([[1, 2]], [1, 1]), {}, 'same class'],
  ['no rows', trainingData([[]], []), {}, 'no rows to train on'],
  ['an infinite value', trainingData([[1, Number.POSITIVE_INFINITY]], [0, 1]), {}, 'infinite'],
  ['a value beyond float32', trainingData([[1, 1e39]], [0, 1]), {}, 'too large'],
  [
    'more max_features than columns',
    trainingData([[1, 2]], [0, 1]),
    { max_features: 3 },
    'max_features is 3',
  ],
  [
    'a weight for a class that is not there',
    trainingData([[1, 2]], [0, 1]),
    { class_weight: { 7: 2 } },
    '"7"',
  ],
  ['no class with a weight', trainingData([[1, 2]], [0, 1]), { class_weight: { 0: 0, 1: 0 } }, 'weight 0'],
])('%s is a JobError of both algorithms', async (_, data, given, sentence) => {
  await expect(growTree(data, given)).rejects.toThrow(JobError)
  await expect(growTree(data, given)).rejects.toThrow(sentence)
  await expect(growForest(data, given)).rejects.toThrow(sentence)
})

test('random_state null counts as 42', async () => {
  const data = noisyRows(200, 4)
  expect(await growForest(data, { n_estimators: 3, random_state: null })).toEqual(
    await growForest(data, { n_estimators: 3, random_state: 42 }),
  )
})
