import type { FitContext } from '../algorithm.ts'
import type { Rows } from './gram.ts'
import { apply, applyTransposed, reflect } from './householder.ts'
import { singularValues } from './jacobi.ts'

/** Coefficients, and how many of the features they tell apart. */
export type Solution = { readonly coefficients: Float64Array; readonly rank: number }

/** Least squares by the singular values of the rows, which are first reduced to a square matrix by reflections. */
export async function solveBySingularValues(
  rows: Rows,
  ridge: number,
  tolerance: number,
  context: FitContext,
): Promise<Solution> {
  const { features, target, targetMean } = rows
  const isTall = features.rows >= features.columns
  const [long, size] = isTall ? [features.rows, features.columns] : [features.columns, features.rows]
  const factored = reflect(isTall ? columnsOf(rows) : rowsOf(rows), long, size)
  const right = target.map((value) => value - targetMean)
  if (isTall) applyTransposed(factored, right)

  // X = Q R, or of wide rows Rᵀ Qᵀ: the square matrix is R or Rᵀ.
  const square = new Float64Array(size * size)
  for (let j = 0; j < size; j++) {
    for (let i = 0; i <= j; i++) square[isTall ? j * size + i : i * size + j] = factored.values[j * long + i]
  }
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
  if (!isTall) apply(factored, coefficients)
  return { coefficients, rank }
}

/** The rows column-major, less the means. */
function columnsOf({ features, means }: Rows): Float64Array {
  const { rows, columns, values } = features
  const result = new Float64Array(values.length)
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) result[j * rows + i] = values[j * rows + i] - means[j]
  }
  return result
}

/** The same row-major. */
function rowsOf({ features, means }: Rows): Float64Array {
  const { rows, columns, values } = features
  const result = new Float64Array(values.length)
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) result[i * columns + j] = values[j * rows + i] - means[j]
  }
  return result
}
