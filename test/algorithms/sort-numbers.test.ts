import { expect, test } from 'vitest'
import { sortNumbers } from '../../shared/algorithms/gradient-boosting/sort-numbers.ts'
import { randomState } from '../../shared/data/random.ts'

const random = randomState(11)
const edges = [
  0,
  -0,
  5e-324,
  -5e-324,
  1.7976931348623157e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]

test.each([
  ['of all sizes', () => (random.double() - 0.5) * 2 ** (random.randint(600) - 300)],
  ['with few digits', () => Math.round(random.double() * 100) / 10 - 3],
  ['of float32', () => Math.fround(random.double())],
  ['at the edges', () => edges[random.randint(edges.length)]],
  ['that are all the same', () => 4.2],
])('numbers %s are in the order of the built-in sort, bit for bit', (_, make) => {
  for (const count of [1, 100, 5000]) {
    const numbers = Float64Array.from({ length: count }, make)
    const expected = new BigUint64Array(numbers.slice().sort().buffer)
    expect(new BigUint64Array(sortNumbers(numbers).buffer)).toEqual(expected)
  }
})
