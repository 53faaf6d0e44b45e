/**
 * The fields of a job's message that the form of a new job has no control of its own for, as the message's JSON Schema has them:
 * those of an object, such as split, one by one.
 */
import { type FieldSchema, parsedOf, textOf, type Written } from './written.ts'

export type JsonSchema = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly description?: string
}

export type MessageField = {
  /** The field of the message. */
  readonly field: string
  /** The option of a field that is an object. */
  readonly option: string | undefined
  /** Such as `split.test_size`. */
  readonly name: string
  readonly schema: FieldSchema
  readonly types: readonly string[]
}

type Message = Readonly<Record<string, unknown>>

const ownControls = [
  'algorithm',
  'dataset_path',
  'target_column',
  'task',
  'model_name',
  'hyperparameters',
  'drop_columns',
]

export function messageFields({ properties = {} }: JsonSchema): MessageField[] {
  return Object.entries(properties)
    .filter(([field]) => !ownControls.includes(field))
    .flatMap(([field, schema]) => {
      const options = alternatives(schema).flatMap((each) => Object.entries(each.properties ?? {}))
      if (options.length === 0) return [described(field, undefined, schema)]
      return options.map(([option, ofOption]) => described(field, option, ofOption))
    })
}

function described(field: string, option: string | undefined, schema: JsonSchema): MessageField {
  const kinds = alternatives(schema)
  const types = [...new Set(kinds.flatMap(({ type = [] }) => type))].filter((type) => type !== 'null')
  const choices = kinds.every((kind) => kind.enum !== undefined)
    ? kinds.flatMap((kind) => kind.enum ?? [])
    : []
  const description = schema.description ?? kinds.find((kind) => kind.description !== undefined)?.description
  return {
    field,
    option,
    name: option === undefined ? field : `${field}.${option}`,
    types,
    schema: {
      ...(description === undefined ? {} : { description }),
      ...(choices.length === 0 ? {} : { enum: choices }),
      ...(types.length === 1 ? { type: types[0] } : {}),
    },
  }
}

/** What a value may be, apart from null, which means that it is left out. */
function alternatives(schema: JsonSchema): JsonSchema[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(alternatives)
  return schema.type === 'null' ? [] : [schema]
}

/** Of a message what the fields take as text, and what they do not know. */
export function writtenOf(message: Message, fields: readonly MessageField[]) {
  const written: Record<string, string> = {}
  const rest: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(message)) {
    if (value === null || value === undefined) continue
    const own = fields.filter((each) => each.field === field)
    const [first] = own
    if (first === undefined) rest[field] = value
    else if (first.option === undefined) written[field] = textOf(value)
    // A number of folds stands for an object that has it alone.
    else if (field === 'cv' && typeof value === 'number') written['cv.folds'] = textOf(value)
    else {
      for (const { name, option } of own) {
        const given: unknown = option === undefined ? undefined : Reflect.get(Object(value), option)
        if (given !== undefined && given !== null) written[name] = textOf(given)
      }
    }
  }
  return { written, rest }
}

/** The fields of the message that were written. */
export function valuesOf(written: Written, fields: readonly MessageField[]): Message {
  const values: Record<string, unknown> = {}
  for (const { field, option, name, types } of fields) {
    const text = written[name]
    if (text === undefined) continue
    const value = meantBy(text, types)
    values[field] = option === undefined ? value : { ...Object(values[field]), [option]: value }
  }
  const { cv, ...others } = values
  if (cv === undefined) return others
  const isNumberAlone = Object.keys(Object(cv)).join() === 'folds'
  return { ...others, cv: isNumberAlone ? Reflect.get(Object(cv), 'folds') : cv }
}

function meantBy(text: string, types: readonly string[]): unknown {
  // A blank may be a delimiter.
  if (types.every((type) => type === 'string')) return text
  const parsed = parsedOf(text.trim())
  if (!types.includes('array') || typeof parsed === 'object') return parsed
  return text.split(',').map((part) => part.trim())
}
