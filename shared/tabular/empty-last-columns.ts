import type { OwnedTable } from '../data/table.ts'

/** Leaves out columns at the end that have neither a name nor a value, which a comma at the end of each line makes. */
export function withoutEmptyLastColumns(table: OwnedTable): {
  table: OwnedTable
  warnings: string[]
} {
  const { rows, columns } = table
  let count = columns.length
  while (count > 1 && rows > 0) {
    const last = columns[count - 1]
    if (last.name !== `Unnamed: ${count - 1}` || last.kind !== 'number') break
    if (!last.values.every(Number.isNaN)) break
    count--
  }
  const leftOut = columns.length - count
  if (leftOut === 0) return { table, warnings: [] }
  const what = leftOut === 1 ? 'The last column has' : `The last ${leftOut} columns have`
  return {
    table: { rows, columns: columns.slice(0, count) },
    warnings: [`${what} neither a name nor a value and ${leftOut === 1 ? 'was' : 'were'} left out.`],
  }
}
