/** The bytes that structure a CSV file: those of pandas' `read_csv` by default. */
export const COMMA = 44
export const QUOTE = 34
export const LF = 10
export const CR = 13
export const SPACE = 32
export const TAB = 9

export type MissingValue = string | number

/** How a CSV file's bytes are split into fields. Each character is one byte. */
export type Syntax = {
  /** A character, or `BLANKS`. */
  readonly delimiter: string
  /** The quote; empty for a dialect without quotes. */
  readonly quote: string
  readonly escape: string | undefined
  readonly comment: string | undefined
  /** Whether a comment may also begin after a field. */
  readonly isCommentAnywhere: boolean
  /** Whether blanks after a delimiter are skipped. */
  readonly skipInitialSpace: boolean
}

/** The delimiter of files whose fields stand apart by any number of blanks and tabs: pandas' `\s+`. */
export const BLANKS = '\\s+'

/** How fields become numbers and missing values. */
export type ValueRules = {
  readonly decimal: string
  readonly thousands: string | undefined
  readonly missing: readonly MissingValue[]
  /** Missing values of single columns, by the columns' names. */
  readonly missingIn: ReadonlyMap<string, readonly MissingValue[]>
  readonly keepDefaultMissing: boolean
}

export type Dialect = {
  readonly syntax: Syntax
  readonly values: ValueRules
  /** Numbers of records, from 0, that are neither header nor rows. */
  readonly skipped: readonly number[]
  /** The columns' names, if the file has no header. */
  readonly names: readonly string[] | undefined
  /** Whether each row begins with a name that the header does not count, as R's `write.table` writes them. */
  readonly hasRowNames: boolean
  /** Whether a line that is the header again is left out: not where the header looks like a row. */
  readonly dropsRepeatedHeader: boolean
}

export const defaultSyntax: Syntax = {
  delimiter: ',',
  quote: '"',
  escape: undefined,
  comment: undefined,
  isCommentAnywhere: false,
  skipInitialSpace: false,
}

export const defaultValues: ValueRules = {
  decimal: '.',
  thousands: undefined,
  missing: [],
  missingIn: new Map(),
  keepDefaultMissing: true,
}

export const defaultDialect: Dialect = {
  syntax: defaultSyntax,
  values: defaultValues,
  skipped: [],
  names: undefined,
  hasRowNames: false,
  dropsRepeatedHeader: true,
}

/** Whether the file's bytes need no rewriting to be what the readers read. */
export function isPlainLayout({ syntax, skipped, names, hasRowNames }: Dialect): boolean {
  const isPlain =
    syntax.delimiter === ',' &&
    syntax.quote === '"' &&
    syntax.escape === undefined &&
    syntax.comment === undefined &&
    !syntax.skipInitialSpace
  return isPlain && skipped.length === 0 && names === undefined && !hasRowNames
}

/** Whether numbers and missing values are those of pandas' defaults, which the kernels know. */
export function hasPlainValues({ values }: Dialect): boolean {
  return arePlainValues(values)
}

export function arePlainValues(values: ValueRules): boolean {
  const { decimal, thousands, missing, missingIn, keepDefaultMissing } = values
  const hasMissing = missing.length > 0 || missingIn.size > 0
  return decimal === '.' && thousands === undefined && !hasMissing && keepDefaultMissing
}

/** A delimiter in a sentence. */
export function delimiterName(delimiter: string): string {
  if (delimiter === BLANKS) return 'blanks'
  if (delimiter === ' ') return 'a blank'
  if (delimiter === '\t') return 'a tab'
  return delimiter < ' '
    ? `U+${delimiter.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`
    : delimiter
}
