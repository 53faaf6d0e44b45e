import { column, type Matrix, zeros } from './matrix.ts'

/** Where the encoded features of some rows go: into memory, or elsewhere. */
export type FeatureWriter<F> = {
  /** Columns to be written, those from `first` on. */
  take(first: number, count: number): Matrix
  /** They are written. */
  put(first: number, columns: Matrix): void
  finish(): F
}

/** Makes room for the rows of a part. */
export type FeatureStore<F> = (part: 'train' | 'test', rows: number, columns: number) => FeatureWriter<F>

/** A matrix, in memory that threads can share, whose columns are written in their places. */
export const inMemory: FeatureStore<Matrix> = (_, rows, columns) => {
  const matrix = zeros(rows, columns)
  return {
    take: (first, count) => ({
      rows,
      columns: count,
      values: matrix.values.subarray(first * rows, (first + count) * rows),
    }),
    put: () => undefined,
    finish: () => matrix,
  }
}

/** Columns that are made in memory one after the other, and go elsewhere when they are written. */
export function writtenElsewhere<F>(
  rows: number,
  { put, finish }: Pick<FeatureWriter<F>, 'put' | 'finish'>,
): FeatureWriter<F> {
  let last: Matrix | undefined
  return {
    take(_, columns) {
      // The column before is written: its memory is used again.
      last = last?.columns === columns ? last : zeros(rows, columns)
      for (let j = 0; j < columns; j++) column(last, j).fill(0)
      return last
    },
    put,
    finish,
  }
}
