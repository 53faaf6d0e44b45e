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
  /** Column `j`, in memory that threads can share. */
  column(j: number): Float64Array
  /** Some of the rows, as a matrix in memory. */
  rows(first: number, count: number): Matrix
  close(): void
}

export function openDiskMatrix({ rows, columns, path }: DiskMatrix): DiskMatrixReader {
  const file = openSync(path, 'r')
  return {
    column(j) {
      const values = new Float64Array(new SharedArrayBuffer(8 * rows))
      readWhole(file, values, 8 * j * rows)
      return values
    },
    rows(first, count) {
      const part = zeros(count, columns)
      for (let j = 0; j < columns; j++) readWhole(file, column(part, j), 8 * (j * rows + first))
      return part
    },
    close: () => closeSync(file),
  }
}
