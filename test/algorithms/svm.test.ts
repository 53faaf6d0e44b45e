import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fit } from '../../shared/algorithms/svm/fit.ts'
import { svmHyperparameters } from '../../shared/algorithms/svm/hyperparameters.ts'
import { classifier as svm } from '../../shared/algorithms/svm/index.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { accuracy, distance, done, fitWithPauses, uninterrupted } from '../support/fit.ts'
import { fixtures, linearParitySet } from '../support/linear-reference.ts'
import { paritySets } from '../support/parity-set.ts'
import { columnsOf, matrixOf, someData, trainingData } from '../support/training-data.ts'

const hyperparameters = (given: object) => svmHyperparameters.schema.parse(given)

describe.each(paritySets)('on %s', (name) => {
  const { train, test: rows, testTarget, expected } = linearParitySet(name)
  const reference = expected.svm

  test('support vectors, decisions and predictions are those of scikit-learn', async () => {
    const { model, warnings } = done(await fit(train, hyperparameters({}), uninterrupted()))
    expect(warnings).toEqual([])
    expect(Array.from(model.supportPerClass)).toEqual(reference.support_per_class)
    const { classes, decision = [], probabilities } = svm.predict(model, rows)
    // The reference is rounded to six decimals.
    expect(distance(decision, reference.decision_function.flat())).toBeLessThan(6e-7)
    expect(Array.from(classes)).toEqual(reference.predictions)
    expect(accuracy(classes, testTarget)).toBeCloseTo(reference.test_accuracy, 12)
    expect(probabilities).toBeUndefined()
  })
})

describe('hyperparameters', () => {
  test.each(
    fixtures.svm.map((fixture) => ({ ...fixture, name: `${fixture.set} ${JSON.stringify(fixture.params)}` })),
  )('$name gives what scikit-learn does', async ({ set, params, ...expected }) => {
    const { x, y, test: rows } = fixtures.sets[set]
    const data = trainingData(matrixOf(columnsOf(x)), Int32Array.from(y))
    const { model, warnings } = done(await fit(data, hyperparameters(params), uninterrupted()))
    expect(Array.from(model.supportPerClass)).toEqual(expected.support_per_class)
    const { classes, decision = [], probabilities } = svm.predict(model, matrixOf(columnsOf(rows)))
    expect(distance(decision, expected.decision)).toBeLessThan(1e-6)
    expect(Array.from(classes)).toEqual(expected.predictions)
    if (expected.probabilities) {
      expect(distance(probabilities ?? [], expected.probabilities.flat())).toBeLessThan(1e-6)
    }
    if (params.max_iter) expect(warnings).toEqual([expect.stringContaining('did not converge')])
  })

  test.each([
    [{ class_weight: { green: 2 } }, /class_weight names the class "green"/],
    [{ kernel: 'poly', degree: 400, gamma: 1e3 }, /no finite solution/],
  ])('%j is refused in a sentence', async (params, sentence) => {
    const fitted = fit(linearParitySet('iris').train, hyperparameters(params), uninterrupted())
    await expect(fitted).rejects.toThrow(JobError)
    await expect(fitted).rejects.toThrow(sentence)
  })
})

/** Three classes that overlap, with many shrinkable rows: enough work for several slices and threads. */
function overlapping(rows: number, columns: number) {
  const target = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 3)
  const value = (i: number, j: number) =>
    ((Math.sin((i + 1) * 12.9898 + j * 78.233) * 43758.5453) % 1) + 0.12 * target[i] * (j % 3)
  const column = (j: number) => Array.from({ length: rows }, (_, i) => value(i, j))
  return trainingData(matrixOf(Array.from({ length: columns }, (_, j) => column(j))), target)
}

describe('one model, however it was reached', () => {
  const data = overlapping(6200, 12)
  const params = hyperparameters({ C: 2 })
  const whole = fit(data, params, uninterrupted(1)).then(done)

  test('on three threads', async () => {
    const { model } = done(await fit(data, params, uninterrupted(3)))
    expect(model).toEqual((await whole).model)
  })

  test.each([1, 2])('paused after every slice, on %i threads', async (threads) => {
    const parts = await fitWithPauses((run) => fit(data, params, run), threads)
    expect(parts.pauses).toBeGreaterThan(2)
    expect(parts.model).toEqual((await whole).model)
  })

  test('with probabilities', async () => {
    const { train } = linearParitySet('mixed')
    const withProbability = hyperparameters({ probability: true })
    const once = done(await fit(train, withProbability, uninterrupted(1)))
    const parts = await fitWithPauses((run) => fit(train, withProbability, run), 2)
    expect(parts.model).toEqual(once.model)
  })
})

