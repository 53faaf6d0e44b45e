import { expect, test } from 'vitest'
import { float32Decimals } from '../../shared/data/float32-decimals.ts'

test.each([
  { name: 'whole numbers', values: [1, 1950, 16_777_216, Number.NaN], decimals: undefined },
  { name: 'halves', values: [0.5, 2.25], decimals: undefined },
  { name: 'numbers of a float32 file', values: [Math.fround(4.9), Math.fround(0.1)], decimals: undefined },
  { name: 'nothing', values: [Number.NaN], decimals: undefined },
  { name: 'centimetres', values: [4.9, 7.9, Number.NaN, 3], decimals: 6 },
  { name: 'prices', values: [19.99, 1234.5], decimals: 3 },
  { name: 'Unix times', values: [1_700_000_001, 1_700_000_002], decimals: null },
  { name: 'long decimals', values: [0.123456789012, 0.5], decimals: null },
  { name: 'decimals beside numbers of a float32 file', values: [4.9, Math.fround(4.9)], decimals: null },
  { name: 'huge numbers', values: [1e300, 1], decimals: null },
])('$name', ({ values, decimals }) => {
  expect(float32Decimals(Float64Array.from(values), Int32Array.from(values.keys()))).toBe(decimals)
})
