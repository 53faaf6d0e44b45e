import { describe, expect, test } from 'vitest'
import { fistaIteration, startFista } from '../../shared/algorithms/logistic-regression/fista.ts'
import type { Objective } from '../../shared/algorithms/logistic-regression/lbfgs.ts'

/** x'Ax / 2 - b'x, for a symmetric A. */
const quadratic =
  (a: readonly (readonly number[])[], b: readonly number[]): Objective =>
  async (point, gradient) => {
    let value = 0
    for (let i = 0; i < b.length; i++) {
      const ax = a[i].reduce((sum, factor, j) => sum + factor * point[j], 0)
      gradient[i] = ax - b[i]
      value += point[i] * (ax / 2 - b[i])
    }
    return value
  }

async function minimum(objective: Objective, penalties: readonly number[], tolerance = 1e-10) {
  const state = startFista(penalties.length)
  while (!(await fistaIteration(objective, state, Float64Array.from(penalties), tolerance))) {
    if (state.iterations >= 1000) throw new Error('FISTA does not converge.')
  }
  return state
}

describe('the minimum', () => {
  // Solved by hand: where A x - b + penalty * sign(x) = 0, or |A x - b| <= penalty where x = 0.
  test.each<[string, number[][], number[], number[], number[]]>([
    [
      'without a penalty, is that of the quadratic',
      [
        [2, 1],
        [1, 2],
      ],
      [3, 0],
      [0, 0],
      [2, -1],
    ],
    ['of one coordinate, is its soft threshold', [[4]], [10], [2], [2]],
    ['of a coordinate below its penalty, is 0', [[4]], [10], [11], [0]],
    [
      'with a penalty, leaves out what it does not need',
      [
        [2, 1],
        [1, 2],
      ],
      [3, 1],
      [1, 1],
      [1, 0],
    ],
    [
      'keeps a coordinate that has no penalty, as the intercept',
      [
        [2, 0],
        [0, 2],
      ],
      [1, 1],
      [1, 0],
      [0, 0.5],
    ],
    [
      'of badly scaled coordinates, is found, too',
      [
        [100, 0],
        [0, 0.1],
      ],
      [100, 1],
      [0, 0.5],
      [1, 5],
    ],
  ])('%s', async (_, a, b, penalties, expected) => {
    const { point, residual } = await minimum(quadratic(a, b), penalties)
    expected.forEach((value, i) => {
      expect(Math.abs(point[i] - value)).toBeLessThan(1e-6)
      if (value === 0) expect(point[i]).toBe(0)
    })
    expect(residual).toBeLessThanOrEqual(1e-10)
  })
})

test('an iteration goes on from a copy of the state as if it had not been interrupted', async () => {
  const objective = quadratic(
    [
      [2, 1],
      [1, 5],
    ],
    [3, -4],
  )
  const penalties = Float64Array.of(0.5, 0.5)
  const [whole, first] = [startFista(2), startFista(2)]
  for (let i = 0; i < 6; i++) await fistaIteration(objective, whole, penalties, 0)
  for (let i = 0; i < 3; i++) await fistaIteration(objective, first, penalties, 0)
  const second = structuredClone(first)
  for (let i = 0; i < 3; i++) await fistaIteration(objective, second, penalties, 0)
  expect(second).toEqual(whole)
})
