import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { decisionTreeHyperparameters } from '../../shared/algorithms/decision-tree/hyperparameters.ts'
import { classifier as decisionTree } from '../../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../../shared/algorithms/random-forest/hyperparameters.ts'
import { classifier as randomForest } from '../../shared/algorithms/random-forest/index.ts'
import { distance, done, uninterrupted } from '../support/fit.ts'
import { trainingData as trainingDataOf } from '../support/training-data.ts'

/** Written by test/fixtures/trees.py. */
type Fixture = {
  data: Record<string, { columns: (number | null)[][]; target: number[] }>
  cases: {
    data: string
    algorithm: 'decision_tree' | 'random_forest'
    params: Record<string, unknown>
    importances: number[]
    tree?: {
      feature: number[]
      threshold: (number | null)[]
      left: number[]
      right: number[]
      missing: number[]
      samples: number[]
      weighted: number[]
      impurity: number[]
      value: number[]
    }
    features?: number[][]
    probabilities?: number[]
    oob_score?: number
  }[]
}

const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/trees.json', import.meta.url), 'utf8'))

function trainingData(name: string): TrainingData {
  const { columns, target } = fixture.data[name]
  const values = Float64Array.from(columns.flat(), (value) => value ?? Number.NaN)
  return trainingDataOf({ rows: target.length, columns: columns.length, values }, Int32Array.from(target))
}

for (const { data: name, algorithm, params, ...wanted } of fixture.cases) {
  test(`${algorithm} with ${JSON.stringify(params)} on ${name} data is scikit-learn's`, async () => {
    const data = trainingData(name)
    if (algorithm === 'decision_tree') {
      const { model } = done(
        await decisionTree.fit(data, decisionTreeHyperparameters.schema.parse(params), uninterrupted()),
      )
      if (wanted.tree === undefined) throw new Error('The fixture has no tree.')
      const { tree } = model
      expect(Array.from(tree.feature)).toEqual(wanted.tree.feature)
      expect(Array.from(tree.threshold)).toEqual(
        wanted.tree.threshold.map((value) => value ?? Number.POSITIVE_INFINITY),
      )
      expect(Array.from(tree.left)).toEqual(wanted.tree.left)
      expect(Array.from(tree.right)).toEqual(wanted.tree.right)
      expect(Array.from(tree.missingGoesLeft)).toEqual(wanted.tree.missing)
      expect(Array.from(tree.samples)).toEqual(wanted.tree.samples)
      expect(Array.from(tree.weightedSamples)).toEqual(wanted.tree.weighted)
      expect(Array.from(tree.value)).toEqual(wanted.tree.value)
      expect(distance(tree.impurity, wanted.tree.impurity)).toBeLessThanOrEqual(1e-14)
      expect(distance(model.featureImportances, wanted.importances)).toBeLessThanOrEqual(1e-9)
    } else {
      const { model } = done(
        await randomForest.fit(data, randomForestHyperparameters.schema.parse(params), uninterrupted()),
      )
      expect(model.trees.map((tree) => Array.from(tree.feature))).toEqual(wanted.features)
      const { probabilities = [] } = randomForest.predict(model, data.features)
      expect(distance(probabilities, wanted.probabilities ?? [])).toBeLessThanOrEqual(1e-12)
      expect(distance(model.featureImportances, wanted.importances)).toBeLessThanOrEqual(1e-9)
      expect(model.oobScore).toBe(wanted.oob_score)
    }
  })
}
