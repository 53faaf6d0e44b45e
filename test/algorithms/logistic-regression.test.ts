import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logisticRegressionHyperparameters } from '../../shared/algorithms/logistic-regression/hyperparameters.ts'
import { logisticRegression } from '../../shared/algorithms/logistic-regression/index.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { accuracy, distance, done, fitWithPauses, uninterrupted } from '../support/fit.ts'
import { fixtures, linearParitySet } from '../support/linear-reference.ts'
import { paritySets } from '../support/parity-set.ts'
import { columnsOf, matrixOf, someData, trainingData } from '../support/training-data.ts'

const hyperparameters = (given: object) => logisticRegressionHyperparameters.schema.parse(given)

describe.each(paritySets)('on %s', (name) => {
  const { train, test: rows, testTarget, expected } = linearParitySet(name)
  const reference = expected.logistic_regression

  test('coefficients and predictions are those of scikit-learn', async () => {
    const { model, warnings } = done(
      await logisticRegression.fit(train, hyperparameters({}), uninterrupted()),
    )
    expect(warnings).toEqual([])
    expect(distance(model.coefficients, reference.coef.flat())).toBeLessThan(1e-9)
    expect(distance(model.intercepts, reference.intercept)).toBeLessThan(1e-9)
    const { classes } = logisticRegression.predict(model, rows)
    expect(Array.from(classes)).toEqual(reference.predictions)
    expect(accuracy(classes, testTarget)).toBeCloseTo(reference.test_accuracy, 12)
  })

  test('a fit that was paused at every iteration gives the same bits', async () => {
    const whole = done(await logisticRegression.fit(train, hyperparameters({}), uninterrupted()))
    const parts = await fitWithPauses((run) => logisticRegression.fit(train, hyperparameters({}), run))
    expect(parts.pauses).toBeGreaterThan(5)
    expect(parts.model).toEqual(whole.model)
  })
})

describe('hyperparameters', () => {
  test.each(
    fixtures.logistic_regression.map((fixture) => ({
      ...fixture,
      name: `${fixture.set} ${JSON.stringify(fixture.params)}`,
    })),
  )('$name gives what scikit-learn does', async ({ set, params, coef, intercept, ...expected }) => {
    const { x, y, test: rows } = fixtures.sets[set]
    const data = trainingData(matrixOf(columnsOf(x)), Int32Array.from(y))
    const { model } = done(await logisticRegression.fit(data, hyperparameters(params), uninterrupted()))
    const exact = params.solver === undefined
    expect(distance(model.coefficients, coef.flat())).toBeLessThan(exact ? 1e-7 : 1e-4)
    expect(distance(model.intercepts, intercept)).toBeLessThan(exact ? 1e-7 : 1e-4)
    if (exact) expect(model.iterations).toBe(expected.iterations)
    const predicted = logisticRegression.predict(model, matrixOf(columnsOf(rows)))
    expect(Array.from(predicted.classes)).toEqual(expected.predictions)
    expect(distance(predicted.probabilities ?? [], expected.probabilities.flat())).toBeLessThan(1e-4)
  })

  test('L1 fits that were paused at every iteration give the same bits', async () => {
    const { train } = linearParitySet('iris')
    const params = hyperparameters({ solver: 'saga', l1_ratio: 0.5 })
    const whole = done(await logisticRegression.fit(train, params, uninterrupted()))
    const parts = await fitWithPauses((run) => logisticRegression.fit(train, params, run))
    expect(parts.model).toEqual(whole.model)
  })

  test('a fit that runs out of iterations says so', async () => {
    const { train } = linearParitySet('wine')
    const { warnings } = done(
      await logisticRegression.fit(train, hyperparameters({ max_iter: 2 }), uninterrupted()),
    )
    expect(warnings).toEqual([expect.stringContaining('did not converge in 2 iterations')])
  })

  test.each([
    [{ solver: 'liblinear' }, /liblinear takes two classes/],
    [{ class_weight: { 5: 1 } }, /class_weight names the class "5"/],
    [{ class_weight: { 0: 0, 1: 0, 2: 0 } }, /weight 0/],
    [
      { engine: 'ml-logistic-regression', numSteps: 1e9 },
      /use numSteps of at most \d+, or the engine builtin/,
    ],
  ])('%j is refused in a sentence', async (params, sentence) => {
    const { train } = linearParitySet('iris')
    const fit = logisticRegression.fit(train, hyperparameters(params), uninterrupted())
    await expect(fit).rejects.toThrow(JobError)
    await expect(fit).rejects.toThrow(sentence)
  })
})

