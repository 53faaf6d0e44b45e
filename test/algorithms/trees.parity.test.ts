import { expect, test } from 'vitest'
import { decisionTreeHyperparameters } from '../../shared/algorithms/decision-tree/hyperparameters.ts'
import { decisionTree } from '../../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../../shared/algorithms/random-forest/hyperparameters.ts'
import { randomForest } from '../../shared/algorithms/random-forest/index.ts'
import type { Tree } from '../../shared/algorithms/trees/model.ts'
import { paritySets } from '../parity.ts'
import { prepared, uninterrupted } from './parity.ts'

test.each(paritySets)('decision_tree on %s is the reference tree, node for node', async (name) => {
  const { data, test, testRows, expected } = prepared(name)
  expect(Array.from(testRows)).toEqual(expected.test_rows)
  const reference = expected.models.decision_tree
  const fit = await decisionTree.fit(data, decisionTreeHyperparameters.schema.parse({}), uninterrupted())
  if (fit.status !== 'done') throw new Error('the fit paused')
  expectTree(fit.model.tree, reference.tree)
  expectClose(fit.model.featureImportances, reference.feature_importances, 1e-9)
  expect(Array.from(decisionTree.predict(fit.model, test.features).classes)).toEqual(reference.predictions)
})

test.each(paritySets)('random_forest on %s is the reference forest, tree for tree', async (name) => {
  const { data, test, expected } = prepared(name)
  const reference = expected.models.random_forest
  const fit = await randomForest.fit(data, randomForestHyperparameters.schema.parse({}), uninterrupted(2))
  if (fit.status !== 'done') throw new Error('the fit paused')
  expect(reference.first_trees.length).toBeGreaterThan(1)
  reference.first_trees.forEach((tree: ReferenceTree, i: number) => {
    expectTree(fit.model.trees[i], tree)
  })
  const { classes, probabilities } = randomForest.predict(fit.model, test.features)
  expect(Array.from(classes)).toEqual(reference.predictions)
  expectClose(probabilities ?? [], reference.probabilities.flat(), 1e-12)
  expectClose(fit.model.featureImportances, reference.feature_importances, 1e-9)
})

type ReferenceTree = {
  feature: number[]
  threshold: number[]
  left: number[]
  right: number[]
  value: number[][]
}

function expectTree(tree: Tree, reference: ReferenceTree): void {
  expect(Array.from(tree.feature)).toEqual(reference.feature)
  expect(Array.from(tree.left)).toEqual(reference.left)
  expect(Array.from(tree.right)).toEqual(reference.right)
  expectClose(tree.threshold, reference.threshold, 1e-12)
  expectClose(tree.value, reference.value.flat(), 1e-12)
}

function expectClose(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(wanted.length)
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0)
  expect(worst).toBeLessThanOrEqual(tolerance)
}
