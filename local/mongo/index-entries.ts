import { type Document, EJSON } from 'bson'
import { Query } from 'mingo'
import { badValue, MongoError } from './errors.ts'
import { comparable, fixedValues, keyOf, valuesAt } from './values.ts'

/** An index as a client asks for it. */
export type IndexSpec = {
  readonly name: string
  readonly key: Record<string, unknown>
  readonly unique?: boolean
  readonly sparse?: boolean
  readonly partialFilterExpression?: Document
}

/** An index: from the values of its fields to the ids of the documents that have them. */
export type Index = ReturnType<typeof createIndex>

/** Throws BadValue for kinds of index that are not there. */
export function createIndex(namespace: string, spec: IndexSpec) {
  const entries = new Map<string, Set<string>>()
  /** The same by the first field alone, where there are more. */
  const byFirst = new Map<string, Set<string>>()
  const fields = Object.keys(spec.key)
  const partial = spec.partialFilterExpression && new Query(comparable(spec.partialFilterExpression))

  if (fields.length === 0) throw badValue('An index needs at least one field.')
  const special = Object.values(spec.key).find((kind) => typeof kind === 'string' && kind !== 'hashed')
  if (special !== undefined) throw badValue(`The embedded server has no ${special} indexes.`)

  /** One key per combination of the fields' values: several where a field is an array. */
  function keysOf(document: Document): string[] {
    const columns = fields.map((field) => valuesAt(document, field))
    if (spec.sparse && columns.every((values) => values.every((value) => value === undefined))) return []
    if (partial !== undefined && !partial.test(comparable(document))) return []
    let keys = ['']
    for (const values of columns) {
      const texts = values.length === 0 ? [keyOf(null)] : values.map(keyOf)
      keys = keys.flatMap((key) => texts.map((text) => `${key},${text}`))
    }
    return [...new Set(keys)]
  }

  /** The document's keys by the first field of several. */
  function firstKeysOf(document: Document): string[] {
    if (fields.length === 1 || partial !== undefined) return []
    const values = valuesAt(document, fields[0])
    return values.length === 0 ? [keyOf(null)] : [...new Set(values.map(keyOf))]
  }

  function duplicate(document: Document): MongoError {
    const keyValue = Object.fromEntries(fields.map((field) => [field, valuesAt(document, field)[0] ?? null]))
    return new MongoError(
      11000,
      'DuplicateKey',
      `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: ${EJSON.stringify(keyValue)}`,
      { keyPattern: spec.key, keyValue },
    )
  }

  return {
    spec,
    duplicate,

    /** Throws E11000 when a document other than `id` has one of the document's keys. */
    checkUnique(document: Document, id: string): void {
      if (!spec.unique) return
      for (const key of keysOf(document)) {
        for (const other of entries.get(key) ?? []) if (other !== id) throw duplicate(document)
      }
    },

    add(document: Document, id: string): void {
      for (const key of keysOf(document)) addTo(entries, key, id)
      for (const key of firstKeysOf(document)) addTo(byFirst, key, id)
    },

    remove(document: Document, id: string): void {
      for (const key of keysOf(document)) removeFrom(entries, key, id)
      for (const key of firstKeysOf(document)) removeFrom(byFirst, key, id)
    },

    /**
     * The documents that a filter can match, where it fixes the index' first field, or all its fields, to one value;
     * else undefined.
     */
    candidates(filter: Document): Iterable<string> | undefined {
      if (partial !== undefined) return undefined
      const fixed = fields.map((field) => fixedValues(filter, field))
      const keys = fixed.map((values) => (values?.length === 1 ? keyOf(values[0]) : undefined))
      if (keys[0] === undefined) return undefined
      if (keys.includes(undefined)) return byFirst.get(keys[0]) ?? []
      return entries.get(keys.map((key) => `,${key}`).join('')) ?? []
    },
  }
}

function addTo(entries: Map<string, Set<string>>, key: string, id: string): void {
  const ids = entries.get(key)
  if (ids === undefined) entries.set(key, new Set([id]))
  else ids.add(id)
}

function removeFrom(entries: Map<string, Set<string>>, key: string, id: string): void {
  const ids = entries.get(key)
  ids?.delete(id)
  if (ids?.size === 0) entries.delete(key)
}
