import { isDocument } from './values.ts'

/** A value as MongoDB writes it in its messages: `{ _id: ObjectId('…'), at: new Date(5), name: "x" }`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(describeValue).join(', ')} ]`
  if (isDocument(value)) {
    const fields = Object.entries(value).map(([name, part]) => `${name}: ${describeValue(part)}`)
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
  }
  switch (bsonTypeOf(value)) {
    case 'ObjectId':
      return `ObjectId('${value}')`
    case 'MinKey':
      return 'MinKey'
    case 'MaxKey':
      return 'MaxKey'
    default:
      return String(value)
  }
}

/** The name of a value's type in MongoDB's messages. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Date) return 'date'
  if (value instanceof RegExp) return 'regex'
  if (isDocument(value)) return 'object'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double'
  const type = bsonTypeOf(value)
  return type === undefined ? typeof value : (BSON_TYPE_NAMES[type] ?? type)
}

const BSON_TYPE_NAMES: Readonly<Record<string, string>> = {
  Binary: 'binData',
  BSONRegExp: 'regex',
  Decimal128: 'decimal',
  Double: 'double',
  Int32: 'int',
  Long: 'long',
  MaxKey: 'maxKey',
  MinKey: 'minKey',
  ObjectId: 'objectId',
  Timestamp: 'timestamp',
}

function bsonTypeOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && '_bsontype' in value
    ? String(value._bsontype)
    : undefined
}
