import { type Document, EJSON } from 'bson'

/** Decimal digits that a double keeps. */
const EXACT_DIGITS = 15

/** Whether a value is an embedded document: no array, and none of BSON's own types. */
export function isDocument(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    !('_bsontype' in value)
  )
}

/** A text that is equal for values that MongoDB holds equal, whatever their numeric type. */
export function keyOf(value: unknown): string {
  return EJSON.stringify(bsonNumber(value, (text) => text) ?? value ?? null)
}

/**
 * The value with the numbers that JavaScript lacks (Long, Decimal128) as doubles at any depth, so that mingo can compare them; the value
 * itself where there are none. Whole numbers beyond 2^53 come out rounded.
 */
export function comparable<T>(value: T): T
export function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof RegExp)
    return value
  if ('_bsontype' in value) return bsonNumber(value, Number) ?? value
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => comparable(item))
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  let changed: Record<string, unknown> | undefined
  for (const [name, part] of Object.entries(value)) {
    const plain = comparable(part)
    if (plain !== part) {
      changed ??= { ...value }
      changed[name] = plain
    }
  }
  return changed ?? value
}

/** A BSON number as a double where that is exact, else what `beyond` makes of its text; undefined for another value. */
function bsonNumber(value: unknown, beyond: (text: string) => string | number): string | number | undefined {
  if (typeof value !== 'object' || value === null || !('_bsontype' in value)) return undefined
  if (!['Int32', 'Double', 'Long', 'Decimal128'].includes(String(value._bsontype))) return undefined
  const text = String(value)
  const exact = value._bsontype === 'Double' || text.replaceAll(/\D/g, '').length <= EXACT_DIGITS
  return exact ? Number(text) : beyond(text)
}

/** The values that a document has at a dotted path, those of every element where it leads through arrays. */
export function valuesAt(document: unknown, path: string): unknown[] {
  const dot = path.indexOf('.')
  const value = fieldOf(document, dot < 0 ? path : path.slice(0, dot))
  if (dot < 0) return Array.isArray(value) ? value : [value]
  const rest = path.slice(dot + 1)
  return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : valuesAt(value, rest)
}

/** The part of a dotted path up to the first array that it leads through or to; undefined where there is none. */
export function arrayPath(document: unknown, path: string): string | undefined {
  const names = path.split('.')
  let value = document
  for (const [i, name] of names.entries()) {
    value = fieldOf(value, name)
    if (Array.isArray(value)) return names.slice(0, i + 1).join('.')
  }
  return undefined
}

/** The value at a dotted path that leads through documents and array positions; undefined where there is none. */
export function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce(fieldOf, document)
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/**
 * The values that a filter fixes a field to: by equality, `$eq` or `$in`; undefined when it does not, or when one of them
 * may match in other ways than by being equal (null, patterns, arrays).
 */
export function fixedValues(filter: Document, field: string): unknown[] | undefined {
  if (!(field in filter)) return undefined
  const condition: unknown = filter[field]
  const values = isOperators(condition) ? operatorValues(condition) : [condition]
  return values?.every(matchesByEquality) ? values : undefined
}

/** Whether a condition is made of operators (`{ $gt: 1 }`), not a value to be equal to. */
export function isOperators(condition: unknown): condition is Document {
  return isDocument(condition) && Object.keys(condition).some((name) => name.startsWith('$'))
}

function operatorValues(condition: Document): unknown[] | undefined {
  if ('$eq' in condition) return [condition.$eq]
  return Array.isArray(condition.$in) ? condition.$in : undefined
}

function matchesByEquality(value: unknown): boolean {
  return value !== null && value !== undefined && !(value instanceof RegExp) && !Array.isArray(value)
}
