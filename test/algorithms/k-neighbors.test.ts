import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fitClassifier, fitRegressor } from '../../shared/algorithms/k-neighbors/fit.ts'
import { kNeighborsHyperparameters } from '../../shared/algorithms/k-neighbors/hyperparameters.ts'
import { predictClasses, predictNumbers } from '../../shared/algorithms/k-neighbors/predict.ts'
import { distance, done } from '../support/fit.ts'
import { columnsOf, matrixOf, trainingData } from '../support/training-data.ts'

const numbers = z.array(z.number())

/** What scikit-learn makes of it (test/fixtures/k_neighbors.py). */
const fixtures = z
  .object({
    sets: z.record(
      z.string(),
      z.object({ x: z.array(numbers), test: z.array(numbers), classes: z.array(z.int()), numbers }),
    ),
    models: z.array(
      z.object({
        set: z.string(),
        task: z.enum(['classes', 'numbers']),
        params: z.record(z.string(), z.unknown()),
        search: z.string(),
        predictions: numbers,
        probabilities: numbers.optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/k-neighbors.json', import.meta.url), 'utf8')))

/** scikit-learn's own distances of many features are products of matrices: a row is up to 1e-7 away from itself. */
const boundOf = (search: string, { weights }: Record<string, unknown>) =>
  search === 'brute' && weights === 'distance' ? 1e-6 : 1e-12

const hyperparameters = (given: object) => kNeighborsHyperparameters.schema.parse(given)

describe('predictions are those of scikit-learn, equally far rows among them', () => {
  test.each(
    fixtures.models.map((fixture) => ({
      ...fixture,
      name: `${fixture.task} of ${fixture.set} ${JSON.stringify(fixture.params)}`,
    })),
  )('$name', async ({ set, task, params, search, predictions, probabilities }) => {
    const data = fixtures.sets[set]
    const features = matrixOf(columnsOf(data.x))
    const rows = matrixOf(columnsOf(data.test))
    if (task === 'classes') {
      const training = trainingData(features, Int32Array.from(data.classes))
      const { model } = done(await fitClassifier(training, hyperparameters(params)))
      expect(model.search).toBe(search)
      const predicted = predictClasses(model, rows)
      expect(Array.from(predicted.classes)).toEqual(predictions)
      expect(distance(predicted.probabilities ?? [], probabilities ?? [])).toBeLessThan(
        boundOf(search, params),
      )
    } else {
      const target = Float64Array.from(data.numbers)
      const { model } = done(await fitRegressor(numbersOf(features, target), hyperparameters(params)))
      expect(model.search).toBe(search)
      expect(distance(predictNumbers(model, rows).values, predictions)).toBeLessThan(boundOf(search, params))
    }
  })
})

const numbersOf = (features: ReturnType<typeof matrixOf>, target: Float64Array) => ({
  task: 'regression' as const,
  features,
  target,
  featureNames: [],
  validation: { features, target },
})

test('by a comparison with all rows the first of equally far ones count', async () => {
  const features = matrixOf([[1, -1, 1, -1, 5]])
  const training = trainingData(features, Int32Array.of(0, 0, 1, 1, 1))
  const { model } = done(
    await fitClassifier(training, hyperparameters({ n_neighbors: 2, algorithm: 'brute' })),
  )
  expect(Array.from(predictClasses(model, matrixOf([[0]])).classes)).toEqual([0])
})

test('more neighbors than rows are refused with how many there can be', async () => {
  const training = trainingData(matrixOf([[1, 2, 3]]), Int32Array.of(0, 1, 1))
  await expect(fitClassifier(training, hyperparameters({}))).rejects.toThrow(
    'hyperparameters.n_neighbors is 5, and there are only 3 training rows: use at most 3.',
  )
})
