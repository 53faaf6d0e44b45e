/** The kernel's search for neighbors beside the one that compares each point with each row in double precision. */
import { describe, expect, test } from 'vitest'
import {
  isSearchedInKernel,
  kernelRows,
  searchKernel,
} from '../../shared/algorithms/k-neighbors/kernel-search.ts'
import type { NeighborsModel } from '../../shared/algorithms/k-neighbors/model.ts'
import { nearestTo } from '../../shared/algorithms/k-neighbors/nearest.ts'
import { zeros } from '../../shared/data/matrix.ts'
import { randomState } from '../../shared/data/random.ts'

const modelOf = (rows: Float64Array, featureCount: number, neighbors: number): NeighborsModel => ({
  featureCount,
  rows,
  neighbors,
  weights: 'uniform',
  metric: 'euclidean',
  p: 2,
  search: 'brute',
  leafSize: 30,
})

type Draw = (random: ReturnType<typeof randomState>) => number
const values: readonly (readonly [name: string, draw: Draw])[] = [
  ['numbers around 0', (random) => random.double() - 0.5],
  ['whole numbers with many ties', (random) => Math.floor(3 * random.double())],
  ['numbers far from 0', (random) => 1e6 + random.double()],
  ['tiny numbers', (random) => 1e-25 * random.double()],
  ['numbers below single precision', (random) => 1e-160 * random.double()],
  ['numbers whose squares single precision cannot hold', (random) => 1e20 * (random.double() - 0.5)],
  ['numbers beyond single precision', (random) => 1e150 * (random.double() - 0.5)],
  ['numbers of all sizes', (random) => (random.double() - 0.5) * 10 ** Math.floor(80 * random.double() - 40)],
]

describe.each(values)('%s', (_, draw) => {
  test.each([
    [100, 1, 1, 7],
    [103, 3, 5, 64],
    [333, 20, 5, 65],
    [257, 100, 13, 130],
    [8, 40, 8, 3],
    [1001, 17, 30, 9],
  ])('%i rows of %i features, %i neighbors of %i points', (count, columns, neighbors, pointCount) => {
    const random = randomState(count)
    const rows = Float64Array.from({ length: count * columns }, () => draw(random))
    const points = zeros(pointCount, columns)
    points.values.forEach((_, i) => {
      points.values[i] = draw(random)
    })
    // Some points are rows.
    for (let f = 0; f < columns; f++) points.values[f * pointCount] = rows[f]
    const model = modelOf(rows, columns, neighbors)
    expect(isSearchedInKernel(model)).toBe(true)
    const nearest = nearestTo(model)
    const point = new Float64Array(columns)
    let seen = 0
    searchKernel(kernelRows(model), neighbors, points, (found, first, batch) => {
      expect(first).toBe(seen)
      for (let i = 0; i < batch; i++) {
        for (let f = 0; f < columns; f++) point[f] = points.values[f * pointCount + first + i]
        const expected = nearest(point, 0)
        const part = [i * neighbors, (i + 1) * neighbors] as const
        expect(found.distances.slice(...part)).toEqual(expected.distances)
        expect(found.rows.slice(...part)).toEqual(expected.rows)
      }
      seen += batch
    })
    expect(seen).toBe(pointCount)
  })
})

test('two searches with the same rows do not disturb each other', () => {
  const random = randomState(1)
  const model = modelOf(
    Float64Array.from({ length: 500 }, () => random.double()),
    5,
    3,
  )
  const rows = kernelRows(model)
  const points = zeros(100, 5)
  points.values.forEach((_, i) => {
    points.values[i] = random.double()
  })
  const once: number[][] = []
  const note = (found: { rows: Int32Array }, _: number, count: number) => {
    once.push(Array.from(found.rows.subarray(0, 3 * count)))
  }
  searchKernel(rows, 3, points, note)
  // Another thread has a copy of the addresses.
  searchKernel({ ...rows }, 3, points, note)
  expect(once.slice(2)).toEqual(once.slice(0, 2))
})
