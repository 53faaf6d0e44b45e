import type { TextColumn } from './table.ts'

/** The categories that occur in the given rows, and those rows' codes within them (-1: missing). */
export function categoriesOf(
  source: TextColumn,
  rows: Int32Array,
): { categories: string[]; codes: Int32Array } {
  const used = new Uint8Array(source.categories.length)
  for (const row of rows) if (source.codes[row] >= 0) used[source.codes[row]] = 1
  const newCode = renumber(used)
  return {
    categories: source.categories.filter((_, k) => used[k] === 1),
    codes: rows.map((row) => (source.codes[row] < 0 ? -1 : newCode[source.codes[row]])),
  }
}

/** Numbers what is used (1) from 0 up, in order; -1 for what is not. */
export function renumber(used: Uint8Array): Int32Array {
  let next = 0
  return Int32Array.from(used, (isUsed) => (isUsed === 1 ? next++ : -1))
}
