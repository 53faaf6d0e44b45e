import type { z } from 'zod'
import { didYouMean } from './closest-match.ts'
import { explainSchemaError } from './explain-schema-error.ts'
import { JobError } from './job-error.ts'
import { quote } from './sentences.ts'

type About = {
  /** The field of the message that holds the object. */
  readonly field: string
  /** An object as it may be, in JSON. */
  readonly example: string
  /** What other tools call an option, and its name here. */
  readonly otherNames?: Readonly<Record<string, string>>
}

/**
 * An object of options within a message.
 *
 * @throws JobError (bad_message) with a sentence that names the first option at fault, its value and what is allowed.
 */
export function parseOptions<Schema extends z.ZodObject>(
  schema: Schema,
  given: unknown,
  { field, example, otherNames = {} }: About,
): z.infer<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new JobError(
      'bad_message',
      `${field} is ${quote(given)}, which is not allowed: use an object such as ${example}.`,
    )
  }
  const known = Object.keys(schema.shape)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const meant = Object.hasOwn(otherNames, unknown) ? otherNames[unknown] : undefined
    const hint = meant === undefined ? didYouMean(unknown, known) : ` (did you mean ${quote(meant)}?)`
    throw new JobError(
      'bad_message',
      `${field}.${unknown} is not known${hint}: ${field} has ${known.join(', ')}.`,
    )
  }
  throw new JobError('bad_message', explainSchemaError(parsed.error, schema, given, `${field}.`))
}
