import { rowMajor } from '../../data/row-major.ts'
import type { Features } from '../../disk/disk-matrix.ts'
import { createRowFile } from '../../disk/row-file.ts'

/** Rows that a network learns from or is validated on, in memory or in a file: the same numbers. */
export type NetworkRows = {
  readonly count: number
  /** Copies the rows of these numbers into a batch, row-major. */
  gather(numbers: Int32Array, batch: Float32Array): void
  /** Copies `count` rows, from row `first` on. */
  copy(first: number, count: number, batch: Float32Array): void
}

export type OpenRows = NetworkRows & {
  /** The rows from `from` to, not including, `to`. */
  part(from: number, to: number): NetworkRows
  close(): void
}

/** The features' rows in single precision. Those of a file go into another one, beside it, until they are closed. */
export function openRows(features: Features): OpenRows {
  const { rows, columns } = features
  if ('values' in features) {
    const values = rowMajor(features)
    const part = (from: number, to: number) =>
      rowsInMemory(values.subarray(from * columns, to * columns), columns)
    return { ...part(0, rows), part, close: () => undefined }
  }
  const file = createRowFile(features)
  const part = (from: number, to: number): NetworkRows => ({
    count: to - from,
    gather(numbers, batch) {
      for (let i = 0; i < numbers.length; i++)
        file.read(from + numbers[i], batch.subarray(i * columns, (i + 1) * columns))
    },
    copy: (first, count, batch) => file.read(from + first, batch.subarray(0, count * columns)),
  })
  return { ...part(0, rows), part, close: file.close }
}

function rowsInMemory(values: Float32Array, columns: number): NetworkRows {
  return {
    count: values.length / columns,
    gather(numbers, batch) {
      for (let i = 0; i < numbers.length; i++) {
        const start = numbers[i] * columns
        const to = i * columns
        for (let j = 0; j < columns; j++) batch[to + j] = values[start + j]
      }
    },
    copy(first, count, batch) {
      batch.set(values.subarray(first * columns, (first + count) * columns))
    },
  }
}