test('1,500 classes are predicted in little memory', () => {
  const classCount = 1500
  // A vector for each class, at its own place: that of the row's class speaks loudest in every pair.
  const points = Float64Array.from({ length: classCount }, (_, k) => k)
  const dualCoefficients = new Float64Array((classCount - 1) * classCount)
  for (let row = 0; row < classCount - 1; row++) {
    for (let k = 0; k < classCount; k++) dualCoefficients[row * classCount + k] = k <= row ? 1 : -1
  }
  const predicted = svm.predict(
    {
      classCount,
      featureCount: 1,
      kernel: 'rbf',
      gamma: 1,
      degree: 3,
      coef0: 0,
      supportVectors: points,
      supportPerClass: new Int32Array(classCount).fill(1),
      dualCoefficients,
      intercepts: new Float64Array((classCount * (classCount - 1)) / 2),
    },
    matrixOf([Array.from({ length: 30 }, (_, i) => 50 * i)]),
  )
  expect(predicted.classes).toEqual(Int32Array.from({ length: 30 }, (_, i) => 50 * i))
})

describe('whatever the data', () => {
  test.each(['linear', 'rbf', 'poly', 'sigmoid'] as const)(
    'a %s machine is finite and keeps its constraints',
    async (kernel) => {
      await fc.assert(
        fc.asyncProperty(someData(), async (data) => {
          const { model } = done(
            await fit(data, hyperparameters({ kernel, max_iter: 2000, probability: true }), uninterrupted()),
          )
          expect(model.dualCoefficients.every((value) => Math.abs(value) <= 1)).toBe(true)
          expect(model.intercepts.every(Number.isFinite)).toBe(true)
          expect(model.supportPerClass.reduce((sum, n) => sum + n, 0) * data.features.columns).toBe(
            model.supportVectors.length,
          )
          const { classes, decision, probabilities = new Float64Array() } = svm.predict(model, data.features)
          expect(classes.every((k) => k >= 0 && k < data.classCount)).toBe(true)
          expect(decision?.every(Number.isFinite)).toBe(true)
          for (let i = 0; i < data.features.rows; i++) {
            const row = probabilities.subarray(i * data.classCount, (i + 1) * data.classCount)
            expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
          }
        }),
        { numRuns: 30 },
      )
    },
  )

  test('the coefficients of every pair sum to 0', async () => {
    const { train } = linearParitySet('digits')
    const { model } = done(await fit(train, hyperparameters({}), uninterrupted()))
    const { classCount, supportPerClass, dualCoefficients } = model
    const vectors = supportPerClass.reduce((sum, n) => sum + n, 0)
    const starts = Array.from(supportPerClass, (_, k) =>
      supportPerClass.slice(0, k).reduce((s, n) => s + n, 0),
    )
    for (let i = 0; i < classCount; i++) {
      for (let j = i + 1; j < classCount; j++) {
        let sum = 0
        for (let s = 0; s < supportPerClass[i]; s++)
          sum += dualCoefficients[(j - 1) * vectors + starts[i] + s]
        for (let s = 0; s < supportPerClass[j]; s++) sum += dualCoefficients[i * vectors + starts[j] + s]
        expect(Math.abs(sum)).toBeLessThan(1e-9)
      }
    }
  })
})

describe('data that cannot train', () => {
  test.each([
    ['no rows', [[]], new Int32Array(0), 2, /no rows/],
    ['one class', [[1, 2, 3]], new Int32Array(3), 1, /same class/],
    ['a missing value', [[1, Number.NaN, 3]], Int32Array.from([0, 1, 0]), 2, /missing value/],
  ])('%s: one sentence', async (_, columns, target, classCount, sentence) => {
    const data = { ...trainingData(matrixOf(columns), target), classCount }
    const fitted = fit(data, hyperparameters({}), uninterrupted())
    await expect(fitted).rejects.toThrow(JobError)
    await expect(fitted).rejects.toThrow(sentence)
  })
})
