import { headerWarnings, isSecondHeader } from './detect-header.ts'
import { detectMarks } from './detect-marks.ts'
import { belowTitle, hasNumbers, titleWarning } from './detect-title.ts'
import {
  arePlainValues,
  BLANKS,
  type Dialect,
  defaultDialect,
  defaultSyntax,
  delimiterName,
  type Syntax,
  type ValueRules,
} from './dialect.ts'
import { type CsvOptions, refuseEqualMarks } from './options.ts'
import { type Candidate, columnsOf, type Layout, recordsOf } from './records-of.ts'

export type DetectedDialect = { readonly dialect: Dialect; readonly warnings: readonly string[] }

/**
 * Finds a CSV file's dialect from its head. What `given` says is taken as it is; for the rest:
 *
 * - A first line `sep=;` names the delimiter.
 * - Comma wins where the head parses with it: more than one name in the header, no row with more fields than the
 *   header, half of the rows or more with as many.
 * - Else `;`, tab, `|`, U+0001 (Hive's) and U+001F (the unit separator) are tried, then the same with backslash
 * escapes, with blanks before quotes and with single
 *   quotes. One parses if the header has two names or more, 90 % of the rows have one number of fields and none has
 *   more, and that number is the header's or, with row names, one more. Of several the one with the most fields wins.
 * - Then blanks, where a column has numbers only.
 * - Then the one of `;`, tab and `|` by which the header and most of the rows have the same number of fields.
 * - Lines that begin with `#` before a header that does not are comments.
 * - Decimal commas: see `detectMarks`; second and missing headers: see `detect-header.ts`.
 * - Else the file is of pandas' default dialect.
 *
 * Each thing found is a sentence among the warnings.
 */
export function detectDialect(start: Buffer, isAll: boolean, given: CsvOptions): DetectedDialect {
  refuseEqualMarks(given)
  const head = firstLines(start)
  const isWhole = isAll && head.length === start.length
  const warnings: string[] = []
  const separator = given.delimiter ? undefined : separatorLine(head)
  const hasComments = given.comment ? false : beginsWithComments(head)
  const fixed: Syntax = {
    ...defaultSyntax,
    delimiter: delimiterOf(given.delimiter) ?? separator ?? ',',
    quote: given.quote ?? '"',
    escape: given.escape ?? undefined,
    comment: given.comment ?? (hasComments ? '#' : undefined),
    isCommentAnywhere: Boolean(given.comment),
  }
  const above = leftOut(given, separator !== undefined)
  const isDelimiterFixed = Boolean(given.delimiter) || separator !== undefined
  const syntaxBelow = (skipped: readonly number[]) =>
    detectSyntax(head, isWhole, fixed, isDelimiterFixed, skipped)
  const first = syntaxBelow(above)
  const titled = given.header === undefined ? belowTitle(first, syntaxBelow, above) : undefined
  const { skipped, candidate: found } = titled ?? { skipped: above, candidate: first }
  const records = found?.records ?? recordsOf(head, isWhole, fixed).records
  const syntax = found?.syntax ?? fixed
  const content = records.filter((_, record) => !skipped.includes(record))
  const hasHeader = given.header !== false
  const hasRowNames = hasHeader && found?.layout === 'row names'
  // A line that repeats the header says nothing about the columns.
  const line = JSON.stringify(content[0])
  const rows = content.slice(hasHeader ? 1 : 0).filter((row) => !hasHeader || JSON.stringify(row) !== line)
  const columns = columnsOf(rows, hasRowNames)
  // Without the first row, which may be a second line of the header.
  const numbers = rows.length > 2 ? columnsOf(rows.slice(1), hasRowNames) : columns
  const marks = detectMarks(numbers, syntax.delimiter, given)
  const values = valueRules(given, marks)
  // Blank lines are not rows.
  const firstRow = content.find((row) => row.length > 1 || row[0].trim() !== '') ?? []
  const names = hasHeader ? undefined : firstRow.map((_, column) => String(column))
  const second = hasHeader && given.header === undefined && isSecondHeader(rows, columns, values)

  const isFound = syntax.delimiter !== (delimiterOf(given.delimiter) ?? ',')
  warnings.push(...assumptions(syntax, values, given, isFound))
  if (titled !== undefined) warnings.push(titleWarning(titled, above))
  if (hasComments) warnings.push('Lines that begin with # were left out as comments.')
  if (hasRowNames) {
    warnings.push(
      'The rows have one field more than the header: the first field of each row was taken as its name and left out.',
    )
  }
  if (found?.layout === 'table' && hasHeader && rows.length > 0 && rows.every(isLongerThan(content[0]))) {
    warnings.push(
      'Each row ends with a delimiter more than the header: the empty field behind it was left out.',
    )
  }
  if (second) {
    const shown = rows[0].slice(0, 3).map((text) => JSON.stringify(text))
    warnings.push(
      `The second line of the table (${shown.join(', ')}${rows[0].length > 3 ? ', …' : ''}) was taken as part of the header and left out.`,
    )
  }
  const rowHeader =
    hasHeader && given.header !== true ? headerWarnings(content[0] ?? [], columns, values) : []
  warnings.push(...rowHeader)
  const header = skipped.length
  const dialect = {
    syntax,
    values,
    skipped: second ? [...skipped, header + 1] : skipped,
    names,
    hasRowNames,
    dropsRepeatedHeader: rowHeader.length === 0,
  }
  return { dialect, warnings }
}

