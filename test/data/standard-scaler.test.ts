import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitScaler } from '../../shared/data/standard-scaler.ts'

type Case = { name: string; values: (number | null)[]; mean: number; scale: number }

const cases: Case[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'scaler.json'), 'utf8'),
)

test.each(cases)('$name: mean and scale as StandardScaler has them', ({ values, mean, scale }) => {
  const fitted = fitScaler(Float64Array.from(values, (value) => value ?? Number.NaN))
  const [first] = values
  // Of one value again and again the mean is that value, which scikit-learn's sum misses by a bit.
  expect(fitted).toEqual({ mean: values.every((value) => value === first) ? first : mean, scale })
})

test('scaled columns have mean 0 and variance 1, whatever their offset and unit', () => {
  const column = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 50 })
  fc.assert(
    fc.property(
      column,
      fc.integer({ min: -6, max: 6 }),
      fc.integer({ min: -20, max: 20 }),
      (unit, power, offset) => {
        const values = Float64Array.from(unit, (value) => offset + value * 10 ** power)
        const { mean, scale } = fitScaler(values)
        // The square of a smaller one is below the smallest double, here as in scikit-learn.
        fc.pre(scale !== 1 && scale > Math.max(1e-150, 1e-9 * Math.abs(mean)))
        const scaled = values.map((value) => (value - mean) / scale)
        expect(scaled.reduce((sum, value) => sum + value, 0) / scaled.length).toBeCloseTo(0, 5)
        expect(scaled.reduce((sum, value) => sum + value * value, 0) / scaled.length).toBeCloseTo(1, 5)
      },
    ),
  )
})
