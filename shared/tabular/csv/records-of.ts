import type { Syntax } from './dialect.ts'
import { tokenizer } from './tokenizer.ts'

/** What a file's head is, if it were of one syntax. */
export type Records = {
  readonly records: string[][]
  /** Whether a quote stays open at the end of the file. */
  readonly hasOpenQuote: boolean
}

/** Whether the records are a table, or one whose rows begin with names that the header does not count. */
export type Layout = 'table' | 'row names'
/** What a file is, by one syntax. */
export type Candidate = { readonly syntax: Syntax; readonly records: string[][]; readonly layout: Layout }

export function recordsOf(head: Buffer, isWhole: boolean, syntax: Syntax): Records {
  const records: string[][] = []
  let record: string[] = []
  const tokens = tokenizer(
    syntax,
    {
      field: (bytes, length) => record.push(bytes.toString('utf8', 0, length)),
      endRecord() {
        records.push(record)
        record = []
      },
      endLine: () => undefined,
    },
    head.length,
  )
  tokens.push(head)
  let hasOpenQuote = false
  if (isWhole) {
    try {
      tokens.finish()
    } catch {
      hasOpenQuote = true
    }
  }
  return { records, hasOpenQuote }
}

/** The first records' fields by column, without empty ones. */
export function columnsOf(rows: readonly string[][], hasRowNames: boolean): string[][] {
  const first = hasRowNames ? 1 : 0
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0)
  return Array.from({ length: Math.max(0, count - first) }, (_, j) =>
    rows.flatMap((row) => (row[j + first] ? [row[j + first]] : [])),
  )
}
