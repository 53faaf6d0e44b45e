/** svm with `calibration`, beside scikit-learn's CalibratedClassifierCV (test/fixtures/svm_calibration.py). */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Fit, FitContext, TrainingData } from '../../shared/algorithms/algorithm.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { fitIsotonic, interpolate } from '../../shared/algorithms/svm/isotonic.ts'
import { distance, done, fitInParts, uninterrupted } from '../support/fit.ts'
import { matrixOf, noisyRows, trainingData } from '../support/training-data.ts'

const numbers = z.array(z.number())
const fixture = z
  .object({
    data: z.record(
      z.string(),
      z.object({ columns: z.array(numbers), target: numbers, weights: numbers, rows: z.array(numbers) }),
    ),
    fits: z.array(
      z.object({
        data: z.string(),
        params: z.record(z.string(), z.unknown()),
        weighted: z.boolean(),
        probabilities: numbers,
      }),
    ),
    curves: z.array(
      z.object({
        x: numbers,
        y: numbers,
        weights: numbers,
        thresholds: numbers,
        heights: numbers,
        at: numbers,
        values: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/svm-calibration.json', import.meta.url), 'utf8')))

function train(data: TrainingData, params: object) {
  const trainer = anyEstimatorFor('svm', 'classification').trainer({ ...params })
  return (context: FitContext): Promise<Fit<AnyRestored>> => trainer.fit(data, context)
}

function probabilitiesOf(model: AnyRestored, columns: number[][]): Float64Array {
  const prediction = model.predict(matrixOf(columns))
  if (!('classes' in prediction) || prediction.probabilities === undefined)
    throw new Error('There are no probabilities.')
  return prediction.probabilities
}

async function compare({
  data: name,
  params,
  weighted,
  probabilities,
}: (typeof fixture.fits)[number]): Promise<void> {
  const { columns, target, weights, rows } = fixture.data[name]
  const plain = trainingData(matrixOf(columns), Int32Array.from(target))
  const data = weighted ? { ...plain, sampleWeights: Float64Array.from(weights) } : plain
  const { model } = done(await train(data, params)(uninterrupted()))
  // scikit-learn's sigmoid ends at a gradient of 1e-6 (L-BFGS-B), ours at the minimum. Isotonic steps are steep: what the
  // solver's tolerance leaves of the decision values counts a hundredfold.
  const bound = params.calibration === 'sigmoid' ? 1e-5 : 1e-8
  expect(distance(probabilitiesOf(model, rows), probabilities)).toBeLessThanOrEqual(bound)
}

/** The solver takes long to come to the tolerance. */
const isSlow = ({ data }: (typeof fixture.fits)[number]) => data === '3 classes'
const title = 'the probabilities are scikit-learn’s: $data, $params, weighted $weighted'
test.each(fixture.fits.filter((fit) => !isSlow(fit)))(title, compare)
test.each(fixture.fits.filter(isSlow))(title, { tags: 'long' }, compare)

test.each(fixture.curves)('the isotonic curve of $x.length values is scikit-learn’s', (wanted) => {
  const { x, y, weights } = wanted
  const curve = fitIsotonic(Float64Array.from(x), Uint8Array.from(y), Float64Array.from(weights))
  expect(distance(curve.x, wanted.thresholds)).toBe(0)
  expect(distance(curve.y, wanted.heights)).toBeLessThanOrEqual(1e-15)
  const values = wanted.at.map((value) => interpolate(curve, value))
  expect(distance(values, wanted.values)).toBeLessThanOrEqual(1e-14)
})

test.each(['sigmoid', 'isotonic'])('a fit with %s in parts is the whole one', async (calibration) => {
  const fit = train(noisyRows(600, 4), { calibration, C: 10 })
  const whole = done(await fit(uninterrupted())).model
  const parts = await fitInParts(fit, () => true)
  expect(parts.pauses).toBeGreaterThan(3)
  expect(parts.model.model).toEqual(whole.model)
})

test('a class of fewer rows than folds is refused', async () => {
  const target = Int32Array.from({ length: 20 }, (_, i) => (i < 4 ? 1 : 0))
  const data = trainingData(matrixOf([Array.from(target.keys())]), target)
  await expect(train(data, { calibration: 'sigmoid' })(uninterrupted())).rejects.toThrow(
    'hyperparameters.calibration cross-validates in 5 folds, and a class has only 4 training rows: send at least 5 rows of each class, or leave calibration out.',
  )
})
