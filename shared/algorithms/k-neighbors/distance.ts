/**
 * Distances in the form in which they are compared (scikit-learn's reduced distances): the square of the euclidean
 * one, the power p of the minkowski one, the others as they are. Terms are added in the order of the features.
 */
import type { NeighborsModel } from './model.ts'

/**
 * The reduced distance of two points of `columns` values each, which begin at `a[i]` and `b[j]`. If it is above
 * `limit`, the result may be any number above `limit`.
 */
export type ReducedDistance = (
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  columns: number,
  limit: number,
) => number

export function reducedDistance({ metric, p }: Pick<NeighborsModel, 'metric' | 'p'>): ReducedDistance {
  switch (metric) {
    case 'euclidean':
      return euclidean
    case 'manhattan':
      return manhattan
    case 'chebyshev':
      return chebyshev
    case 'minkowski':
      return minkowski(p)
  }
}

/** The distance of a reduced distance. */
export function wholeDistance(reduced: number, { metric, p }: Pick<NeighborsModel, 'metric' | 'p'>): number {
  if (metric === 'euclidean') return Math.sqrt(reduced)
  return metric === 'minkowski' ? reduced ** (1 / p) : reduced
}

/** What one feature adds to a reduced distance. */
export function term(difference: number, { metric, p }: Pick<NeighborsModel, 'metric' | 'p'>): number {
  if (metric === 'euclidean') return difference * difference
  return metric === 'minkowski' ? Math.abs(difference) ** p : Math.abs(difference)
}

const euclidean: ReducedDistance = (a, i, b, j, columns, limit) => {
  let sum = 0
  for (let f = 0; f < columns; f++) {
    const difference = a[i + f] - b[j + f]
    sum += difference * difference
    if (sum > limit) return sum
  }
  return sum
}

const manhattan: ReducedDistance = (a, i, b, j, columns, limit) => {
  let sum = 0
  for (let f = 0; f < columns; f++) {
    sum += Math.abs(a[i + f] - b[j + f])
    if (sum > limit) return sum
  }
  return sum
}

const chebyshev: ReducedDistance = (a, i, b, j, columns) => {
  let largest = 0
  for (let f = 0; f < columns; f++) largest = Math.max(largest, Math.abs(a[i + f] - b[j + f]))
  return largest
}

const minkowski =
  (p: number): ReducedDistance =>
  (a, i, b, j, columns, limit) => {
    let sum = 0
    for (let f = 0; f < columns; f++) {
      sum += Math.abs(a[i + f] - b[j + f]) ** p
      if (sum > limit) return sum
    }
    return sum
  }
