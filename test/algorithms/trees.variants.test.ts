import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { decisionTreeHyperparameters } from '../../shared/algorithms/decision-tree/hyperparameters.ts'
import { decisionTree } from '../../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../../shared/algorithms/random-forest/hyperparameters.ts'
import { randomForest } from '../../shared/algorithms/random-forest/index.ts'
import { uninterrupted } from './parity.ts'

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

const file = process.env.TREES_FIXTURE ?? new URL('../fixtures/trees.json', import.meta.url)
const fixture: Fixture = JSON.parse(readFileSync(file, 'utf8'))

function trainingData(name: string): TrainingData {
  const { columns, target } = fixture.data[name]
  const values = Float64Array.from(columns.flat(), (value) => value ?? Number.NaN)
  return {
    features: { rows: target.length, columns: columns.length, values },
    target: Int32Array.from(target),
    classCount: Math.max(...target) + 1,
    featureNames: columns.map((_, j) => `x${j}`),
    validation: {
      features: { rows: 0, columns: columns.length, values: new Float64Array(0) },
      target: new Int32Array(0),
    },
  }
}

for (const { data: name, algorithm, params, ...wanted } of fixture.cases) {
  test(`${algorithm} with ${JSON.stringify(params)} on ${name} data is scikit-learn's`, async () => {
    const data = trainingData(name)
    if (algorithm === 'decision_tree') {
      const fit = await decisionTree.fit(
        data,
        decisionTreeHyperparameters.schema.parse(params),
        uninterrupted(),
      )
      if (fit.status !== 'done' || wanted.tree === undefined) throw new Error('no tree')
      const { tree } = fit.model
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
      expectClose(tree.impurity, wanted.tree.impurity, 1e-14)
      expectClose(fit.model.featureImportances, wanted.importances, 1e-9)
    } else {
      const fit = await randomForest.fit(
        data,
        randomForestHyperparameters.schema.parse(params),
        uninterrupted(),
      )
      if (fit.status !== 'done') throw new Error('the fit paused')
      expect(fit.model.trees.map((tree) => Array.from(tree.feature))).toEqual(wanted.features)
      expectClose(
        randomForest.predict(fit.model, data.features).probabilities ?? [],
        wanted.probabilities ?? [],
        1e-12,
      )
      expectClose(fit.model.featureImportances, wanted.importances, 1e-9)
      expect(fit.model.oobScore).toBe(wanted.oob_score)
    }
  })
}

function expectClose(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(wanted.length)
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0)
  expect(worst).toBeLessThanOrEqual(tolerance)
}
