import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fit } from '../../shared/algorithms/naive-bayes/fit.ts'
import { naiveBayesHyperparameters } from '../../shared/algorithms/naive-bayes/hyperparameters.ts'
import { predict } from '../../shared/algorithms/naive-bayes/predict.ts'
import { distance, done } from '../support/fit.ts'
import { columnsOf, matrixOf, trainingData } from '../support/training-data.ts'

const numbers = z.array(z.number())

/** What scikit-learn makes of it (test/fixtures/naive_bayes.py). */
const fixtures = z
  .object({
    sets: z.record(
      z.string(),
      z.object({ x: z.array(numbers), y: z.array(z.int()), test: z.array(numbers) }),
    ),
    models: z.array(
      z.object({
        set: z.string(),
        params: z.record(z.string(), z.unknown()),
        means: numbers,
        variances: numbers,
        priors: numbers,
        classes: z.array(z.int()),
        probabilities: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/naive-bayes.json', import.meta.url), 'utf8')))

const hyperparameters = (given: object) => naiveBayesHyperparameters.schema.parse(given)

/** The largest difference, each relative to its value. */
const relative = (got: Float64Array, want: readonly number[]) =>
  want.reduce(
    (most, value, i) => Math.max(most, Math.abs(got[i] - value) / Math.max(Math.abs(value), 1e-3)),
    0,
  )

describe('distributions and predictions are those of scikit-learn', () => {
  test.each(
    fixtures.models.map((fixture) => ({
      ...fixture,
      name: `${fixture.set} ${JSON.stringify(fixture.params)}`,
    })),
  )('$name', async ({ set, params, ...expected }) => {
    const { x, y, test: rows } = fixtures.sets[set]
    const data = trainingData(matrixOf(columnsOf(x)), Int32Array.from(y))
    const { model } = done(await fit(data, hyperparameters(params)))
    expect(relative(model.means, expected.means)).toBeLessThan(1e-12)
    expect(relative(model.variances, expected.variances)).toBeLessThan(1e-9)
    expect(relative(model.priors, expected.priors)).toBeLessThan(1e-15)
    const { classes, probabilities } = predict(model, matrixOf(columnsOf(rows)))
    expect(Array.from(classes)).toEqual(expected.classes)
    expect(distance(probabilities ?? [], expected.probabilities)).toBeLessThan(1e-9)
  })
})

test('a feature of one value in a class is refused by its name where nothing is added to its variance', async () => {
  const data = trainingData(
    matrixOf([
      [1, 2, 3, 4],
      [0, 0, 0, 1],
    ]),
    Int32Array.of(0, 0, 1, 1),
  )
  await expect(fit(data, hyperparameters({ var_smoothing: 0 }))).rejects.toThrow(
    'The feature "x1" has one value in all training rows of a class, and hyperparameters.var_smoothing adds nothing to its variance: leave the feature out, or use a larger var_smoothing.',
  )
  expect(done(await fit(data, hyperparameters({}))).model.variances[1]).toBeGreaterThan(0)
})
