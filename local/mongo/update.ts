import type { Document } from 'bson'
import { aggregate, update as mingoUpdate } from 'mingo'
import { describeValue, typeName } from './describe-value.ts'
import { MongoError } from './errors.ts'
import { copyOf } from './log-file.ts'
import { comparable, isDocument, isOperators, valueAt } from './values.ts'

/** Operators, a replacement, or a pipeline. */
export type Change = Document | Document[]

const NUMERIC_OPERATORS = ['$inc', '$mul']
const ARRAY_OPERATORS = ['$push', '$addToSet', '$pull', '$pullAll', '$pop']
const OPERATORS = [
  ...NUMERIC_OPERATORS,
  ...ARRAY_OPERATORS,
  '$set',
  '$setOnInsert',
  '$unset',
  '$rename',
  '$min',
  '$max',
  '$currentDate',
  '$bit',
]

/** Returns the updated document and leaves the given one unchanged. `$setOnInsert` applies only when `inserting`. */
export function applyUpdate(
  document: Document,
  change: Change,
  options: { filter?: Document; arrayFilters?: Document[]; inserting?: boolean } = {},
): Document {
  if (Array.isArray(change)) return aggregate([copyOf(document)], change)[0]
  if (!Object.keys(change)[0]?.startsWith('$')) {
    checkReplacement(change)
    return { _id: document._id, ...change }
  }
  checkOperators(change)
  const { $setOnInsert, ...others } = change
  checkTypes(document, others)
  const after = copyOf(document)
  const positional = JSON.stringify(Object.values(others).map(Object.keys)).includes('.$')
  mingoUpdate(
    after,
    others,
    options.arrayFilters,
    positional && options.filter !== undefined ? comparable(options.filter) : {},
  )
  if (!options.inserting || $setOnInsert === undefined) return after
  const { _id = after._id, ...fields } = $setOnInsert
  mingoUpdate(after, { $set: fields })
  return { ...after, _id }
}

/** Throws DollarPrefixedFieldName where a field's name is like an operator's. */
function checkReplacement(change: Document): void {
  const dollar = Object.keys(change).find((name) => name.startsWith('$'))
  if (dollar !== undefined) throw dollarPrefixed(dollar, dollar)
}

/** Throws FailedToParse for anything but update operators on fields, and the errors of `checkPath`. */
function checkOperators(change: Document): void {
  for (const [operator, fields] of Object.entries(change)) {
    if (!OPERATORS.includes(operator)) {
      throw new MongoError(
        9,
        'FailedToParse',
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      )
    }
    if (!isDocument(fields)) {
      throw new MongoError(
        9,
        'FailedToParse',
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. ` +
          `For example: {$mod: {<field>: ...}} not {${operator}: ${describeValue(fields)}}`,
      )
    }
    for (const path of Object.keys(fields)) checkPath(path)
  }
}

/** Throws EmptyFieldName or DollarPrefixedFieldName. */
function checkPath(path: string): void {
  if (path === '') throw new MongoError(56, 'EmptyFieldName', 'An empty update path is not valid.')
  if (path.split('.').includes('')) {
    throw new MongoError(
      56,
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    )
  }
  if (path.startsWith('$')) throw dollarPrefixed(path.split('.')[0], path)
}

function dollarPrefixed(name: string, path: string): MongoError {
  return new MongoError(
    52,
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${name}' in '${path}' is not allowed in the context of an update's replacement ` +
      'document. Consider using an aggregation pipeline with $replaceWith.',
  )
}

/** Throws TypeMismatch where mingo would leave a field as it is because the operator does not go with its value. */
function checkTypes(document: Document, change: Document): void {
  for (const [operator, fields] of Object.entries(change)) {
    for (const path of Object.keys(fields)) {
      const value = valueAt(document, path)
      const wrong =
        (NUMERIC_OPERATORS.includes(operator) && typeof value !== 'number') ||
        (ARRAY_OPERATORS.includes(operator) && !Array.isArray(value))
      if (value === undefined || !wrong) continue
      throw new MongoError(14, 'TypeMismatch', `Cannot apply ${operator} to the value of ${path}.`)
    }
  }
}

/** The document that an upsert inserts: what the filter fixes, then the update. */
export function upsertDocument(filter: Document, change: Change, arrayFilters?: Document[]): Document {
  const fixed: Document = {}
  setFixedFields(fixed, filter)
  return applyUpdate(fixed, change, { arrayFilters, inserting: true })
}

/** Sets the fields of `document` that the filter fixes to one value. */
function setFixedFields(document: Document, filter: Document): void {
  for (const [name, value] of Object.entries(filter)) {
    if (name === '$and') for (const part of value) setFixedFields(document, part)
    if (name.startsWith('$') || value instanceof RegExp) continue
    if (!isOperators(value)) setField(document, name, value)
    else if ('$eq' in value) setField(document, name, value.$eq)
  }
}

function setField(document: Document, path: string, value: unknown): void {
  if (path.includes('.')) mingoUpdate(document, { $set: { [path]: value } })
  else document[path] = value
}
