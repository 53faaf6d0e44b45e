/** Regression trees and the metrics of a regression, beside scikit-learn's (test/fixtures/regression_trees.py). */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { decisionTreeRegressorModel } from '../../shared/algorithms/decision-tree/model.ts'
import { forestRegressorModel } from '../../shared/algorithms/forest/model.ts'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import { normalized } from '../../shared/algorithms/trees/importances.ts'
import { taskOf } from '../../shared/data/task.ts'
import { regressionScores } from '../../shared/evaluation/regression-metrics.ts'
import { distance, done, uninterrupted } from '../support/fit.ts'

const numbers = z.array(z.number())
const gaps = z.array(z.number().nullable())
const fixture = z
  .object({
    trees: z.array(
      z.object({
        columns: z.array(gaps),
        target: numbers,
        params: z.record(z.string(), z.unknown()),
        feature: numbers,
        threshold: gaps,
        value: numbers,
        impurity: numbers,
      }),
    ),
    forests: z.array(
      z.object({
        columns: z.array(gaps),
        target: numbers,
        params: z.record(z.string(), z.unknown()),
        features: z.array(numbers),
        predictions: numbers,
        importances: numbers,
        oob_score: z.number(),
      }),
    ),
    scores: z.array(z.object({ actual: numbers, values: numbers, scores: z.record(z.string(), z.number()) })),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/regression-trees.json', import.meta.url), 'utf8')))

function dataOf(wanted: { columns: (number | null)[][]; target: number[] }): TrainingData<'regression'> {
  const target = Float64Array.from(wanted.target)
  const values = Float64Array.from(wanted.columns.flat(), (value) => value ?? Number.NaN)
  const features = { rows: target.length, columns: wanted.columns.length, values }
  return { task: 'regression', features, target, featureNames: [], validation: { features, target } }
}

test.each(fixture.forests)('a forest is scikit-learn’s, tree for tree: $params', async (wanted) => {
  const data = dataOf(wanted)
  const trainer = estimatorFor('random_forest', 'regression').trainer(wanted.params)
  const { model } = done(await trainer.fit(data, uninterrupted()))
  const { trees, featureImportances, oobScore } = forestRegressorModel.parse(model.model)
  expect(trees.map(({ feature }) => Array.from(feature))).toEqual(wanted.features)
  expect(distance(model.predict(data.features).values, wanted.predictions)).toBeLessThanOrEqual(1e-12)
  expect(distance(featureImportances, wanted.importances)).toBeLessThanOrEqual(1e-12)
  expect(oobScore).toBeCloseTo(wanted.oob_score, 12)
})

test('rows that every tree has drawn are told of', async () => {
  const trainer = estimatorFor('random_forest', 'regression').trainer({ n_estimators: 1, oob_score: true })
  const { warnings } = done(await trainer.fit(dataOf(fixture.forests[0]), uninterrupted()))
  expect(warnings).toEqual([
    expect.stringMatching(/^\d+ rows .* predicted to be 0 in oob_score: raise n_estim/),
  ])
})

test.each(fixture.trees)('a tree is scikit-learn’s, node for node: $params', async (wanted) => {
  const trainer = estimatorFor('decision_tree', 'regression').trainer(wanted.params)
  const fit = done(await trainer.fit(dataOf(wanted), uninterrupted()))
  const { tree } = decisionTreeRegressorModel.parse(fit.model.model)
  expect(Array.from(tree.feature)).toEqual(wanted.feature)
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  expect(Array.from(tree.threshold, finite)).toEqual(wanted.threshold)
  expect(Array.from(tree.value)).toEqual(wanted.value)
  const tolerance = wanted.params.criterion === 'poisson' ? 1e-14 : 0
  expect(distance(tree.impurity, wanted.impurity)).toBeLessThanOrEqual(tolerance)
})

test.each(fixture.scores)('the metrics are scikit-learn’s', ({ actual, values, scores }) => {
  const ours = regressionScores({ actual: Float64Array.from(actual), values: Float64Array.from(values) })
  for (const [name, wanted] of Object.entries(scores)) {
    const found = z.record(z.string(), z.number()).parse(ours)[name]
    expect(Math.abs(found - wanted), name).toBeLessThanOrEqual(1e-12 * Math.max(Math.abs(wanted), 1e-300))
  }
})

test('a poisson side whose targets sum to nothing but rounding is forbidden', async () => {
  // scikit-learn 1.9.1 splits at 0.5. The targets right of 3.5 are 0, and the sums of the others differ by 8.9e-16.
  const data = dataOf({ columns: [[0, 3, 1, 4, 2]], target: [2.1, 2.9, 0.7, 0, 1] })
  const trainer = estimatorFor('decision_tree', 'regression').trainer({ criterion: 'poisson', max_depth: 1 })
  const { model } = done(await trainer.fit(data, uninterrupted()))
  expect(decisionTreeRegressorModel.parse(model.model).tree.threshold[0]).toBe(0.5)
})

test('importances that sum to less than 0, by rounding, are divided by their sum, as scikit-learn does', () => {
  expect(normalized(Float64Array.of(-3e-17, 0))).toEqual(Float64Array.of(1, -0))
  expect(normalized(Float64Array.of(0, 0))).toEqual(Float64Array.of(0, 0))
  // scikit-learn divides by 0 here.
  expect(normalized(Float64Array.of(-3e-17, 3e-17, 0))).toEqual(Float64Array.of(-3e-17, 3e-17, 0))
})

test('numbers with fractions are a regression, and said to be one; others are classes', () => {
  const column = (values: number[]) => ({
    name: 'y',
    kind: 'number' as const,
    dtype: 'float' as const,
    values: Float64Array.from(values),
  })
  expect(taskOf(column([1, Number.NaN, 2]), ['classification', 'regression'])).toEqual({
    task: 'classification',
  })
  expect(taskOf(column([1, 2.5]), ['classification', 'regression'])).toEqual({
    task: 'regression',
    warning: expect.stringContaining('send "task"'),
  })
  expect(taskOf(column([1, 2]), ['regression'])).toEqual({ task: 'regression' })
  const texts = { name: 'y', kind: 'text' as const, codes: Int32Array.of(0), categories: ['a'] }
  expect(taskOf(texts, ['regression'])).toEqual({ task: 'classification' })
})

test('a classifier alone names the algorithm for numbers', () => {
  expect(() => estimatorFor('logistic_regression', 'regression')).toThrow(/use linear_regression/)
})

test('a regressor alone names the algorithm for classes', () => {
  expect(() => estimatorFor('linear_regression', 'classification')).toThrow(/use logistic_regression/)
})
