import type { Matrix } from '../../data/matrix.ts'
import { column } from '../../data/matrix.ts'
import { columnOf, type DiskMatrix } from '../../disk/disk-matrix.ts'

export type Categories = { readonly feature: number; readonly values: Float64Array }

/**
 * Some rows of a matrix in a file, which threads read column by column; values of categorical columns become the
 * numbers of their categories.
 */
export type TakenRows = {
  readonly rows: number
  readonly columns: number
  readonly disk: DiskMatrix
  /** The numbers of the rows, in shared memory; undefined: all rows. */
  readonly taken?: Int32Array
  readonly categories: readonly Categories[]
}

/** The features of a fit, in memory or in a file. */
export type BoostedRows = Matrix | TakenRows

export function takeFromDisk(
  disk: DiskMatrix,
  categories: readonly Categories[],
  rows?: Int32Array,
): TakenRows {
  const all = { rows: rows?.length ?? disk.rows, columns: disk.columns, disk, categories }
  if (rows === undefined) return all
  const taken = new Int32Array(new SharedArrayBuffer(rows.byteLength))
  taken.set(rows)
  return { ...all, taken }
}

/** The values of a column. */
export function valuesOf(features: BoostedRows, j: number): Float64Array {
  if ('values' in features) return column(features, j)
  const { taken, categories, disk } = features
  const all = columnOf(disk, j)
  const values = taken === undefined ? all : Float64Array.from(taken, (row) => all[row])
  const known = categories.find(({ feature }) => feature === j)
  return known === undefined ? values : codesOf(values, known)
}

/** Replaces the values by the numbers of their categories, in place; NaN where there is none. */
export function codesOf(column: Float64Array, { values }: Categories): Float64Array {
  const codes = new Map(Array.from(values, (value, i) => [value, i]))
  for (let i = 0; i < column.length; i++) column[i] = codes.get(column[i]) ?? Number.NaN
  return column
}
