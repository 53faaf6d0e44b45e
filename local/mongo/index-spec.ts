import type { Document } from 'bson'
import { describeValue, typeName } from './describe-value.ts'
import { badValue, MongoError } from './errors.ts'

/** An index as a client asks for it. */
export type IndexSpec = {
  readonly name: string
  readonly key: Record<string, unknown>
  readonly unique?: boolean
  readonly sparse?: boolean
  readonly partialFilterExpression?: Document
}

/** Kinds of index that MongoDB has beside the one by value, which `hashed` is treated as. */
const SPECIAL_INDEXES = ['text', '2d', '2dsphere', '2dsphere_bucket', 'wildcard']

/** Throws CannotCreateIndex for a key that MongoDB refuses, BadValue for a kind of index that this server lacks. */
export function checkIndexSpec(spec: IndexSpec): void {
  if (spec.name === '') throw cannotCreate(spec, 'index name cannot be empty')
  if (spec.name === '*') throw badValue("The index name '*' is not valid.")
  const fields = Object.entries(spec.key)
  if (fields.length === 0) throw cannotCreate(spec, 'Index keys cannot be empty.')
  for (const [path, kind] of fields) {
    checkKind(spec, kind)
    checkPath(spec, path)
  }
}

function checkKind(spec: IndexSpec, kind: unknown): void {
  if (typeof kind === 'string') {
    if (SPECIAL_INDEXES.includes(kind)) throw badValue(`The embedded server has no ${kind} indexes.`)
    if (kind !== 'hashed') throw cannotCreate(spec, `Unknown index plugin '${kind}'`)
    return
  }
  if (!['int', 'double', 'long', 'decimal'].includes(typeName(kind))) {
    throw cannotCreate(
      spec,
      `Values in v:2 index key pattern cannot be of type ${typeName(kind)}. ` +
        'Only numbers > 0, numbers < 0, and strings are allowed.',
    )
  }
  if (Number(kind) === 0) throw cannotCreate(spec, 'Values in the index key pattern cannot be 0.')
  if (Number.isNaN(Number(kind))) {
    throw cannotCreate(spec, 'Values in the index key pattern cannot be NaN.')
  }
}

function checkPath(spec: IndexSpec, path: string): void {
  if (path === '') throw cannotCreate(spec, 'Index keys cannot be an empty field.')
  if (path === '$**') throw badValue('The embedded server has no wildcard indexes.')
  for (const [i, part] of path.split('.').entries()) {
    if (part === '') throw cannotCreate(spec, 'Index keys cannot contain an empty field.')
    const isOfReference = i > 0 && ['$db', '$id', '$ref'].includes(part)
    if (part.startsWith('$') && !isOfReference) {
      throw cannotCreate(spec, "Index key contains an illegal field name: field name starts with '$'.")
    }
  }
}

/** Whether the index exists already. Throws if another index has its name or its key. */
export function isExistingIndex(spec: IndexSpec, existing: Iterable<IndexSpec>): boolean {
  for (const other of existing) {
    const sameKey = JSON.stringify(other.key) === JSON.stringify(spec.key)
    if (other.name === spec.name) {
      if (sameKey && optionsOf(other) === optionsOf(spec)) return true
      throw new MongoError(
        86,
        'IndexKeySpecsConflict',
        'An existing index has the same name as the requested index. When index names are not specified, they are ' +
          'auto generated and can cause conflicts. Please refer to our documentation. ' +
          `Requested index: ${describeIndex(spec)}, existing index: ${describeIndex(other)}`,
      )
    }
    if (sameKey && optionsOf(other) === optionsOf(spec)) {
      throw new MongoError(
        85,
        'IndexOptionsConflict',
        `Index already exists with a different name: ${other.name}`,
      )
    }
  }
  return false
}

function optionsOf({ unique = false, sparse = false, partialFilterExpression }: IndexSpec): string {
  return JSON.stringify([unique, sparse, partialFilterExpression])
}

function cannotCreate(spec: IndexSpec, reason: string): MongoError {
  return new MongoError(
    67,
    'CannotCreateIndex',
    `Error in specification ${describeIndex(spec)} :: caused by :: ${reason}`,
  )
}

export const describeIndexKey = ({ key }: IndexSpec) => describeValue(key)

function describeIndex({ name, key, ...options }: IndexSpec): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return describeValue({ v: 2, ...Object.fromEntries(given), key, name })
}
