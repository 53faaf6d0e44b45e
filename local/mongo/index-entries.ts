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
      for (const key of keysOf(document)) {
        const ids = entries.get(key)
        if (ids === undefined) entries.set(key, new Set([id]))
        else ids.add(id)
      }
    },

    remove(document: Document, id: string): void {
      for (const key of keysOf(document)) {
        const ids = entries.get(key)
        ids?.delete(id)
        if (ids?.size === 0) entries.delete(key)
      }
    },

    /** The documents that a filter can match, where it fixes every field of the index to one value; else undefined. */
    candidates(filter: Document): Iterable<string> | undefined {
      if (partial !== undefined) return undefined
      let key = ''
      for (const field of fields) {
        const values = fixedValues(filter, field)
        if (values?.length !== 1) return undefined
        key += `,${keyOf(values[0])}`
      }
      return entries.get(key) ?? []
    },
  }
}
