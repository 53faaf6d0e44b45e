/**
 * A = Q R by Householder's reflections (Golub and Van Loan, "Matrix Computations", 5.2). Matrices are column-major.
 */
export type Reflected = {
  readonly rows: number
  readonly columns: number
  /** R in the upper triangle; below it the reflections' vectors v, without their first element. */
  readonly values: Float64Array
  /** A reflection is I - factor v vᵀ, v's first element 1. */
  readonly factors: Float64Array
}

/** Factors `values` (rows x columns, column-major) in place. @param rows at least `columns` */
export function reflect(values: Float64Array, rows: number, columns: number): Reflected {
  const factors = new Float64Array(columns)
  for (let k = 0; k < columns; k++) {
    const at = k * rows
    let squares = 0
    for (let i = k + 1; i < rows; i++) squares += values[at + i] * values[at + i]
    if (squares === 0) continue
    const head = values[at + k]
    const norm = Math.sqrt(head * head + squares)
    const first = head > 0 ? head + norm : head - norm
    factors[k] = (2 * first * first) / (first * first + squares)
    for (let i = k + 1; i < rows; i++) values[at + i] /= first
    values[at + k] = head > 0 ? -norm : norm
    for (let j = k + 1; j < columns; j++) reflectOne(values, at, k, rows, factors[k], values, j * rows)
  }
  return { rows, columns, values, factors }
}

/** vector := Qᵀ vector. */
export function applyTransposed({ rows, columns, values, factors }: Reflected, vector: Float64Array): void {
  for (let k = 0; k < columns; k++) reflectOne(values, k * rows, k, rows, factors[k], vector, 0)
}

/** vector := Q vector. */
export function apply({ rows, columns, values, factors }: Reflected, vector: Float64Array): void {
  for (let k = columns - 1; k >= 0; k--) reflectOne(values, k * rows, k, rows, factors[k], vector, 0)
}

function reflectOne(
  v: Float64Array,
  at: number,
  k: number,
  rows: number,
  factor: number,
  to: Float64Array,
  start: number,
): void {
  let dot = to[start + k]
  for (let i = k + 1; i < rows; i++) dot += v[at + i] * to[start + i]
  dot *= factor
  to[start + k] -= dot
  for (let i = k + 1; i < rows; i++) to[start + i] -= dot * v[at + i]
}
