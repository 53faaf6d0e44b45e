import { MISSING_WORDS } from '../../data/missing-words.ts'
import { quote } from '../../errors/sentences.ts'
import { type Candidate, columnsOf } from './records-of.ts'

/** Lines above the header that a title may take. */
const MAX_TITLE_LINES = 12

export type Titled = { readonly candidate: Candidate; readonly skipped: readonly number[] }

/**
 * The table below a title: some lines with fewer fields than the header that follows, whose names all differ and are no
 * numbers. Where a line of the title has two fields or more, a column below the header has numbers only.
 *
 * @param found what the file is where its first line is the header.
 * @param above the records above the title.
 */
export function belowTitle(
  found: Candidate | undefined,
  syntaxBelow: (skipped: readonly number[]) => Candidate | undefined,
  above: readonly number[],
): Titled | undefined {
  if (found?.layout === 'table' && filled(found.records[above.length]) > 1) return undefined
  const skipped = [...above]
  while (skipped.length < above.length + MAX_TITLE_LINES) {
    skipped.push(skipped.length)
    const candidate = syntaxBelow(skipped)
    if (candidate === undefined) continue
    const { records, layout } = candidate
    const header = records[skipped.length] ?? []
    const widest = Math.max(...records.slice(above.length, skipped.length).map(filled))
    if (widest >= header.length) return undefined
    const areNames = header.every((name) => !MISSING_WORDS.has(name) && !NUMBER.test(name))
    const rows = records.slice(skipped.length + 1)
    if (!areNames || new Set(header).size < header.length || rows.length === 0) continue
    if (widest <= 1 || (layout === 'table' && hasNumbers(rows))) return { candidate, skipped }
  }
  return undefined
}

/** What was left out, as a sentence. */
export function titleWarning({ candidate, skipped }: Titled, above: readonly number[]): string {
  const title = candidate.records.slice(above.length, skipped.length).flat()
  const text = title.find((field) => field.trim() !== '')
  const lines = skipped.length - above.length
  if (text === undefined)
    return lines === 1
      ? 'The first line has no text and was left out.'
      : `The first ${lines} lines have no text and were left out.`
  return lines === 1
    ? `The first line (${quote(text)}) was taken as a title and left out.`
    : `The first ${lines} lines (from ${quote(text)} on) were taken as a title and left out.`
}

/** Whether a column has numbers only. */
export function hasNumbers(rows: readonly string[][]): boolean {
  return columnsOf(rows, false).some(
    (column) => column.length > 1 && column.every((field) => NUMBER.test(field)),
  )
}

const NUMBER = /^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$/

const filled = (record: readonly string[] = []) => record.filter((field) => field !== '').length
