import { z } from 'zod'
import { didYouMean } from './closest-match.ts'
import { quote } from './sentences.ts'

/**
 * A sentence about the first thing that a schema refuses: the field, its value and what is allowed.
 *
 * @param given the object that was parsed.
 * @param prefix stands before the field's name: `hyperparameters.`
 */
export function explainSchemaError(
  error: z.ZodError,
  schema: z.ZodObject,
  given: object,
  prefix: string,
): string {
  const issue = error.issues[0]
  const [field, ...inner] = issue.path
  if (field === undefined) return `The message cannot be used: ${issue.message}.`
  const path = prefix + [field, ...inner].join('.')
  const { value, type } = deepest(Reflect.get(given, field), schema.shape[String(field)], inner)
  if (value === undefined) return `${path} is missing: give ${allowedValues(type)}.`
  const hint = typeof value === 'string' ? didYouMean(value, optionsOf(type)) : ''
  return `${path} is ${quote(value)}, which is not allowed: use ${allowedValues(type)}${hint}.`
}

/** The value at a path and its schema, or those of the last object on the way whose schema says what it allows. */
function deepest(
  value: unknown,
  type: z.ZodType | undefined,
  [name, ...rest]: readonly PropertyKey[],
): { value: unknown; type: z.ZodType | undefined } {
  const object = layers(type).at(-1)
  if (!(object instanceof z.ZodObject) || typeof value !== 'object' || value === null) return { value, type }
  const field: unknown = object.shape[String(name)]
  if (!layers(field).some(({ description }) => description !== undefined)) return { value, type }
  return deepest(Reflect.get(value, name), layers(field)[0], rest)
}

/** What a field's schema allows: its description, or that of the schema within. */
export function allowedValues(schema: unknown): string {
  const described = layers(schema).find((each) => each.description !== undefined)
  return described?.description ?? 'a value of another kind'
}

/** The words that an enum allows. */
function optionsOf(schema: unknown): string[] {
  const innermost = layers(schema).at(-1)
  return innermost instanceof z.ZodEnum ? innermost.options.map(String) : []
}

/** A schema and those that it wraps as optional, nullable or with a default, from the outside in. */
function layers(schema: unknown): z.ZodType[] {
  if (!(schema instanceof z.ZodType)) return []
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault
  return isWrapper ? [schema, ...layers(schema.unwrap())] : [schema]
}