const isLongerThan = (header: readonly string[]) => (row: readonly string[]) => row.length > header.length

/** Lines that are read to detect the dialect: more would slow down plain files. */
const MAX_LINES = 100

function firstLines(start: Buffer): Buffer {
  let end = 0
  for (let lines = 0; lines < MAX_LINES; lines++) {
    end = start.indexOf('\n', end) + 1
    if (end === 0) return start
  }
  return start.subarray(0, end)
}

/** `,` of a first line `sep=,`, which Excel writes and reads. */
function separatorLine(head: Buffer): string | undefined {
  return /^"?sep=([^\r\n"])"?[;,\t]*\r?\n/i.exec(head.toString('latin1', 0, 64))?.[1]
}

/** Whether the file begins with lines of comment, and goes on with others that are none. */
function beginsWithComments(head: Buffer): boolean {
  if (head[0] !== HASH) return false
  const lines = head
    .toString('latin1')
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
  const first = lines.findIndex((line) => !line.startsWith('#'))
  if (first < 0) return false
  // The line behind `#` may be the header: then it has as many fields as the rows.
  const fields = (line: string) => line.split(/[,;\t|]/).length
  if (first === 1 && fields(lines[0]) === fields(lines[1]) && fields(lines[0]) > 1) return false
  return !lines.slice(first).some((line) => line.startsWith('#') && fields(line) === fields(lines[first]))
}
const HASH = 35

function delimiterOf(given: string | null | undefined): string | undefined {
  if (!given) return undefined
  return given === '\\t' || given === 'tab' ? '\t' : given
}

/** The records above the header. */
function leftOut({ header }: CsvOptions, hasSeparatorLine: boolean): number[] {
  const above = (typeof header === 'number' ? header : 0) + (hasSeparatorLine ? 1 : 0)
  return Array.from({ length: above }, (_, record) => record)
}

