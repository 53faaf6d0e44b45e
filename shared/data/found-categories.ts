import { categoriesOf } from './categories.ts'
import type { TextColumn } from './table.ts'

/** A text column's categories among the training rows. */
export type FoundCategories = {
  readonly source: TextColumn
  readonly categories: readonly string[]
  /** Training rows without a value. */
  readonly missing: number
  /** Per training row the index of its category; the missing value comes after all others. */
  readonly codes: Int32Array
}

export function findCategories(source: TextColumn, trainRows: Int32Array): FoundCategories {
  const { categories, codes } = categoriesOf(source, trainRows)
  const missing = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0)
  return { source, categories, missing, codes: codes.map((code) => (code < 0 ? categories.length : code)) }
}
