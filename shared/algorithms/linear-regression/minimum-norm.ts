import { columnOf, stretchesOf } from '../../disk/disk-matrix.ts'
import type { FitContext } from '../algorithm.ts'
import type { Rows } from './gram.ts'
import { apply, applyTransposed, type Reflected, reflect } from './householder.ts'
import { singularValues } from './jacobi.ts'

/** Coefficients, and the rank of the features. */
export type Solution = { readonly coefficients: Float64Array; readonly rank: number }

/** Least squares by the singular values of the rows, which are first reduced to a square matrix by reflections. */
export async function solveBySingularValues(
  rows: Rows,
  ridge: number,
  tolerance: number,
  context: FitContext,
): Promise<Solution> {
  const { features } = rows
  const isTall = features.rows >= features.columns
  const size = Math.min(features.rows, features.columns)
  const { square, right, factored } = isTall ? reducedTall(rows) : reducedWide(rows)
  const {
    scaled,
    right: vectors,
    values,
  } = await singularValues(square, size, async (sweep) => {
    await context.step({ fraction: 0.5, detail: { sweep } })
  })
  const largest = values.reduce((most, value) => Math.max(most, value), 0)
  const coefficients = new Float64Array(features.columns)
  let rank = 0
  for (let k = 0; k < size; k++) {
    const value = values[k]
    if (!(value > (ridge > 0 ? 0 : tolerance * largest))) continue
    rank++
    let dot = 0
    for (let i = 0; i < size; i++) dot += scaled[k * size + i] * right[i]
    const share = dot / (value * value + ridge)
    for (let i = 0; i < size; i++) coefficients[i] += share * vectors[k * size + i]
  }
  if (factored !== undefined) apply(factored, coefficients)
  return { coefficients, rank }
}

/** A square matrix with the same singular values as the rows, and the target transformed in the same way. */
type Reduced = { readonly square: Float64Array; readonly right: Float64Array; readonly factored?: Reflected }

/**
 * X = Q R: the square matrix is R. Rows of a file are reduced some at a time, below the R of those before them (Golub
 * and Van Loan, "Matrix Computations", 5.2; Demmel and others, "Communication-optimal parallel and sequential QR and
 * LU factorizations", 2012, the flat tree): the same R but for rounding.
 */
function reducedTall({ features, means, target, targetMean }: Rows): Reduced {
  const size = features.columns
  let square = new Float64Array(size * size)
  let right = new Float64Array(size)
  let above = 0
  for (const { first, matrix } of stretchesOf(features)) {
    const long = above + matrix.rows
    const values = new Float64Array(long * size)
    for (let j = 0; j < size; j++) {
      values.set(square.subarray(j * size, j * size + above), j * long)
      const at = j * long + above
      for (let i = 0; i < matrix.rows; i++) values[at + i] = matrix.values[j * matrix.rows + i] - means[j]
    }
    const targets = new Float64Array(long)
    targets.set(right.subarray(0, above))
    for (let i = 0; i < matrix.rows; i++) targets[above + i] = target[first + i] - targetMean
    above = Math.min(long, size)
    if (long >= size) applyTransposed(reflect(values, long, size), targets)
    square = new Float64Array(size * size)
    for (let j = 0; j < size; j++) {
      const end = long >= size ? j + 1 : long
      for (let i = 0; i < end; i++) square[j * size + i] = values[j * long + i]
    }
    right = new Float64Array(size)
    right.set(targets.subarray(0, above))
  }
  return { square, right }
}

/** Xᵀ = Q R: the square matrix is Rᵀ. Wide rows are few. */
function reducedWide({ features, means, target, targetMean }: Rows): Reduced {
  const { rows, columns } = features
  const values = new Float64Array(rows * columns)
  for (let j = 0; j < columns; j++) {
    const column = columnOf(features, j)
    for (let i = 0; i < rows; i++) values[i * columns + j] = column[i] - means[j]
  }
  const factored = reflect(values, columns, rows)
  const square = new Float64Array(rows * rows)
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i <= j; i++) square[i * rows + j] = factored.values[j * columns + i]
  }
  return { square, right: target.map((value) => value - targetMean), factored }
}