function detectSyntax(
  head: Buffer,
  isWhole: boolean,
  fixed: Syntax,
  isDelimiterFixed: boolean,
  skipped: readonly number[],
): Candidate | undefined {
  const attempt = (syntax: Syntax): Candidate | undefined => {
    const { records, hasOpenQuote } = recordsOf(head, isWhole, syntax)
    const content = records.filter((_, record) => !skipped.includes(record))
    if (hasOpenQuote || (content.length < 2 && !isWhole)) return undefined
    const layout = layoutOf(content, syntax.delimiter)
    return layout && { syntax, records, layout }
  }
  const text = head.toString('latin1')
  const variants: Partial<Syntax>[] = [{}]
  if (fixed.escape === undefined && text.includes('\\"')) variants.push({ escape: '\\' })
  if (hasBlanksBeforeQuotes(text)) variants.unshift({ skipInitialSpace: true })
  else if (/(^|[,;\t|]) +"/m.test(text)) variants.push({ skipInitialSpace: true })
  if (variants.length === 3) variants.push({ escape: '\\', skipInitialSpace: true })
  if (fixed.quote === '"' && /[,;\t|]'|^'/m.test(text)) variants.push({ quote: "'" })
  for (const variant of variants) {
    const comma = attempt({ ...fixed, ...variant })
    if (comma?.layout === 'table' || (comma !== undefined && isDelimiterFixed)) return comma
    if (isDelimiterFixed) continue
    const others = OTHERS.flatMap((delimiter) => attempt({ ...fixed, ...variant, delimiter }) ?? [])
    const best = [...others, ...(comma === undefined ? [] : [comma])].toSorted((a, b) => width(b) - width(a))
    if (best.length === 1 || (best.length > 1 && width(best[0]) > width(best[1]))) return best[0]
  }
  if (isDelimiterFixed) return undefined
  const blanks = attempt({ ...fixed, delimiter: BLANKS })
  if (blanks !== undefined && hasNumbers(blanks.records.slice(1))) return blanks
  return mostLikely(
    OTHERS.map((delimiter) => ({ ...fixed, delimiter })),
    head,
    isWhole,
  )
}

/** Whether a quoted field of most lines has a blank before it: then the blanks are no part of the fields. */
function hasBlanksBeforeQuotes(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return 2 * lines.filter((line) => /[,;\t|] +"[^"]*" *($|[\r,;\t|])/.test(line)).length > lines.length
}

const OTHERS = [';', '\t', '|', '\u0001', '\u001f']

/** For a file with lines that do not fit: the only syntax by which the header and half of the rows fit. */
function mostLikely(syntaxes: readonly Syntax[], head: Buffer, isWhole: boolean): Candidate | undefined {
  const likely = syntaxes.flatMap((syntax): Candidate[] => {
    const { records } = recordsOf(head, isWhole, syntax)
    const header = records[0]?.length ?? 0
    const full = records.filter((record) => record.length === header).length
    return header > 1 && 2 * full > records.length ? [{ syntax, records, layout: 'table' }] : []
  })
  return likely.length === 1 ? likely[0] : undefined
}

const width = ({ records }: Candidate) => records[1]?.length ?? records[0].length

/** How the records make a table with that delimiter, or undefined where they do not. */
function layoutOf(records: readonly string[][], delimiter: string): Layout | undefined {
  if (records.length === 0) return undefined
  const header = records[0].length
  if (header < 2) return undefined
  const rows = records.slice(1).map((row) => fieldsOf(row, header))
  const most = rows.reduce((a, b) => Math.max(a, b), rows.length === 0 ? header : 0)
  const share = rows.filter((fields) => fields === most).length / Math.max(1, rows.length)
  if (delimiter === ',') {
    const full = rows.filter((fields) => fields === header).length
    if (most <= header && 2 * full >= rows.length) return 'table'
  } else if (most === header && (rows.length === 0 || share >= 0.9)) {
    return 'table'
  }
  return most === header + 1 && share === 1 && areRowNames(records.slice(1)) ? 'row names' : undefined
}

/** How many fields a row has, those not counted that are empty and beyond the header. */
function fieldsOf(row: readonly string[], header: number): number {
  let fields = row.length
  while (fields > header && row[fields - 1] === '') fields--
  return fields
}

/** Row names differ from each other. A field that begins with a blank tells of a text with a delimiter in it. */
function areRowNames(rows: readonly string[][]): boolean {
  const names = new Set(rows.map((row) => row[0]))
  return (
    rows.length > 1 &&
    names.size === rows.length &&
    !rows.some((row) => row.some((field) => field.startsWith(' ')))
  )
}

function valueRules(
  given: CsvOptions,
  marks: { decimal: string; thousands: string | undefined },
): ValueRules {
  const missing = given.na_values ?? []
  const isOfColumns = typeof missing === 'object' && !Array.isArray(missing)
  const values: ValueRules = {
    ...marks,
    missing: isOfColumns ? [] : [missing].flat(),
    missingIn: new Map(isOfColumns ? Object.entries(missing).map(([name, of]) => [name, [of].flat()]) : []),
    keepDefaultMissing: given.keep_default_na ?? true,
  }
  return arePlainValues(values) ? defaultDialect.values : values
}

/** One sentence about the options that were detected. */
function assumptions(
  syntax: Syntax,
  values: ValueRules,
  given: CsvOptions,
  isDelimiterFound: boolean,
): string[] {
  const found: string[] = []
  if (isDelimiterFound) found.push(`${delimiterName(syntax.delimiter)} as delimiter`)
  if (values.decimal !== (given.decimal ?? '.')) found.push(`${values.decimal} as decimal mark`)
  if (values.thousands !== (given.thousands ?? undefined)) found.push(`${values.thousands} between thousands`)
  if (syntax.escape !== (given.escape ?? undefined)) found.push('\\ before a quote inside quotes')
  if (syntax.quote !== (given.quote ?? '"')) found.push(`${syntax.quote} as quote`)
  if (syntax.skipInitialSpace) found.push('blanks behind a delimiter left out')
  if (found.length === 0) return []
  const last = found.at(-1)
  const text = found.length === 1 ? last : `${found.slice(0, -1).join(', ')} and ${last}`
  return [`The file was read with ${text}.`]
}
