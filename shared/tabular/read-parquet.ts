import type { DuckDBConnection } from '@duckdb/node-api'
import { byCodePoint } from '../data/code-point-order.ts'
import type { Column, Table } from '../data/table.ts'
import { JobError } from '../errors.ts'
import type { Limits } from './limits.ts'

const integers = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/
const floats = /^(FLOAT|DOUBLE|DECIMAL.*)$/

/**
 * Reads a Parquet file with DuckDB. Whole numbers, floats and booleans become number columns; anything else (dates
 * among it) becomes text, in DuckDB's spelling.
 *
 * @throws JobError for a damaged file, or one above the limits.
 */
export async function readParquet(path: string, limits: Limits): Promise<Table> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  try {
    return await read(connection, path, limits)
  } catch (error) {
    if (error instanceof JobError) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new JobError(`The dataset's Parquet data cannot be read (${reason}): write the file again.`, {
      cause: error,
    })
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

async function read(connection: DuckDBConnection, path: string, limits: Limits): Promise<Table> {
  const from = `read_parquet('${path.replaceAll("'", "''")}')`
  const described = await connection.runAndReadAll(`describe select * from ${from}`)
  const fields = described
    .getRowObjects()
    .map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
  const counted = await connection.runAndReadAll(`select count(*)::integer as n from ${from}`)
  const rows = Number(counted.getRowObjects()[0].n)
  if (fields.length > limits.columns || fields.length * rows > limits.cells) {
    throw new JobError(
      `The dataset has ${rows} rows and ${fields.length} columns; the limits are ${limits.columns} columns and ${limits.cells} values in all.`,
    )
  }
  const columns: Column[] = []
  for (const { name, type } of fields) {
    const quoted = `"${name.replaceAll('"', '""')}"`
    const isNumber = integers.test(type) || floats.test(type) || type === 'BOOLEAN'
    const cast = isNumber
      ? type === 'BOOLEAN'
        ? `${quoted}::integer::double`
        : `${quoted}::double`
      : `${quoted}::varchar`
    const result = await connection.stream(`select ${cast} from ${from}`)
    columns.push(isNumber ? await numbers(name, type, result, rows) : await texts(name, result, rows))
  }
  return { rows, columns }
}

type Result = Awaited<ReturnType<DuckDBConnection['stream']>>

async function numbers(name: string, type: string, result: Result, rows: number): Promise<Column> {
  const values = new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))
  let at = 0
  let missing = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    for (const value of chunk.getColumnValues(0)) {
      if (value === null) missing++
      values[at++] = value === null ? Number.NaN : Number(value)
    }
  }
  const whole = type === 'BOOLEAN' ? 'bool' : integers.test(type) ? 'int' : 'float'
  return { name, kind: 'number', dtype: missing > 0 ? 'float' : whole, values }
}

async function texts(name: string, result: Result, rows: number): Promise<Column> {
  const codes = new Int32Array(rows)
  const codeOf = new Map<string, number>()
  let at = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    for (const value of chunk.getColumnValues(0)) {
      const text = value === null ? undefined : String(value)
      if (text !== undefined && !codeOf.has(text)) codeOf.set(text, codeOf.size)
      codes[at++] = text === undefined ? -1 : (codeOf.get(text) ?? -1)
    }
  }
  const words = Array.from(codeOf.keys())
  const categories = words.toSorted(byCodePoint)
  const rank = new Map(categories.map((word, k) => [word, k]))
  for (let i = 0; i < rows; i++) if (codes[i] >= 0) codes[i] = rank.get(words[codes[i]]) ?? -1
  return { name, kind: 'text', categories, codes }
}
