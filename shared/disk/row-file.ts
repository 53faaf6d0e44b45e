import { closeSync, openSync, rmSync } from 'node:fs'
import { rowMajor } from '../data/row-major.ts'
import { readWhole, writeWhole } from './column-file.ts'
import { type DiskMatrix, stretchesOf } from './disk-matrix.ts'

/** The rows of a matrix in a file, row after row and in single precision, so that any of them can be read at any time. */
export type RowFile = {
  /** Fills `values` with whole rows, from row `first` on. */
  read(first: number, values: Float32Array): void
  /** Closes the file and deletes it. */
  close(): void
}

/** Writes the rows into a file beside that of the matrix. */
export function createRowFile(matrix: DiskMatrix): RowFile {
  const path = `${matrix.path}.rows`
  const bytesPerRow = 4 * matrix.columns
  const file = openSync(path, 'w+')
  for (const { first, matrix: some } of stretchesOf(matrix)) {
    const rows = rowMajor(some)
    writeWhole(file, new Uint8Array(rows.buffer), first * bytesPerRow)
  }
  return {
    read: (first, values) => readWhole(file, values, first * bytesPerRow),
    close() {
      closeSync(file)
      rmSync(path)
    },
  }
}
