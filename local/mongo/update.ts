import type { Document } from 'bson'
import { aggregate, update as mingoUpdate } from 'mingo'
import { badValue, MongoError } from './errors.ts'
import { copyOf } from './log-file.ts'
import { comparable, valueAt } from './values.ts'

/** Operators, a replacement, or a pipeline. */
export type Change = Document | Document[]

/** The document after an update; the given one is left as it is. `$setOnInsert` counts only when `inserting`. */
export function applyUpdate(
  document: Document,
  change: Change,
  about: { filter?: Document; arrayFilters?: Document[]; inserting?: boolean } = {},
): Document {
  if (Array.isArray(change)) return aggregate([copyOf(document)], change)[0]
  const operators = Object.keys(change).filter((name) => name.startsWith('$'))
  if (operators.length === 0) return { _id: document._id, ...change }
  if (operators.length < Object.keys(change).length) {
    throw badValue('An update has either operators ($set …) or fields, not both.')
  }
  const { $setOnInsert, ...others } = change
  checkTypes(document, others)
  const after = copyOf(document)
  const positional = JSON.stringify(Object.values(others).map(Object.keys)).includes('.$')
  mingoUpdate(
    after,
    others,
    about.arrayFilters,
    positional && about.filter !== undefined ? comparable(about.filter) : {},
  )
  if (!about.inserting || $setOnInsert === undefined) return after
  const { _id = after._id, ...fields } = $setOnInsert
  mingoUpdate(after, { $set: fields })
  return { ...after, _id }
}

const NUMERIC = ['$inc', '$mul']
const LISTS = ['$push', '$addToSet', '$pull', '$pullAll', '$pop']

/** Throws TypeMismatch where mingo would leave a field as it is because the operator does not go with its value. */
function checkTypes(document: Document, change: Document): void {
  for (const [operator, fields] of Object.entries(change)) {
    for (const path of Object.keys(fields)) {
      const value = valueAt(document, path)
      const wrong =
        (NUMERIC.includes(operator) && typeof value !== 'number') ||
        (LISTS.includes(operator) && !Array.isArray(value))
      if (value === undefined || !wrong) continue
      throw new MongoError(14, 'TypeMismatch', `Cannot apply ${operator} to the value of ${path}.`)
    }
  }
}

/** The document that an upsert inserts: what the filter fixes, then the update. */
export function upsertDocument(filter: Document, change: Change, arrayFilters?: Document[]): Document {
  const fixed: Document = {}
  fix(fixed, filter)
  return applyUpdate(fixed, change, { arrayFilters, inserting: true })
}

function fix(into: Document, filter: Document): void {
  for (const [name, value] of Object.entries(filter)) {
    if (name === '$and') for (const part of value) fix(into, part)
    if (name.startsWith('$') || value instanceof RegExp) continue
    const operators =
      value !== null && typeof value === 'object'
        ? Object.keys(value).filter((key) => key.startsWith('$'))
        : []
    if (operators.length === 0) set(into, name, value)
    else if ('$eq' in value) set(into, name, value.$eq)
  }
}

function set(into: Document, path: string, value: unknown): void {
  if (path.includes('.')) mingoUpdate(into, { $set: { [path]: value } })
  else into[path] = value
}
