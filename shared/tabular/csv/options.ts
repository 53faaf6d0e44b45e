import { z } from 'zod'
import { JobError } from '../../errors/job-error.ts'
import { parseOptions } from '../../errors/parse-options.ts'
import { quote } from '../../errors/sentences.ts'
import { isKnownEncoding } from '../source/encoding-name.ts'
import type { Dialect } from './dialect.ts'

/** pandas' names of options that have another name here. */
const PANDAS_NAMES: Readonly<Record<string, string>> = {
  sep: 'delimiter',
  quotechar: 'quote',
  escapechar: 'escape',
}

const ASCII_CHARACTER = /^[\u0020-\u007e\t]$/
const character = (what: string) =>
  z.string().regex(ASCII_CHARACTER).nullish().describe(`one ASCII character, ${what}`)

const missingValue = z.union([z.string(), z.number()])
const missingValues = z.union([missingValue, z.array(missingValue).max(1000)])

/**
 * The dialect of a CSV file, by pandas' names and meanings. Options that are left out are detected from the start of
 * the file.
 */
export const csvOptions = z.strictObject({
  delimiter: z
    .string()
    .regex(/^([ -~]|(?![\r\n\u0080-\u009f])\p{Cc}|\\s\+|\\t)$/u)
    .nullish()
    .describe('one ASCII character between fields, or "\\s+" for any number of blanks and tabs'),
  decimal: character('the decimal mark of numbers'),
  thousands: z
    .string()
    .regex(/^\P{Nd}$/u)
    .nullish()
    .describe('one character between the thousands of numbers'),
  comment: character('with which comments begin'),
  encoding: z
    .string()
    .refine(isKnownEncoding)
    .nullish()
    .describe('the name of an encoding, such as "utf-8", "windows-1252" or "utf-16"'),
  quote: character('round fields'),
  escape: character('before a character that is part of a field'),
  header: z
    .union([z.boolean(), z.number().int().min(0).max(1000)])
    .nullish()
    .describe('false for a file without a header, or the number of lines above the header'),
  na_values: z
    .union([missingValues, z.record(z.string(), missingValues)])
    .nullish()
    .describe(
      'a value, or an array of values, that count as missing, too; or an object with such of single columns',
    ),
  keep_default_na: z
    .boolean()
    .nullish()
    .describe('false where pandas’ words for missing (NA, None, null, …) and empty fields are values'),
})
export type CsvOptions = z.infer<typeof csvOptions>

/**
 * @throws JobError with a sentence that names the first option at fault, its value and what is allowed.
 */
export function parseCsvOptions(given: unknown): CsvOptions {
  return parseOptions(csvOptions, given, {
    field: 'csv',
    example: '{"delimiter": ";"}',
    otherNames: PANDAS_NAMES,
  })
}

/** The options by which a file of the same dialect is read the same way; undefined for pandas' defaults. */
export function keptOptions({ syntax, values }: Dialect, given: CsvOptions): CsvOptions | undefined {
  const { delimiter, quote: round, escape: before } = syntax
  const { decimal, thousands } = values
  const { comment, encoding, header, na_values, keep_default_na } = given
  const kept: CsvOptions = {
    ...(delimiter !== ',' && { delimiter }),
    ...(decimal !== '.' && { decimal }),
    ...(thousands !== undefined && { thousands }),
    ...(round !== '"' && round !== '' && { quote: round }),
    ...(before !== undefined && { escape: before }),
    ...(comment && { comment }),
    ...(encoding && { encoding }),
    ...(typeof header === 'number' || header === false ? { header } : {}),
    ...(na_values !== undefined && na_values !== null && { na_values }),
    ...(keep_default_na === false && { keep_default_na }),
  }
  return Object.keys(kept).length > 0 ? kept : undefined
}

/** Options whose characters must all differ. */
const MARKS = ['delimiter', 'decimal', 'thousands', 'comment', 'quote', 'escape'] as const
/**
 * A quote may be its own escape; the mark between thousands stands in quoted fields only where it is the delimiter.
 */
const MAY_BE_EQUAL = new Set(['quote escape', 'delimiter thousands'])

/** @throws JobError (bad_message) if a character has two meanings. */
export function refuseEqualMarks(given: CsvOptions): void {
  for (const [j, second] of MARKS.entries()) {
    const first = MARKS.slice(0, j).find(
      (name) => given[name] && given[name] === given[second] && !MAY_BE_EQUAL.has(`${name} ${second}`),
    )
    if (first === undefined) continue
    throw new JobError(
      'bad_message',
      `csv.${first} and csv.${second} are both ${quote(given[first])}: a character has one meaning in a file.`,
    )
  }
}
