import type { ExactIntegers } from './exact-integers.ts'

/**
 * A dataset as it was read: named columns of equal length, before any preparation.
 *
 * `number` columns hold NaN where a value is missing; `dtype` is what pandas would have called the column
 * (a `bool` holds 0 and 1). `text` columns hold, per row, an index into `categories` (distinct values, sorted by
 * code point as Python sorts them), or -1 where the value is missing.
 */
export type Table = {
  readonly rows: number
  readonly columns: readonly Column[]
}

/** A table whose columns may be removed one by one, to free their memory (see `prepareAndRelease`). */
export type OwnedTable = {
  readonly rows: number
  readonly columns: Column[]
}

export type Column = NumberColumn | TextColumn

export type NumberColumn = {
  readonly name: string
  readonly kind: 'number'
  readonly dtype: 'int' | 'float' | 'bool'
  readonly values: Float64Array
  /** Of a column of integers of which some are beyond 2^53 in magnitude. */
  readonly exact?: ExactIntegers
}

export type TextColumn = {
  readonly name: string
  readonly kind: 'text'
  readonly categories: readonly string[]
  readonly codes: Int32Array
  /** Words that were read as missing (NA, None), and in how many rows. Not of every format and reader. */
  readonly missingWords?: ReadonlyMap<string, number>
}
