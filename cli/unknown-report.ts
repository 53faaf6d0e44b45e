/** The report of `predict` on values that the model does not know. */
import type { Feature } from '../shared/data/preparation.ts'
import { isInDoubt, type UnknownValues } from '../shared/data/unknown-values.ts'
import { list, plural, quote, shorten } from '../shared/errors/sentences.ts'

/** Columns that are listed: with a line above and one below, ten lines. */
const MAX_COLUMNS = 8

/** A short report, the columns with the most such values first; empty where there is nothing to say. */
export function unknownReport(
  features: readonly Feature[],
  unknown: readonly UnknownValues[],
  rows: number,
): string {
  if (unknown.length === 0) return ''
  const featureOf = new Map(features.map((feature) => [feature.name, feature]))
  const lines = worstFirst(unknown)
    .slice(0, MAX_COLUMNS)
    .map((found) => `  ${quote(found.column)}: ${findings(found, featureOf.get(found.column), rows)}`)
  const doubtful = unknown.filter(isInDoubt).length
  const head =
    doubtful === 0
      ? `Note: ${plural(unknown.length, 'column')} of ${features.length} ${unknown.length === 1 ? 'has' : 'have'} one value only, where training had several:`
      : `Note: ${plural(doubtful, 'column')} of ${features.length} ${doubtful === 1 ? 'has' : 'have'} values that training did not:`
  const more = unknown.length - lines.length
  const foot = more > 0 ? [`  and ${plural(more, 'column')} more (with --out, --json lists all)`] : []
  return `${[head, ...lines, ...foot].join('\n')}\n`
}

/** The sentence with which `--strict` refuses the data; undefined if it accepts them. */
export function strictRefusal(
  features: readonly Feature[],
  unknown: readonly UnknownValues[],
  rows: number,
): string | undefined {
  const [worst, ...others] = worstFirst(unknown.filter(isInDoubt))
  if (worst === undefined) return undefined
  const feature = features.find(({ name }) => name === worst.column)
  const also =
    others.length === 0
      ? ''
      : ` (and ${plural(others.length, 'other column')} with values that training did not have)`
  return `Refused by --strict: the column ${quote(worst.column)} has ${findings(worst, feature, rows)}${also}. Correct the data, or leave --strict out.`
}

function worstFirst(unknown: readonly UnknownValues[]): UnknownValues[] {
  const weight = ({ unseen, missing, out_of_range }: UnknownValues) => unseen + missing + out_of_range
  return unknown.toSorted((a, b) => Number(isInDoubt(b)) - Number(isInDoubt(a)) || weight(b) - weight(a))
}

function findings(found: UnknownValues, feature: Feature | undefined, rows: number): string {
  const { unseen, missing, out_of_range, examples } = found
  const of = `of ${plural(rows, 'row')}`
  const some = shorten(list(examples.slice(0, 3).map(quote), 3), 150)
  const parts: string[] = []
  if (unseen > 0) parts.push(`${unseen} ${of} with an unknown category: ${some}${twinOf(examples, feature)}`)
  if (out_of_range > 0 && feature?.kind === 'number') {
    parts.push(`${out_of_range} ${of} outside ${feature.minimum} … ${feature.maximum}: ${some}`)
  }
  if (found.all_missing) parts.push(`no value in ${plural(rows, 'row')}`)
  else if (missing > 0) parts.push(`${missing} ${of} without a value, which no row of training was`)
  if (found.constant) parts.push(`the same value in all ${plural(rows, 'row')}`)
  return parts.join('; ')
}

/** A known category that differs from an unknown text only in case, blanks or accents. */
function twinOf(examples: readonly (string | number)[], feature: Feature | undefined): string {
  if (feature === undefined || feature.kind === 'number') return ''
  for (const example of examples) {
    const twin = feature.categories.find((category) => bare(category) === bare(String(example)))
    if (twin !== undefined) return ` (the model knows ${quote(twin)})`
  }
  return ''
}

function bare(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Z}\p{C}]/gu, '')
    .toLowerCase()
}
