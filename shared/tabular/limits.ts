import { JobError } from '../errors.ts'

/** How large a dataset may be. What lies above ends the job with a sentence, before it can end the process. */
export type Limits = {
  /** Bytes of the file once it is decompressed. */
  readonly fileBytes: number
  readonly columns: number
  /** Rows times columns. */
  readonly cells: number
  /** Bytes of one field. */
  readonly fieldBytes: number
}

export const defaultLimits: Limits = {
  fileBytes: 4 * 2 ** 30,
  columns: 100_000,
  cells: 200_000_000,
  fieldBytes: 2 ** 20,
}

/** @throws JobError when a table of that many rows and columns lies above the limits. */
export function checkCells(rows: number, columns: number, limits: Limits): void {
  if (rows * columns > limits.cells) {
    throw new JobError(
      `The dataset has more than ${limits.cells} values (rows times columns), which is the limit: send fewer rows or columns.`,
    )
  }
}
