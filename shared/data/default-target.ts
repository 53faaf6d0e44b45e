/** The target where the message names none: the last column, which may not be what is meant. */
import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import type { Column } from './table.ts'
import { encodeTarget } from './target.ts'

const MAX_NAMED = 5
/** A column of so many different values at most, each in several rows on average, is likely one of classes. */
const MAX_CLASSES = 20
const MIN_ROWS_PER_CLASS = 3

/**
 * As `encodeTarget`. An error says that the column was taken by default, and names columns that are likely meant.
 *
 * @throws JobError (bad_target)
 */
export function encodeDefaultTarget(
  source: Column,
  columns: readonly Column[],
): ReturnType<typeof encodeTarget> {
  try {
    return encodeTarget(source)
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    throw withLikelyTargets(error, source, columns)
  }
}

/** The error about a target that was taken by default, with the columns that are likely meant. */
export function withLikelyTargets(error: JobError, source: Column, columns: readonly Column[]): JobError {
  const likely = columns.filter((column) => column !== source && looksLikeClasses(column))
  const names = likely.map(({ name }) => quote(name))
  const named = names.length === 0 ? '' : ` Columns of few values are ${list(names, MAX_NAMED)}.`
  return new JobError(
    error.code,
    `${error.message} The last column was taken because target_column is not given.${named}`,
    { cause: error },
  )
}

function looksLikeClasses(column: Column): boolean {
  const values = column.kind === 'text' ? column.codes : column.values
  const different = new Set<number>()
  let rows = 0
  for (const value of values) {
    if (Number.isNaN(value) || (column.kind === 'text' && value < 0)) continue
    if (!Number.isInteger(value)) return false
    rows++
    different.add(value)
    if (different.size > MAX_CLASSES) return false
  }
  return different.size >= 2 && different.size * MIN_ROWS_PER_CLASS <= rows
}
