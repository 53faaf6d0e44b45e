import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { z } from 'zod'
import { exactIntegers, haveWideIntegers, MAX_EXACT_INTEGERS } from '../data/exact-integers.ts'
import type { Column, OwnedTable, Table } from '../data/table.ts'
import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import { importOptional } from '../runtime/optional-import.ts'
import { codeOf, columnBuilder, finishColumn } from './column-builder.ts'
import { checkCells, defaultLimits, type Limits } from './limits.ts'
import { checkColumns, type WantedColumn } from './wanted-columns.ts'

const INTEGER_TYPES = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/
const EXACT_TYPES = /^(U?(BIG|HUGE)INT|DECIMAL.*)$/
const FLOAT_TYPES = /^(FLOAT|DOUBLE|DECIMAL.*)$/

const TOO_LONG = 'field above the limit'

/** Each query reads the file's metadata again. */
const COLUMNS_PER_QUERY = 512

/**
 * Reads a Parquet file with DuckDB. Whole numbers, floats and booleans become number columns; anything else (dates
 * among it, and booleans of which some are missing, as in a CSV file) becomes text, in DuckDB's spelling.
 *
 * @throws JobError for a damaged file, or one that exceeds the limits.
 */
export async function readParquet(
  path: string,
  limits: Limits,
): Promise<{ table: OwnedTable; warnings: string[] }> {
  const { connection, close } = await openDuckDB()
  try {
    return await read(connection, path, limits)
  } catch (error) {
    throw readable(error)
  } finally {
    close()
  }
}

/**
 * Reads the wanted columns of a Parquet file, some thousand rows at a time.
 *
 * @param asTexts whether columns that are wanted as texts are so also where all of their words are true and false.
 * @throws JobError for a damaged file, or one without a wanted column.
 */
export async function* readParquetBatches(
  path: string,
  wanted: readonly WantedColumn[],
  { asTexts = false }: { readonly asTexts?: boolean } = {},
): AsyncGenerator<Table> {
  const { connection, close } = await openDuckDB()
  try {
    const from = source(path)
    const fields = await describe(connection, from)
    checkColumns(
      fields.map(({ name }) => name),
      wanted,
    )
    const some = wanted.flatMap(({ name, kind }) =>
      fields.filter((field) => field.name === name).map((field) => asWanted(field, kind)),
    )
    const result = await connection.stream(`select ${some.map(selected).join(', ')} from ${from}`)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      const rows = chunk.rowCount
      const columns = some.map((field, j) => {
        const builder = builderFor(field, rows)
        builder.take(chunk.getColumnVector(j), 0)
        return asTexts ? builder.unchecked() : builder.finish()
      })
      yield { rows, columns }
    }
  } catch (error) {
    throw readable(error)
  } finally {
    close()
  }
}

/** The columns of a Parquet file that are read, and as what. */
export async function parquetColumns(path: string): Promise<WantedColumn[]> {
  const { connection, close } = await openDuckDB()
  try {
    const index = await indexColumns(connection, path)
    const fields = await describe(connection, source(path))
    return fields
      .filter(({ name }) => !index.has(name))
      .map((field) => ({ name: field.name, kind: isNumber(field) ? 'number' : 'text' }))
  } catch (error) {
    throw readable(error)
  } finally {
    close()
  }
}

/** Of integers that are wanted as texts, all digits are kept, which a double may not do. */
function asWanted(field: Field, kind: WantedColumn['kind']): Field {
  return kind === 'text' && EXACT_TYPES.test(field.type) ? { ...field, type: 'VARCHAR' } : field
}

/** Errors of DuckDB are about the file and become JobErrors. Errors of the code and lack of memory are thrown on. */
function readable(error: unknown): unknown {
  if (error instanceof JobError || !(error instanceof Error) || isOfProcess(error)) return error
  if (error instanceof Error && error.message.includes(TOO_LONG)) {
    return new JobError(
      'dataset_too_large',
      `A field of the dataset has more than ${defaultLimits.fieldBytes} bytes, which is the limit: leave its column out.`,
    )
  }
  // The path is that of a temporary copy, which says nothing to the user.
  const [reason] = error.message.replace(/ ?'[^']*'/, '').split('\n')
  return new JobError(
    'dataset_unreadable',
    `The dataset's Parquet data cannot be read (${reason}): write the file again.`,
    {
      cause: error,
    },
  )
}

/** Whether the error is not one of DuckDB's, which are plain errors, or is DuckDB's lack of memory. */
const isOfProcess = (error: Error) =>
  Object.getPrototypeOf(error) !== Error.prototype || /^Out of Memory Error/i.test(error.message)

async function openDuckDB() {
  const { DuckDBInstance } = await importOptional(
    () => import('@duckdb/node-api'),
    'Parquet: send the dataset as CSV, or deploy the image',
  )
  const database = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await database.connect()
  const close = () => {
    connection.closeSync()
    database.closeSync()
  }
  return { connection, close }
}

type Field = { readonly name: string; readonly type: string }

const literal = (path: string) => `'${path.replaceAll("'", "''")}'`
const source = (path: string) => `read_parquet(${literal(path)})`

async function describe(connection: DuckDBConnection, from: string): Promise<Field[]> {
  const described = await connection.runAndReadAll(`describe select * from ${from}`)
  return described
    .getRowObjects()
    .map((row): Field => ({ name: String(row.column_name), type: String(row.column_type) }))
}

/**
 * The columns that are the index of the DataFrame that was written, by pandas' own metadata: they say nothing of a
 * row. A model that knows such a column from elsewhere may still read it.
 */
