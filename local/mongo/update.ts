import { type Document, EJSON, ObjectId } from 'bson'
import { aggregate, update as mingoUpdate } from 'mingo'
import { badValue } from './errors.ts'

/**
 * The document after an update: operators, a replacement, or a pipeline. `$setOnInsert` counts only when `inserting`.
 * The document itself is left as it is.
 */
export function applyUpdate(
  document: Document,
  change: Document | Document[],
  filter: Document,
  inserting: boolean,
): Document {
  if (Array.isArray(change)) return aggregate([copy(document)], change)[0]
  const operators = Object.keys(change).filter((name) => name.startsWith('$'))
  if (operators.length === 0) return { _id: document._id, ...change }
  if (operators.length < Object.keys(change).length) {
    throw badValue('An update has either operators ($set …) or fields, not both.')
  }
  const { $setOnInsert, ...others } = change
  const after = copy(document)
  for (const [operator, fields] of Object.entries(others))
    mingoUpdate(after, { [operator]: fields }, [], filter)
  if (inserting && $setOnInsert !== undefined) mingoUpdate(after, { $set: $setOnInsert })
  return after
}

/** The document that an upsert inserts: what the filter fixes, then the update. */
export function upsertDocument(filter: Document, change: Document | Document[]): Document {
  const fixed: Document = {}
  fix(fixed, filter)
  const inserted = applyUpdate(fixed, change, {}, true)
  const { _id, ...rest } = inserted
  return { _id: _id ?? new ObjectId(), ...rest }
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

/** A deep copy that keeps BSON's types. */
function copy(document: Document): Document {
  return EJSON.parse(EJSON.stringify(document, { relaxed: false }), { relaxed: true })
}
