import { describe, expect, test } from 'vitest'
import { wholeSum } from '../../shared/algorithms/trees/weights.ts'
import { pairwiseSum } from '../../shared/data/pairwise-sum.ts'

const terms = (count: number) =>
  Float64Array.from({ length: count }, (_, i) => 1 / (((i * 7919) % 1000) / 10 + 0.1))

describe('pairwiseSum', () => {
  // numpy 2.4.6: float(np.sum(1 / (np.arange(n) * 7919 % 1000 / 10 + 0.1)))
  test.each([
    [1, 10.0],
    [7, 10.086948176449443],
    [8, 10.10998965110382],
    [9, 10.138318263001837],
    [127, 19.859140183609743],
    [128, 19.873145785850642],
    [129, 19.88894357416028],
    [136, 20.249696435404836],
    [300, 28.462708920225047],
    [1000, 74.85470860550345],
  ])('of %i terms has the bits of numpy’s sum', (count, sum) => {
    expect(pairwiseSum(terms(count))).toBe(sum)
  })
  test('rounds otherwise than a sum from left to right', () => {
    expect(pairwiseSum(terms(128))).not.toBe(terms(128).reduce((sum, term) => sum + term, 0))
  })
  test('takes a part of the values', () => {
    expect(pairwiseSum(Float64Array.of(100, 1, 2, 3, 100), 1, 3)).toBe(6)
  })
})

test('wholeSum is the sum of whole numbers, and undefined for others', () => {
  expect(wholeSum(Float64Array.of(1, 2, 3))).toBe(6)
  expect(wholeSum(Float64Array.of(1, 2.5))).toBeUndefined()
  expect(wholeSum(new Float64Array(0))).toBe(0)
})
