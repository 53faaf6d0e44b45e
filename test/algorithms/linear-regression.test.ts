import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { linearRegressionHyperparameters } from '../../shared/algorithms/linear-regression/hyperparameters.ts'
import { fitLinear } from '../../shared/algorithms/linear-regression/solve.ts'
import { zeros } from '../../shared/data/matrix.ts'
import { done, fitWithPauses, uninterrupted } from '../support/fit.ts'
import { columnsOf, matrixOf } from '../support/training-data.ts'

const numbers = z.array(z.number())

/** What scikit-learn makes of it (test/fixtures/linear_regression.py). */
const fixtures = z
  .object({
    sets: z.record(z.string(), z.object({ x: z.array(numbers), y: numbers })),
    models: z.array(
      z.object({
        set: z.string(),
        params: z.record(z.string(), z.unknown()),
        coef: numbers,
        intercept: z.number(),
        iterations: z.number().nullable(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/linear-regression.json', import.meta.url), 'utf8')))

const hyperparameters = (given: object) => linearRegressionHyperparameters.schema.parse(given)

const rowsOf = (set: string) => {
  const { x, y } = fixtures.sets[set]
  return { features: matrixOf(columnsOf(x)), target: Float64Array.from(y) }
}

/** The largest difference, relative to the largest value. */
function relative(got: ArrayLike<number>, want: readonly number[]): number {
  const scale = Math.max(...want.map(Math.abs), 1e-300)
  return want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]) / scale), 0)
}

/** scikit-learn's Ridge of positive coefficients ends near the minimum (L-BFGS-B). */
const boundOf = ({ penalty, positive }: Record<string, unknown>) =>
  penalty === 'l2' && positive === true ? 1e-6 : 1e-9

describe('the coefficients are those of scikit-learn', () => {
  test.each(
    fixtures.models.map((fixture) => ({
      ...fixture,
      name: `${fixture.set} ${JSON.stringify(fixture.params)}`,
    })),
  )('$name', async ({ set, params, coef, intercept, iterations }) => {
    const { features, target } = rowsOf(set)
    const { model } = done(await fitLinear(features, target, hyperparameters(params), uninterrupted()))
    expect(relative(model.coefficients, coef)).toBeLessThan(boundOf(params))
    expect(relative([model.intercept], [intercept])).toBeLessThan(boundOf(params))
    if (params.positive === true) expect(Math.min(...model.coefficients)).toBeGreaterThanOrEqual(0)
    if (model.iterations !== undefined) expect(model.iterations).toBe(iterations)
  })
})

describe('NIST’s reference data give the certified coefficients', () => {
  const exact = hyperparameters({ tol: 1e-15 })

  test('Longley', async () => {
    const { model } = done(await fitLinear(matrixOf(longley.x), longley.y, exact, uninterrupted()))
    expect(relative(model.coefficients, longley.coefficients)).toBeLessThan(1e-10)
    expect(relative([model.intercept], [-3482258.63459582])).toBeLessThan(1e-9)
  })

  test('Wampler 1, a polynomial of the fifth degree', async () => {
    const x = Array.from({ length: 21 }, (_, i) => i)
    const powers = [1, 2, 3, 4, 5].map((power) => x.map((value) => value ** power))
    const target = Float64Array.from(x, (i) => 1 + powers.reduce((sum, column) => sum + column[i], 0))
    const { model } = done(await fitLinear(matrixOf(powers), target, exact, uninterrupted()))
    expect(relative([model.intercept, ...model.coefficients], [1, 1, 1, 1, 1, 1])).toBeLessThan(1e-8)
  })
})

/** https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml */
const longley = {
  x: [
    [83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9],
    [
      234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704,
      502601, 518173, 554894,
    ],
    [2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007],
    [1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827],
    [
      107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366,
      125368, 127852, 130081,
    ],
    Array.from({ length: 16 }, (_, i) => 1947 + i),
  ],
  y: Float64Array.of(
    60323,
    61122,
    60171,
    61187,
    63221,
    63639,
    64989,
    63761,
    66019,
    67857,
    68169,
    66513,
    68655,
    69564,
    69331,
    70551,
  ),
  coefficients: [
    15.0618722713733, -0.03581917929259, -2.02022980381683, -1.03322686717359, -0.0511041056535807,
    1829.15146461355,
  ],
}

test('a fit that was paused at every step gives the same bits', async () => {
  const features = zeros(150_000, 40)
  for (let i = 0; i < features.values.length; i++) features.values[i] = Math.sin(i * 1.37 + (i % 7))
  const target = Float64Array.from({ length: features.rows }, (_, i) => Math.sin(i) + features.values[i])
  const params = hyperparameters({ penalty: 'l1', alpha: 1e-4, tol: 1e-12 })
  const whole = done(await fitLinear(features, target, params, uninterrupted()))
  const parts = await fitWithPauses((run) => fitLinear(features, target, params, run))
  expect(parts.pauses).toBeGreaterThan(0)
  expect(parts.model).toEqual(whole.model)
})

test('a constant feature has no coefficient', async () => {
  const { features, target } = rowsOf('made')
  const more = zeros(features.rows, features.columns + 1)
  more.values.set(features.values)
  more.values.fill(3, features.values.length)
  const params = hyperparameters({})
  const without = done(await fitLinear(features, target, params, uninterrupted())).model
  const { model, warnings } = done(await fitLinear(more, target, params, uninterrupted()))
  expect(Array.from(model.coefficients)).toEqual([...without.coefficients, 0])
  expect(warnings).toEqual([])
})

test('a fit that runs out of iterations says so', async () => {
  const { features, target } = rowsOf('made')
  const params = hyperparameters({ penalty: 'l1', alpha: 0.01, max_iter: 2 })
  const { warnings } = done(await fitLinear(features, target, params, uninterrupted()))
  expect(warnings).toEqual([expect.stringContaining('did not converge in 2 iterations')])
})

test('features that depend on each other are told', async () => {
  const { features, target } = rowsOf('collinear')
  const { warnings } = done(await fitLinear(features, target, hyperparameters({}), uninterrupted()))
  expect(warnings).toEqual([expect.stringContaining('only 5 of the 8 features')])
})
