import { columnOf } from '../../disk/disk-matrix.ts'
import { cholesky, solveCholesky } from './cholesky.ts'
import type { Gram, Rows } from './gram.ts'

/** Limit of the steps, per feature: rounding could repeat steps forever. */
const MAX_ROUNDS = 10

/**
 * The features whose coefficients are above 0 at the minimum of |y - X w|² + ridge |w|² over w of at least 0 (Lawson
 * and Hanson, "Solving Least Squares Problems", chapter 23), by the sums of products. The others' coefficients are 0.
 */
export function positiveFeatures(gram: Gram, ridge: number): Int32Array {
  const { size, products, withTarget } = gram
  const coefficients = new Float64Array(size)
  const isFree = new Uint8Array(size)
  // Features that were tried since the last change and not freed: they depend linearly on the free ones.
  const isTried = new Uint8Array(size)
  const largest = withTarget.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const tolerance = 10 * size * Number.EPSILON * largest
  for (let round = 0; round < MAX_ROUNDS * size; round++) {
    const next = steepest(gram, ridge, coefficients, isFree, isTried, tolerance)
    if (next < 0) break
    isFree[next] = 1
    if (!descend(products, withTarget, size, ridge, coefficients, isFree)) isFree[next] = 0
    if (isFree[next] === 0) isTried[next] = 1
    else isTried.fill(0)
  }
  return Int32Array.from(isFree.keys()).filter((j) => isFree[j] === 1)
}

/** The feature at 0 whose increase lowers the sum of squares fastest; -1 if none does. */
function steepest(
  { size, products, withTarget }: Gram,
  ridge: number,
  coefficients: Float64Array,
  isFree: Uint8Array,
  isTried: Uint8Array,
  tolerance: number,
): number {
  let best = -1
  let most = tolerance
  for (let j = 0; j < size; j++) {
    if (isFree[j] === 1 || isTried[j] === 1) continue
    let gain = withTarget[j] - ridge * coefficients[j]
    for (let k = 0; k < size; k++) gain -= products[j * size + k] * coefficients[k]
    if (gain > most) {
      most = gain
      best = j
    }
  }
  return best
}

/**
 * Moves to the minimum over the free features. A coefficient that would fall below 0 on the way stays at 0.
 *
 * @returns false if there is no unique minimum
 */
function descend(
  products: Float64Array,
  withTarget: Float64Array,
  size: number,
  ridge: number,
  coefficients: Float64Array,
  isFree: Uint8Array,
): boolean {
  for (;;) {
    const free = Int32Array.from(isFree.keys()).filter((j) => isFree[j] === 1)
    const part = subGram(products, size, free)
    const lower = cholesky(part, free.length, ridge)
    if (lower === undefined) return false
    const solution = solveCholesky(
      lower,
      free.length,
      Float64Array.from(free, (j) => withTarget[j]),
    )
    let step = 1
    let limit = -1
    free.forEach((j, i) => {
      if (solution[i] > 0) return
      const share = coefficients[j] > 0 ? coefficients[j] / (coefficients[j] - solution[i]) : 0
      if (limit >= 0 && share >= step) return
      step = share
      limit = j
    })
    free.forEach((j, i) => {
      coefficients[j] = Math.max(0, coefficients[j] + step * (solution[i] - coefficients[j]))
    })
    if (limit < 0) return true
    coefficients[limit] = 0
    isFree[limit] = 0
  }
}

function subGram(products: Float64Array, size: number, chosen: Int32Array): Float64Array {
  const count = chosen.length
  const part = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) part[i * count + j] = products[chosen[i] * size + chosen[j]]
  }
  return part
}

/** The rows and their sums, restricted to some of the features. */
export function withFeatures(rows: Rows, gram: Gram, chosen: Int32Array): { rows: Rows; gram: Gram } {
  const { features, means } = rows
  const values = new Float64Array(features.rows * chosen.length)
  chosen.forEach((j, i) => {
    values.set(columnOf(features, j), i * features.rows)
  })
  return {
    rows: {
      ...rows,
      features: { rows: features.rows, columns: chosen.length, values },
      means: Float64Array.from(chosen, (j) => means[j]),
    },
    gram: {
      size: chosen.length,
      products: subGram(gram.products, gram.size, chosen),
      withTarget: Float64Array.from(chosen, (j) => gram.withTarget[j]),
      targetSquares: gram.targetSquares,
    },
  }
}
