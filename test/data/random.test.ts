import { expect, test } from 'vitest'
import { randomState, randomStateFrom } from '../../shared/data/random.ts'

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

test('wide and narrow ranges consume the stream as numpy does', () => {
  const checksum = (values: Int32Array) => values.reduce((sum, value, i) => sum + value * i, 0)
  const first = randomState(42)
  const permutation = first.permutation(100_000)
  expect(Array.from(permutation.subarray(0, 4))).toEqual([75721, 80184, 19864, 76699])
  expect(checksum(permutation)).toBe(249851129327323)
  expect([first.randint(2 ** 32), first.randint(2 ** 32)]).toEqual([2469033415, 1337936296])

  const last = randomState(4294967295)
  const draws = [2 ** 32, 2 ** 32, 2 ** 31 - 1, 2 ** 31 - 1, 1, 1, 2 ** 31 + 1, 2 ** 31 + 1].map((high) =>
    last.randint(high),
  )
  expect(draws).toEqual([419326371, 479346978, 1771170828, 269265991, 0, 0, 77050329, 1217888032])
  expect(last.randint(2 ** 31 + 1)).toBe(627568395)
  expect([last.randint(1000003), last.randint(1000003), last.randint(1000003)]).toEqual([
    469194, 839195, 416909,
  ])
  expect([last.double(), last.double()]).toEqual([0.5537363115925001, 0.9845555560357949])

  const shuffled = Int32Array.from({ length: 70_000 }, (_, i) => i)
  const zero = randomState(0)
  zero.shuffle(shuffled)
  expect(checksum(shuffled)).toBe(85565595342992)
  expect(zero.randint(2 ** 31 - 1)).toBe(1819791390)
})