async function indexColumns(connection: DuckDBConnection, path: string): Promise<ReadonlySet<string>> {
  const found = await connection.runAndReadAll(
    `select decode(value) as metadata from parquet_kv_metadata(${literal(path)}) where decode(key) = 'pandas'`,
  )
  const names = new Set<string>()
  for (const { metadata } of found.getRowObjects()) {
    const { data } = pandasMetadata.safeParse(parsedOrUndefined(String(metadata)))
    // A RangeIndex is not stored as a column.
    for (const index of data?.index_columns ?? []) if (typeof index === 'string') names.add(index)
  }
  return names
}

const pandasMetadata = z.object({ index_columns: z.array(z.unknown()) })

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is said of an index that has a name, and may have been meant as a column. */
function indexWarnings(index: ReadonlySet<string>): string[] {
  const names = Array.from(index).filter((name) => !/^__index_level_\d+__$/.test(name))
  if (names.length === 0) return []
  return [
    `The index of the DataFrame (${list(names.map(quote), 5)}) was left out: where it is a column like others, write reset_index() of it.`,
  ]
}

async function read(
  connection: DuckDBConnection,
  path: string,
  limits: Limits,
): Promise<{ table: OwnedTable; warnings: string[] }> {
  const from = source(path)
  const all = await describe(connection, from)
  const index = await indexColumns(connection, path)
  const fields = all.filter(({ name }) => !index.has(name))
  const counted = await connection.runAndReadAll(`select count(*)::double as n from ${from}`)
  const rows = Number(counted.getRowObjects()[0].n)
  if (fields.length > limits.columns) {
    throw new JobError(
      'dataset_too_large',
      `The dataset has ${fields.length} columns; the limit is ${limits.columns}.`,
    )
  }
  checkCells(rows, fields.length, limits)
  const columns: Column[] = []
  for (let first = 0; first < fields.length; first += COLUMNS_PER_QUERY) {
    const some = fields.slice(first, first + COLUMNS_PER_QUERY)
    const builders = some.map((field) => builderFor(field, rows))
    const result = await connection.stream(`select ${some.map(selected).join(', ')} from ${from}`)
    let row = 0
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) break
      for (let j = 0; j < some.length; j++) builders[j].take(chunk.getColumnVector(j), row)
      row += chunk.rowCount
    }
    for (const [j, builder] of builders.entries()) {
      columns.push(await withExactIntegers(builder.finish(), some[j], connection, from))
    }
  }
  return { table: { rows, columns }, warnings: indexWarnings(index) }
}

/** Integers beyond 2^53 are read once more, by their digits. */
async function withExactIntegers(
  column: Column,
  field: Field,
  connection: DuckDBConnection,
  from: string,
): Promise<Column> {
  const isExactType = INTEGER_TYPES.test(field.type) || field.type.startsWith('DECIMAL')
  if (column.kind !== 'number' || !isExactType || !haveWideIntegers(column.values)) return column
  const result = await connection.stream(`select ${quoted(field)}::varchar from ${from}`)
  const builder = columnBuilder('text', column.values.length)
  let row = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    for (const value of chunk.getColumnValues(0)) {
      builder.codes[row++] = value === null ? -1 : codeOf(builder, String(value).replace(/\.0+$/, ''))
    }
    if (builder.codeOf.size > MAX_EXACT_INTEGERS) return column
  }
  const digits = [...builder.codeOf.keys()]
  if (digits.some((text) => text.includes('.'))) return column
  return { ...column, exact: exactIntegers(digits, builder.codes) }
}

const isNumber = ({ type }: Field) => INTEGER_TYPES.test(type) || FLOAT_TYPES.test(type)

const quoted = ({ name }: Field) => `"${name.replaceAll('"', '""')}"`

/** The column as numbers or text; a text above the limit ends the query before it is handed over. */
function selected(field: Field): string {
  const name = quoted(field)
  if (isNumber(field)) return `${name}::double`
  return field.type === 'BOOLEAN'
    ? `case when ${name} then 'True' else if(${name} is null, null, 'False') end`
    : `case when strlen(${name}::varchar) > ${defaultLimits.fieldBytes} then error('${TOO_LONG}') else ${name}::varchar end`
}

type Builder = {
  /** Copies the values of a vector to the column, from `row` on. */
  take(vector: DuckDBVector, row: number): void
  finish(): Column
  /** The same, but texts that are all true and false stay texts. */
  unchecked(): Column
}

function builderFor(field: Field, rows: number): Builder {
  return isNumber(field) ? numberBuilder(field, rows) : textBuilder(field, rows)
}

function numberBuilder({ name, type }: Field, rows: number): Builder {
  const values = new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))
  let missing = false
  const finish = (): Column => ({
    name,
    kind: 'number',
    dtype: INTEGER_TYPES.test(type) && !missing ? 'int' : 'float',
    values,
  })
  return {
    take(vector, row) {
      const { itemCount } = vector
      for (let i = 0; i < itemCount; i++) {
        const value: unknown = vector.getItem(i)
        if (value === null) missing = true
        values[row + i] = typeof value === 'number' ? value : Number.NaN
      }
    },
    finish,
    unchecked: finish,
  }
}

/** Text as a CSV file would have held it: true and false become a `bool` column unless some are missing. */
function textBuilder({ name }: Field, rows: number): Builder {
  const builder = columnBuilder('text', rows)
  return {
    take(vector, row) {
      const { itemCount } = vector
      for (let i = 0; i < itemCount; i++) {
        const value: unknown = vector.getItem(i)
        builder.codes[row + i] = value === null ? -1 : codeOf(builder, String(value))
      }
    },
    finish: () => finishColumn(name, builder, rows),
    unchecked: () => ({
      name,
      kind: 'text',
      categories: [...builder.codeOf.keys()],
      codes: builder.codes.subarray(0, rows),
    }),
  }
}
