import { JobError } from '../errors/job-error.ts'
import { Outgrown } from '../errors/outgrown.ts'
import { quote } from '../errors/sentences.ts'

/** How large a dataset may be. A larger one is refused before it can exhaust the memory. */
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

/** Different texts that a column may have: each is kept in memory. */
export const MAX_TEXTS = 10_000_000

/** Bytes of a value while a table is read and prepared: that of the table and that of the matrix. */
const BYTES_PER_CELL = 16

/** What it takes to read and train on a table as large as any worker reads, in bytes; its fit is not known yet. */
const LARGEST_TABLE_BYTES = 2 * BYTES_PER_CELL * defaultLimits.cells

/** The limits of a process that may use so many bytes. */
export function limitsFor(memoryBytes: number): Limits {
  return { ...defaultLimits, cells: Math.min(defaultLimits.cells, Math.floor(memoryBytes / BYTES_PER_CELL)) }
}

/** @throws JobError when a table of that many rows and columns exceeds the limits; Outgrown where more memory allows more. */
export function checkCells(rows: number, columns: number, limits: Limits): void {
  if (rows * columns <= limits.cells) return
  const sentence = `The dataset has more than ${limits.cells} values (rows times columns), which is the limit`
  const advice = 'send fewer rows or columns'
  if (limits.cells >= defaultLimits.cells) throw new JobError('dataset_too_large', `${sentence}: ${advice}.`)
  throw new Outgrown(
    'dataset_too_large',
    `${sentence} of this worker's memory: ${advice}, or have the function's memory raised.`,
    { memoryBytes: LARGEST_TABLE_BYTES, seconds: 0 },
  )
}

/** @throws JobError when a file of so many bytes exceeds the limits. */
export function checkFileBytes(bytes: number, limits: Limits): void {
  if (bytes > limits.fileBytes) {
    throw new JobError(
      'dataset_too_large',
      `The dataset is larger than ${limits.fileBytes} bytes, which is the limit: send fewer rows or columns.`,
    )
  }
}

/**
 * Passes records on until they exceed the limits.
 *
 * @param nameOf names the n-th record (from 1) at the beginning of a sentence.
 * @throws JobError that names the record that exceeds them.
 */
export async function* withinLimits<T extends Record<string, unknown>>(
  records: AsyncIterable<T>,
  limits: Limits,
  nameOf: (n: number) => string,
): AsyncGenerator<T> {
  const names = new Set<string>()
  let rows = 0
  for await (const record of records) {
    rows++
    for (const [name, value] of Object.entries(record)) {
      names.add(name)
      if (typeof value === 'string' && value.length > limits.fieldBytes) {
        throw new JobError(
          'dataset_too_large',
          `${nameOf(rows)} has ${value.length} characters in ${quote(name)}; the limit is ${limits.fieldBytes}.`,
        )
      }
    }
    if (names.size > limits.columns) {
      throw new JobError(
        'dataset_too_large',
        `${nameOf(rows)} brings the dataset above ${limits.columns} columns, the limit.`,
      )
    }
    checkCells(rows, names.size, limits)
    yield record
  }
}
