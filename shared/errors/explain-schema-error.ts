/** Sentences for values that a schema refuses. */
import { z } from 'zod'
import { nearest } from './closest-match.ts'

/** One sentence for the first thing that is wrong. `prefix` stands before the field's name ("hyperparameters."). */
export function explain(error: z.ZodError, schema: z.ZodObject, given: unknown, prefix: string): string {
  const issue = error.issues[0]
  const [field, ...inner] = issue.path
  if (field === undefined) return `The message cannot be used: ${issue.message}.`
  const path = prefix + [field, ...inner].join('.')
  const value = Object(given)[field]
  const described: z.ZodType | undefined = schema.shape[String(field)]
  if (value === undefined) return `${path} is missing: give ${allowed(described)}.`
  return `${path} is ${quote(value)}, which is not allowed: use ${allowed(described)}${typeof value === 'string' ? hintFor(value, described) : ''}.`
}

/** What a field's schema allows, from its description or that of the schema within. */
export function allowed(schema: unknown): string {
  if (schema instanceof z.ZodType && schema.description !== undefined) return schema.description
  let inner = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) {
    inner = inner.unwrap()
    if (inner instanceof z.ZodType && inner.description) return inner.description
  }
  return 'a value of another kind'
}

function hintFor(value: string, schema: z.ZodType | undefined): string {
  let inner: unknown = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) {
    inner = inner.unwrap()
  }
  return inner instanceof z.ZodEnum ? hint(value, inner.options.map(String)) : ''
}

/** ` (did you mean "x"?)`, or nothing when no name is near. */
export function hint(given: string, known: readonly string[]): string {
  const close = nearest(given, known)
  return close === undefined ? '' : ` (did you mean ${quote(close)}?)`
}

/** A value as it stands in a sentence: JSON, cut at 60 characters. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
