import type { Syntax } from './dialect.ts'
import { tokenizer } from './tokenizer.ts'

/** What a file's head is, if it were of one syntax. */
export type Records = {
  readonly records: string[][]
  /** Whether a quote stays open at the end of the file. */
  readonly hasOpenQuote: boolean
}

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
