import { z } from 'zod'
import { didYouMean } from '../../errors/closest-match.ts'
import { explainSchemaError } from '../../errors/explain-schema-error.ts'
import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
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
    .regex(/^([\u0020-\u007e\t]|\\s\+|\\t)$/)
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
  const parsed = csvOptions.safeParse(given)
  if (parsed.success) return parsed.data
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new JobError(
      'bad_message',
      `csv is ${quote(given)}, which is not allowed: use an object such as {"delimiter": ";"}.`,
    )
  }
  const known = Object.keys(csvOptions.shape)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const meant = Object.hasOwn(PANDAS_NAMES, unknown) ? PANDAS_NAMES[unknown] : undefined
    const hint = meant === undefined ? didYouMean(unknown, known) : ` (did you mean ${quote(meant)}?)`
    throw new JobError('bad_message', `csv.${unknown} is not known${hint}: csv has ${known.join(', ')}.`)
  }
  throw new JobError('bad_message', explainSchemaError(parsed.error, csvOptions, given, 'csv.'))
}
