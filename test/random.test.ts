import { expect, test } from 'vitest'
import { randomState, randomStateFrom } from '../shared/data/random.ts'

test('draws are those of numpy.random.RandomState(42)', () => {
  expect(Array.from(randomState(42).permutation(10))).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6])
  expect(Array.from(randomState(42).randints(2147483647, 3))).toEqual([1608637542, 1273642419, 1935803228])
  expect(randomState(42).double()).toBe(0.3745401188473625)
})

test('a snapshot goes on where its generator was', () => {
  const first = randomState(7)
  first.permutation(1000)
  const second = randomStateFrom(first.snapshot())
  expect(second.uint32()).toBe(first.uint32())
})