test('the number of threads does not change a bit', async () => {
  const rows = 40000
  const column = (seed: number) => Array.from({ length: rows }, (_, i) => Math.sin(i * seed + seed))
  const features = matrixOf(Array.from({ length: 120 }, (_, j) => column(j + 1.3)))
  const target = Int32Array.from({ length: rows }, (_, i) => Math.floor(Math.abs(Math.sin(i * 1.3)) * 10) % 7)
  const params = hyperparameters({ max_iter: 3 })
  const one = done(await logisticRegression.fit(trainingData(features, target), params, uninterrupted(1)))
  const three = done(await logisticRegression.fit(trainingData(features, target), params, uninterrupted(3)))
  expect(three.model).toEqual(one.model)
})

describe('engine ml-logistic-regression', () => {
  test.each(['iris', 'wine'] as const)('is about as accurate on %s as scikit-learn', async (name) => {
    const { train, test: rows, testTarget, expected } = linearParitySet(name)
    // Ten times the package's learning rate and a tenth of its steps: as far along, in a tenth of its seconds.
    const params = hyperparameters({ engine: 'ml-logistic-regression', numSteps: 5000, learningRate: 5e-3 })
    const { model } = done(await logisticRegression.fit(train, params, uninterrupted()))
    const found = accuracy(logisticRegression.predict(model, rows).classes, testTarget)
    expect(Math.abs(found - expected.logistic_regression.test_accuracy)).toBeLessThanOrEqual(0.03)
  })

  test('gives the predictions of the package itself', async () => {
    const { default: Package } = await import('ml-logistic-regression')
    const { Matrix } = await import('ml-matrix')
    for (const name of ['iris', 'breast_cancer'] as const) {
      const { train, test: rows } = linearParitySet(name)
      const options = { numSteps: 200, learningRate: 1e-3 }
      const params = hyperparameters({ engine: 'ml-logistic-regression', ...options })
      const { model } = done(await logisticRegression.fit(train, params, uninterrupted()))
      const own = new Package(options)
      const withOnes = ({ rows: count, columns, values }: typeof rows) =>
        new Matrix(
          Array.from({ length: count }, (_, i) => [
            ...Array.from({ length: columns }, (_, j) => values[j * count + i]),
            1,
          ]),
        )
      own.train(withOnes(train.features), Matrix.columnVector(Array.from(train.target)))
      expect(Array.from(logisticRegression.predict(model, rows).classes)).toEqual(own.predict(withOnes(rows)))
    }
  })
})

describe('whatever the data', () => {
  test('a model has finite parameters and probabilities that sum to 1', async () => {
    await fc.assert(
      fc.asyncProperty(someData(), async (data) => {
        const { model } = done(
          await logisticRegression.fit(data, hyperparameters({ max_iter: 50 }), uninterrupted()),
        )
        expect(model.coefficients.every(Number.isFinite)).toBe(true)
        expect(model.intercepts.every(Number.isFinite)).toBe(true)
        const { classes, probabilities = new Float64Array() } = logisticRegression.predict(
          model,
          data.features,
        )
        for (let i = 0; i < data.features.rows; i++) {
          const row = Array.from(probabilities.subarray(i * data.classCount, (i + 1) * data.classCount))
          expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
          expect(row[classes[i]]).toBeGreaterThanOrEqual(Math.max(...row) - 1e-12)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('the order of equal rows and a copy of every row leave the unpenalised optimum where it is', async () => {
    const { x, y } = fixtures.sets.two
    const fitRows = async (rows: number[][], target: number[]) => {
      const data = trainingData(matrixOf(columnsOf(rows)), Int32Array.from(target))
      return done(
        await logisticRegression.fit(data, hyperparameters({ penalty: null, tol: 1e-9 }), uninterrupted()),
      ).model
    }
    const once = await fitRows(x, y)
    const twice = await fitRows([...x, ...x].toReversed(), [...y, ...y].toReversed())
    expect(distance(once.coefficients, twice.coefficients)).toBeLessThan(1e-6)
  })
})

describe('data that cannot train', () => {
  const good = Int32Array.from([0, 1, 0])
  test.each([
    ['no rows', [[]], new Int32Array(0), 2, /no rows/],
    ['one class', [[1, 2, 3]], new Int32Array(3), 1, /same class/],
    ['a class without rows', [[1, 2, 3]], good, 3, /Only 2 of the 3 classes/],
    [
      'a missing value',
      [[1, Number.NaN, 3]],
      good,
      2,
      /"x0" holds a missing value \(NaN\) in training row 2/,
    ],
    [
      'an infinite value',
      [
        [1, 2, 3],
        [1, 2, Number.POSITIVE_INFINITY],
      ],
      good,
      2,
      /"x1" holds an infinite value/,
    ],
  ])('%s: one sentence', async (_, columns, target, classCount, sentence) => {
    const data = { ...trainingData(matrixOf(columns), target), classCount }
    const fit = logisticRegression.fit(data, hyperparameters({}), uninterrupted())
    await expect(fit).rejects.toThrow(JobError)
    await expect(fit).rejects.toThrow(sentence)
  })
})
