import { z } from 'zod'
import { parseOptions } from '../../errors/parse-options.ts'
import { isKnownEncoding } from '../source/encoding-name.ts'

/** pandas' names of what has another one here. */
const PANDAS_NAMES: Readonly<Record<string, string>> = {
  sep: 'delimiter',
  quotechar: 'quote',
  escapechar: 'escape',
}

const ASCII_CHARACTER = /^[\u0020-\u007e\t]$/
const character = (what: string) =>
  z.string().regex(ASCII_CHARACTER).nullish().describe(`one ASCII character, ${what}`)

const missingValue = z.union([z.string(), z.number()])

/** The dialect of a CSV file, by pandas' names and meanings. What is left out is found from the file's head. */
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
    .union([missingValue, z.array(missingValue).max(1000)])
    .nullish()
    .describe('a value, or an array of values, that count as missing, too'),
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
