import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { pairwiseDecisions } from '../../shared/algorithms/svm/decide.ts'
import { fitRegression } from '../../shared/algorithms/svm/fit-regression.ts'
import { svmRegressorHyperparameters } from '../../shared/algorithms/svm/hyperparameters.ts'
import type { SvmModel } from '../../shared/algorithms/svm/model.ts'
import { predictNumbers } from '../../shared/algorithms/svm/predict.ts'
import { type Matrix, zeros } from '../../shared/data/matrix.ts'
import { distance, done, fitWithPauses, uninterrupted } from '../support/fit.ts'
import { columnsOf, matrixOf } from '../support/training-data.ts'

const numbers = z.array(z.number())

/** What scikit-learn makes of it (test/fixtures/svr.py). */
const fixtures = z
  .object({
    sets: z.record(z.string(), z.object({ x: z.array(numbers), y: numbers, test: z.array(numbers) })),
    models: z.array(
      z.object({
        set: z.string(),
        params: z.record(z.string(), z.unknown()),
        support: z.array(z.int()),
        objective: z.number(),
        predictions: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/svr.json', import.meta.url), 'utf8')))

const hyperparameters = (given: object) => svmRegressorHyperparameters.schema.parse(given)

function trainingData(features: Matrix, target: Float64Array): TrainingData<'regression'> {
  return { task: 'regression', features, target, featureNames: [], validation: { features, target } }
}

/** What the solver minimizes, with the coefficients of all rows. */
function objective(model: SvmModel, features: Matrix, target: Float64Array, epsilon: number): number {
  const decisions = pairwiseDecisions(model, features)
  let value = 0
  let s = 0
  for (let i = 0; i < features.rows && s < model.dualCoefficients.length; i++) {
    const isNext = Array.from({ length: features.columns }, (_, f) => f).every(
      (f) => features.values[f * features.rows + i] === model.supportVectors[s * features.columns + f],
    )
    if (!isNext) continue
    const beta = model.dualCoefficients[s++]
    value += beta * ((decisions[i] - model.intercepts[0]) / 2 - target[i]) + epsilon * Math.abs(beta)
  }
  return value
}

describe('predictions and the dual objective are those of scikit-learn', () => {
  test.each(
    fixtures.models.map((fixture) => ({
      ...fixture,
      name: `${fixture.set} ${JSON.stringify(fixture.params)}`,
    })),
  )('$name', async ({ set, params, ...expected }) => {
    const { x, y, test: rows } = fixtures.sets[set]
    const features = matrixOf(columnsOf(x))
    const target = Float64Array.from(y)
    const given = hyperparameters(params)
    const { model, warnings } = done(
      await fitRegression(trainingData(features, target), given, uninterrupted()),
    )
    const decisions = pairwiseDecisions(model, matrixOf(columnsOf(rows)))
    const got = objective(model, features, target, given.epsilon)
    // Where two pairs of rows are equally far from the optimum to the last digits, the steps part, and meet within tol.
    expect(distance(decisions, expected.predictions)).toBeLessThan(Math.max(2 * given.tol, 1e-6))
    expect(Math.abs(got / expected.objective - 1)).toBeLessThan(1e-6)
    if (given.max_iter > 0) expect(warnings).toEqual([expect.stringContaining('did not converge')])
  })
})

describe('one model, however it was reached', () => {
  const features = zeros(6000, 12)
  for (let i = 0; i < features.values.length; i++)
    features.values[i] = (Math.sin(i * 12.9898) * 43758.5453) % 1
  const target = Float64Array.from({ length: features.rows }, (_, i) => 3 * features.values[i] + Math.sin(i))
  const params = hyperparameters({ C: 2 })

  const data = trainingData(features, target)

  test('paused after every slice', async () => {
    const whole = done(await fitRegression(data, params, uninterrupted()))
    const parts = await fitWithPauses((run) => fitRegression(data, params, run), 2)
    expect(parts.pauses).toBeGreaterThan(2)
    expect(parts.model).toEqual(whole.model)
  })
})

test('a target within epsilon needs no support vectors', async () => {
  const features = matrixOf([[1, 2, 3, 4, 5]])
  const data = trainingData(features, Float64Array.of(3, 3.05, 3, 2.95, 3))
  const { model } = done(await fitRegression(data, hyperparameters({}), uninterrupted()))
  expect(model.dualCoefficients).toHaveLength(0)
  expect(Array.from(predictNumbers(model, features).values)).toEqual(Array(5).fill(model.intercepts[0]))
  expect(Math.abs(model.intercepts[0] - 3)).toBeLessThan(0.1)
})
