import { byCodePoint } from './code-point-order.ts'
import { exactIntegers, isWide } from './exact-integers.ts'
import type { Column, NumberColumn, OwnedTable } from './table.ts'

/**
 * A table of documents, as `pandas.DataFrame(list(documents))` makes one: a column per key in the order of first
 * appearance, a key that a document lacks being a missing value. A column is of numbers when all its values are
 * (bool: when all are true or false), else of text; dates become ISO text, objects JSON.
 */
export async function tableFromRecords(
  records: Iterable<Record<string, unknown>> | AsyncIterable<Record<string, unknown>>,
): Promise<OwnedTable> {
  const cells = new Map<string, Scalar[]>()
  let rows = 0
  for await (const record of records) {
    for (const [name, value] of Object.entries(record)) {
      let column = cells.get(name)
      if (column === undefined) {
        column = []
        cells.set(name, column)
      }
      column[rows] = scalar(value)
    }
    rows++
  }
  return { rows, columns: Array.from(cells, ([name, values]) => toColumn(name, values, rows)) }
}

/** A bigint is an integer that a double may not hold. */
type Scalar = number | bigint | string | boolean | undefined

function scalar(value: unknown): Scalar {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'number') return orMissing(value)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return integer(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString()
  if (typeof value === 'object' && '_bsontype' in value) {
    if (['Long', 'Int32', 'Double', 'Decimal128'].includes(String(value._bsontype))) {
      const text = String(value)
      return INTEGER.test(text) ? integer(BigInt(text)) : orMissing(Number(text))
    }
    return String(value)
  }
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))
}

const INTEGER = /^-?\d+$/

function integer(value: bigint): number | bigint {
  return isWide(Number(value)) ? value : Number(value)
}

function orMissing(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

function toColumn(name: string, values: readonly Scalar[], rows: number): Column {
  const kinds = new Set<string>()
  let missing = false
  for (let i = 0; i < rows; i++) {
    if (values[i] === undefined) missing = true
    else kinds.add(typeof values[i])
  }
  const onlyNumbers = kinds.isSubsetOf(NUMBER_KINDS)
  const onlyBooleans = kinds.size === 1 && kinds.has('boolean') && !missing
  if (onlyNumbers || onlyBooleans) {
    const numbers = new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))
    for (let i = 0; i < rows; i++) numbers[i] = values[i] === undefined ? Number.NaN : Number(values[i])
    const dtype = onlyBooleans ? 'bool' : !missing && numbers.every(Number.isInteger) ? 'int' : 'float'
    const column: NumberColumn = { name, kind: 'number', dtype, values: numbers }
    return kinds.has('bigint') ? withExactIntegers(column, values) : column
  }
  const text = Array.from({ length: rows }, (_, i) => asText(values[i]))
  const categories = Array.from(new Set(text.filter((word) => word !== undefined))).toSorted(byCodePoint)
  const codeOf = new Map(categories.map((word, k) => [word, k]))
  const codes = Int32Array.from(text, (word) => (word === undefined ? -1 : (codeOf.get(word) ?? -1)))
  return { name, kind: 'text', categories, codes }
}

const NUMBER_KINDS = new Set(['number', 'bigint'])

function withExactIntegers(column: NumberColumn, values: readonly Scalar[]): NumberColumn {
  const codeOf = new Map<string, number>()
  const codes = new Int32Array(column.values.length).fill(-1)
  for (let i = 0; i < codes.length; i++) {
    const value = values[i]
    if (value === undefined) continue
    if (typeof value === 'number' && !Number.isInteger(value)) return column
    const digits = String(BigInt(value))
    const code = codeOf.get(digits) ?? codeOf.size
    codeOf.set(digits, code)
    codes[i] = code
  }
  return { ...column, exact: exactIntegers([...codeOf.keys()], codes) }
}

function asText(value: Scalar): string | undefined {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === undefined ? undefined : String(value)
}
