import { expect, test } from 'vitest'
import { decisionTreeHyperparameters } from '../../shared/algorithms/decision-tree/hyperparameters.ts'
import { classifier as decisionTree } from '../../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../../shared/algorithms/random-forest/hyperparameters.ts'
import { classifier as randomForest } from '../../shared/algorithms/random-forest/index.ts'
import type { Tree } from '../../shared/algorithms/trees/model.ts'
import { distance, done, uninterrupted } from '../support/fit.ts'
import { paritySets } from '../support/parity-set.ts'
import { prepared } from '../support/prepared-parity-set.ts'

test.each(paritySets)('decision_tree on %s is the reference tree, node for node', async (name) => {
  const { data, test, testRows, expected } = prepared(name)
  expect(Array.from(testRows)).toEqual(expected.test_rows)
  const reference = expected.models.decision_tree
  const { model } = done(
    await decisionTree.fit(data, decisionTreeHyperparameters.schema.parse({}), uninterrupted()),
  )
  expectTree(model.tree, reference.tree)
  expect(distance(model.featureImportances, reference.feature_importances)).toBeLessThanOrEqual(1e-9)
  expect(Array.from(decisionTree.predict(model, test.features).classes)).toEqual(reference.predictions)
})

test.each(paritySets)('random_forest on %s is the reference forest, tree for tree', async (name) => {
  const { data, test, expected } = prepared(name)
  const reference = expected.models.random_forest
  const { model } = done(
    await randomForest.fit(data, randomForestHyperparameters.schema.parse({}), uninterrupted(2)),
  )
  expect(reference.first_trees.length).toBeGreaterThan(1)
  reference.first_trees.forEach((tree: ReferenceTree, i: number) => {
    expectTree(model.trees[i], tree)
  })
  const { classes, probabilities } = randomForest.predict(model, test.features)
  expect(Array.from(classes)).toEqual(reference.predictions)
  expect(distance(probabilities ?? [], reference.probabilities.flat())).toBeLessThanOrEqual(1e-12)
  expect(distance(model.featureImportances, reference.feature_importances)).toBeLessThanOrEqual(1e-9)
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
  expect(distance(tree.threshold, reference.threshold)).toBeLessThanOrEqual(1e-12)
  expect(distance(tree.value, reference.value.flat())).toBeLessThanOrEqual(1e-12)
}
