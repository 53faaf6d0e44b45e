import type { Document } from 'bson'
import { Query } from 'mingo'
import { describeValue } from './describe-value.ts'
import { MongoError } from './errors.ts'
import type { IndexSpec } from './index-spec.ts'
import { arrayPath, comparable, fixedValues, keyOf, valuesAt } from './values.ts'

/** An index of a collection: from the values of its fields to the ids of the documents that have them. */
export class CollectionIndex {
  readonly spec: IndexSpec
  readonly #namespace: string
  readonly #fields: readonly string[]
  readonly #partial: Query | undefined
  readonly #ids = new Map<string, Set<string>>()
  /** Ids by the value of the first field alone, if the index has several. */
  readonly #idsByFirst = new Map<string, Set<string>>()

  constructor(namespace: string, spec: IndexSpec) {
    this.spec = spec
    this.#namespace = namespace
    this.#fields = Object.keys(spec.key)
    this.#partial = spec.partialFilterExpression && new Query(comparable(spec.partialFilterExpression))
  }

  /**
   * Throws E11000 when the index is unique and a document other than `id` has one of the document's keys, and
   * CannotIndexParallelArrays when two of the index' fields are arrays.
   */
  check(document: Document, id: string): void {
    this.#checkArrays(document)
    if (!this.spec.unique) return
    for (const [key, values] of this.#keysOf(document)) {
      for (const other of this.#ids.get(key) ?? []) if (other !== id) throw this.#duplicate(values)
    }
  }

  /** The error (E11000) of a document whose key another document has. */
  duplicate(document: Document): MongoError {
    return this.#duplicate(this.#fields.map((field) => valuesAt(document, field)[0]))
  }

  add(document: Document, id: string): void {
    for (const key of this.#keysOf(document).keys()) addTo(this.#ids, key, id)
    for (const key of this.#firstKeysOf(document)) addTo(this.#idsByFirst, key, id)
  }

  remove(document: Document, id: string): void {
    for (const key of this.#keysOf(document).keys()) removeFrom(this.#ids, key, id)
    for (const key of this.#firstKeysOf(document)) removeFrom(this.#idsByFirst, key, id)
  }

  /**
   * The documents that a filter can match, where it fixes the index' first field, or all its fields, to one value;
   * else undefined.
   */
  candidates(filter: Document): Iterable<string> | undefined {
    if (this.#partial !== undefined) return undefined
    const fixed = this.#fields.map((field) => fixedValues(filter, field))
    const keys = fixed.map((values) => (values?.length === 1 ? keyOf(values[0]) : undefined))
    if (keys[0] === undefined) return undefined
    if (keys.includes(undefined)) return this.#idsByFirst.get(keys[0]) ?? []
    return this.#ids.get(keys.map((key) => `,${key}`).join('')) ?? []
  }

  /** A key per combination of the fields' values, with these values: several where a field is an array. */
  #keysOf(document: Document): Map<string, unknown[]> {
    const columns = this.#fields.map((field) => valuesAt(document, field))
    if (this.spec.sparse && columns.every((values) => values.every((value) => value === undefined)))
      return new Map()
    if (this.#partial !== undefined && !this.#partial.test(comparable(document))) return new Map()
    let keys = new Map<string, unknown[]>([['', []]])
    for (const column of columns) {
      const values = column.length === 0 ? [null] : column
      keys = new Map(
        keys
          .entries()
          .flatMap(([key, before]) =>
            values.map((value) => [`${key},${keyOf(value)}`, [...before, value]] as const),
          ),
      )
    }
    return keys
  }

  #checkArrays(document: Document): void {
    if (this.#fields.length === 1) return
    const paths = this.#fields.map((field) => arrayPath(document, field)).filter((path) => path !== undefined)
    const [first, second] = new Set(paths)
    if (second === undefined) return
    const message = `cannot index parallel arrays [${second}] [${first}]`
    throw new MongoError(171, 'CannotIndexParallelArrays', message)
  }

  /** The document's keys by the first field of an index of several. */
  #firstKeysOf(document: Document): string[] {
    if (this.#fields.length === 1 || this.#partial !== undefined) return []
    const values = valuesAt(document, this.#fields[0])
    return values.length === 0 ? [keyOf(null)] : [...new Set(values.map(keyOf))]
  }

  #duplicate(values: readonly unknown[]): MongoError {
    const keyValue = Object.fromEntries(this.#fields.map((field, i) => [field, values[i] ?? null]))
    return new MongoError(
      11000,
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.#namespace} index: ${this.spec.name} dup key: ${describeValue(keyValue)}`,
      { keyPattern: this.spec.key, keyValue },
    )
  }
}

function addTo(ids: Map<string, Set<string>>, key: string, id: string): void {
  const there = ids.get(key)
  if (there === undefined) ids.set(key, new Set([id]))
  else there.add(id)
}

function removeFrom(ids: Map<string, Set<string>>, key: string, id: string): void {
  const there = ids.get(key)
  there?.delete(id)
  if (there?.size === 0) ids.delete(key)
}
