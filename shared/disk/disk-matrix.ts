import { closeSync, openSync } from 'node:fs'
import { column, type Matrix, zeros } from '../data/matrix.ts'
import { readWhole, writeWhole } from './column-file.ts'

/**
 * A matrix in a file, in column order as in memory. Plain data: each thread opens the file for itself.
 */
export type DiskMatrix = { readonly rows: number; readonly columns: number; readonly path: string }

/** Takes the columns of a matrix, in any order. */
export type DiskMatrixWriter = {
  /** @param columns of all rows, which become those from `first` on. */
  put(first: number, columns: Matrix): void
  /** Closes the file. */
  finish(): DiskMatrix
}

export function createDiskMatrix(path: string, rows: number, columns: number): DiskMatrixWriter {
  const file = openSync(path, 'w')
  return {
    put(first, { values }) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      writeWhole(file, bytes, 8 * first * rows)
    },
    finish() {
      closeSync(file)
      return { rows, columns, path }
    },
  }
}

export type DiskMatrixReader = {
  /** Fills `values` with those of column `j` from row `first` on. */
  read(j: number, first: number, values: Float64Array): void
  close(): void
}

export function openDiskMatrix({ rows, path }: DiskMatrix): DiskMatrixReader {
  const file = openSync(path, 'r')
  return {
    read: (j, first, values) => readWhole(file, values, 8 * (j * rows + first)),
    close: () => closeSync(file),
  }
}

/** Features in memory or in a file. */
export type Features = Matrix | DiskMatrix

/** A column of features; of those in a file in memory of its own, else as a view. */
export function columnOf(features: Features, j: number): Float64Array {
  if ('values' in features) return column(features, j)
  const reader = openDiskMatrix(features)
  try {
    const values = new Float64Array(features.rows)
    reader.read(j, 0, values)
    return values
  } finally {
    reader.close()
  }
}

/** Bytes of the rows of a file that are in memory at the same time, about. */
const STRETCH_BYTES = 2 ** 24

/** Stretches begin at multiples of this, so that what is summed in blocks of as many rows has the same blocks. */
const STRETCH_ROWS = 256

/**
 * The rows from `from` on, some at a time, as matrices in memory. Those of a file are overwritten by the next ones. What is
 * in memory already is one stretch.
 *
 * @param from a multiple of 256 where the features are in a file.
 */
export function* stretchesOf(
  features: Features,
  from = 0,
): Generator<{ readonly first: number; readonly matrix: Matrix }> {
  if ('values' in features) {
    yield { first: 0, matrix: features }
    return
  }
  const { rows, columns } = features
  const most = Math.max(1, Math.floor(STRETCH_BYTES / 8 / columns / STRETCH_ROWS)) * STRETCH_ROWS
  const buffer = new Float64Array(new SharedArrayBuffer(8 * columns * Math.min(most, rows)))
  const reader = openDiskMatrix(features)
  try {
    for (let first = from; first < rows; first += most) {
      const count = Math.min(most, rows - first)
      const matrix = { rows: count, columns, values: buffer.subarray(0, count * columns) }
      for (let j = 0; j < columns; j++) reader.read(j, first, column(matrix, j))
      yield { first, matrix }
    }
  } finally {
    reader.close()
  }
}

/** Some rows, in memory, in the order of their numbers in `taken`. */
export function takenRows(features: DiskMatrix, taken: Int32Array): Matrix {
  const part = zeros(taken.length, features.columns)
  const values = new Float64Array(features.rows)
  const reader = openDiskMatrix(features)
  try {
    for (let j = 0; j < features.columns; j++) {
      reader.read(j, 0, values)
      const to = column(part, j)
      for (let i = 0; i < taken.length; i++) to[i] = values[taken[i]]
    }
  } finally {
    reader.close()
  }
  return part
}

/** The first rows, in memory. */
export function firstRows(features: Features, rows: number): Matrix {
  const count = Math.min(rows, features.rows)
  const taken = zeros(count, features.columns)
  if ('values' in features) {
    for (let j = 0; j < features.columns; j++) column(taken, j).set(column(features, j).subarray(0, count))
    return taken
  }
  const reader = openDiskMatrix(features)
  try {
    for (let j = 0; j < features.columns; j++) reader.read(j, 0, column(taken, j))
  } finally {
    reader.close()
  }
  return taken
}
