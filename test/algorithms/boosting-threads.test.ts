import { expect, test } from 'vitest'
import { fitClassifier } from '../../shared/algorithms/gradient-boosting/fit.ts'
import { gradientBoostingHyperparameters } from '../../shared/algorithms/gradient-boosting/hyperparameters.ts'
import { zeros } from '../../shared/data/matrix.ts'
import { randomState } from '../../shared/data/random.ts'
import { done, uninterrupted } from '../support/fit.ts'
import { trainingData } from '../support/training-data.ts'

test.each([
  ['more features than a phase has pieces', 1_500, 2_500, 3],
  ['more blocks of features than that', 200, 5_000, 11],
])('two threads boost the trees of one: %s', async (_, rows, columns, max_iter) => {
  const random = randomState(7)
  const features = zeros(rows, columns)
  for (let i = 0; i < features.values.length; i++) features.values[i] = random.double()
  const target = Int32Array.from({ length: rows }, (_, i) => Number(features.values[i] > 0.5))
  const params = gradientBoostingHyperparameters.schema.parse({ max_iter, early_stopping: false })
  const [one, two] = [1, 2].map((threads) =>
    fitClassifier(trainingData(features, target), params, uninterrupted(threads)),
  )
  expect(done(await two).model).toEqual(done(await one).model)
})
