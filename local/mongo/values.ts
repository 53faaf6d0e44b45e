import { type Document, EJSON } from 'bson'

/** Decimal digits that a double keeps. */
const EXACT_DIGITS = 15

/** A text that is equal for values that Mongo holds equal, whatever their numeric type. */
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
  const name = dot < 0 ? path : path.slice(0, dot)
  const value: unknown = Object(document)[name]
  if (dot >= 0) {
    const rest = path.slice(dot + 1)
    return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : valuesAt(value, rest)
  }
  return Array.isArray(value) ? value : [value]
}

/** The value at a dotted path that leads through documents and array positions; undefined where there is none. */
export function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce((value: unknown, name) => Object(value)[name], document)
}

/**
 * The values that a filter fixes a field to: by equality, `$eq` or `$in`; undefined when it does not, or when one of them
 * may match in other ways than by being equal (null, patterns, arrays).
 */
export function fixedValues(filter: Document, field: string): unknown[] | undefined {
  if (!(field in filter)) return undefined
  const condition: unknown = filter[field]
  const values = isOperators(condition) ? operatorValues(condition) : [condition]
  return values?.every(isPlain) ? values : undefined
}

function isOperators(condition: unknown): condition is Record<string, unknown> {
  return (
    typeof condition === 'object' &&
    condition !== null &&
    Object.keys(condition).some((name) => name.startsWith('$'))
  )
}

function operatorValues(condition: Record<string, unknown>): unknown[] | undefined {
  if ('$eq' in condition) return [condition.$eq]
  return Array.isArray(condition.$in) ? condition.$in : undefined
}

function isPlain(value: unknown): boolean {
  return value !== null && value !== undefined && !(value instanceof RegExp) && !Array.isArray(value)
}
