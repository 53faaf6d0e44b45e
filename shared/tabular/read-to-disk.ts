import { createReadStream } from 'node:fs'
import type { Column, OwnedTable, Table } from '../data/table.ts'
import { createDiskTable, type DiskColumn, type DiskTableWriter } from '../disk/disk-table.ts'
import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import type { CsvOptions } from './csv/options.ts'
import { fieldKind, type ParsedNumber, parseField } from './csv/parse-number.ts'
import { withoutEmptyLastColumns } from './empty-last-columns.ts'
import { csvTextBatches } from './read-batches.ts'
import { jsonFormatOf } from './read-json.ts'
import { isParquet } from './source/is-parquet.ts'
import { openText } from './source/text-source.ts'
import type { WantedColumn } from './wanted-columns.ts'

/** One file of a dataset. */
export type DataFile = {
  readonly path: string
  /** The file's name in errors. */
  readonly name: string
  /** Columns that have one value in all of its rows, null where that is missing. */
  readonly constants: Readonly<Record<string, string | null>>
}

export type DiskResult = {
  /** Its columns are read from the file on disk when they are looked at. */
  readonly table: OwnedTable
  readonly warnings: readonly string[]
  close(): void
}

/**
 * Reads the rows of several files, one after the other, into one table on disk: memory stays that of a few columns.
 * All files are Parquet, or all are CSV, also compressed, each with its header. Columns are found by name; the first
 * file gives their order, after the columns of constants, so that the last one is the files'. A column is one of
 * numbers where all its values in all CSV files are numbers; of Parquet files it must be of one kind.
 *
 * @param path of the file to make.
 * @throws JobError that names a file which is no table, or has other columns than the first.
 */
export async function readToDisk(
  files: readonly DataFile[],
  path: string,
  options: { readonly csv?: CsvOptions | undefined; readonly cacheBytes: number },
): Promise<DiskResult> {
  const texts = new Set<string>()
  const constants = constantColumns(files)
  for (;;) {
    const known = texts.size
    const warnings = new Set<string>()
    const read = { texts, constants, warn: (sentence: string) => warnings.add(sentence), ...options }
    const writer = await writeTable(files, path, read)
    if (texts.size > known || writer === undefined) {
      writer?.close()
      if (texts.size === known) throw noColumns(files)
      continue
    }
    const { table, warnings: more } = withoutEmptyLastColumns(writer.finish())
    return { table, warnings: [...warnings, ...more], close: writer.close }
  }
}

const noColumns = (files: readonly DataFile[]) =>
  new JobError(
    'dataset_empty',
    `The file ${quote(files[0].name)} has no columns: it needs a header and rows.`,
  )

type Reading = {
  /** The columns of CSV files with a text in any row. */
  readonly texts: Set<string>
  readonly constants: readonly Constant[]
  readonly csv?: CsvOptions | undefined
  readonly cacheBytes: number
  warn(sentence: string): void
}

/** The table; incomplete where a text was found among the numbers of a column, which is in `texts` then. */
async function writeTable(
  files: readonly DataFile[],
  path: string,
  reading: Reading,
): Promise<DiskTableWriter | undefined> {
  const known = reading.texts.size
  let writer: DiskTableWriter | undefined
  let first: { readonly name: string; readonly columns: readonly WantedColumn[] } | undefined
  try {
    for (const [k, file] of files.entries()) {
      const expect = (columns: readonly WantedColumn[]) => {
        if (first !== undefined) return expectSame(columns, file.name, first)
        first = { name: file.name, columns }
        writer = createDiskTable(
          path,
          withConstants<DiskColumn>(columns, reading.constants),
          reading.cacheBytes,
        )
        return columns
      }
      for await (const rows of namingFile(file, rowsOf(file, reading, expect))) {
        const values = reading.constants.map((constant) => constantColumn(constant, k, rows.rows))
        writer?.append({ rows: rows.rows, columns: withConstants(rows.columns, values) })
        if (reading.texts.size > known) return writer
      }
    }
    return writer
  } catch (error) {
    writer?.close()
    throw error
  }
}

/** Whether a file is of a kind that is read into a table on disk: CSV or Parquet. */
export async function canReadToDisk(path: string): Promise<boolean> {
  if (await isParquet(path)) return true
  const text = await openText(createReadStream(path), undefined)
  try {
    return jsonFormatOf(text.head) === undefined
  } finally {
    await text.close()
  }
}

type Expect = (columns: readonly WantedColumn[]) => readonly WantedColumn[]

async function* rowsOf({ path }: DataFile, reading: Reading, expect: Expect): AsyncGenerator<Table> {
  if (await isParquet(path)) {
    const { parquetColumns, readParquetBatches } = await import('./read-parquet.ts')
    yield* readParquetBatches(path, expect(await parquetColumns(path)), { asTexts: true })
    return
  }
  const { texts, csv, warn } = reading
  const text = await openText(createReadStream(path, { highWaterMark: 2 ** 20 }), csv?.encoding)
  try {
    if (jsonFormatOf(text.head) !== undefined) {
      throw new JobError(
        'dataset_unreadable',
        'The dataset has JSON, which is read in one file that fits into memory: use CSV or Parquet.',
      )
    }
    const kindOf = (name: string) => (texts.has(name) ? 'text' : 'number')
    const wanted = (names: readonly string[]) => expect(names.map((name) => ({ name, kind: kindOf(name) })))
    yield* csvTextBatches(text, wanted, { csv, warn, onText: (name) => texts.add(name) })
  } catch (error) {
    throw await text.explain(error)
  } finally {
    await text.close()
  }
}

/** Adds the file's name to an error about its data. */
async function* namingFile(file: DataFile, rows: AsyncIterable<Table>): AsyncGenerator<Table> {
  try {
    yield* rows
  } catch (error) {
    if (!(error instanceof JobError) || error.message.includes(file.name)) throw error
    throw new JobError(error.code, `In the file ${quote(file.name)}: ${error.message}`, { cause: error })
  }
}

/** @throws JobError where a file has other columns than the first one, or other kinds of them. */
function expectSame(
  columns: readonly WantedColumn[],
  name: string,
  first: { readonly name: string; readonly columns: readonly WantedColumn[] },
): readonly WantedColumn[] {
  const kinds = new Map(columns.map((column) => [column.name, column.kind]))
  const inFirst = new Set(first.columns.map((column) => column.name))
  const lacking = first.columns
    .filter((column) => !kinds.has(column.name))
    .map((column) => quote(column.name))
  const more = columns.filter((column) => !inFirst.has(column.name)).map((column) => quote(column.name))
  const other = first.columns.find((column) => (kinds.get(column.name) ?? column.kind) !== column.kind)
  const what =
    lacking.length > 0
      ? `lacks ${list(lacking, 5)}, which ${quote(first.name)} has`
      : more.length > 0
        ? `has ${list(more, 5)}, which ${quote(first.name)} lacks`
        : other !== undefined
          ? `has ${kinds.get(other.name)}s in the column ${quote(other.name)}, and ${quote(first.name)} has ${other.kind}s`
          : undefined
  if (what === undefined) return first.columns
  throw new JobError(
    'column_missing',
    `The files of the dataset have different columns: ${quote(name)} ${what}. Give all of them the same columns.`,
  )
}

/** A column of constants: a value per file, of one kind. */
type Constant = { readonly name: string } & (
  | { readonly kind: 'number'; readonly dtype: 'int' | 'float'; readonly values: readonly number[] }
  | { readonly kind: 'text'; readonly words: readonly (string | null)[] }
)

/** Numbers where all values are numbers, as a CSV file's. */
function constantColumns(files: readonly DataFile[]): Constant[] {
  return Object.keys(files[0].constants).map((name): Constant => {
    const words = files.map(({ constants }) => constants[name] ?? null)
    const parsed: ParsedNumber = { value: 0 }
    let isInt = true
    const values = words.map((word) => {
      const bytes = Buffer.from(word ?? '')
      const kind = word === null ? fieldKind.missing : parseField(bytes, 0, bytes.length, parsed)
      if (kind !== fieldKind.integer) isInt = false
      if (kind === fieldKind.missing) return Number.NaN
      return kind === fieldKind.text ? undefined : parsed.value
    })
    const numbers = values.filter((value) => value !== undefined)
    const isNumber = numbers.length === words.length && !numbers.every(Number.isNaN)
    return isNumber
      ? { name, kind: 'number', dtype: isInt ? 'int' : 'float', values: numbers }
      : { name, kind: 'text', words }
  })
}

function constantColumn(constant: Constant, file: number, rows: number): Column {
  const { name } = constant
  if (constant.kind === 'number') {
    const values = new Float64Array(rows).fill(constant.values[file])
    return { name, kind: 'number', dtype: constant.dtype, values }
  }
  const word = constant.words[file]
  const categories = word === null ? [] : [word]
  return { name, kind: 'text', categories, codes: new Int32Array(rows).fill(word === null ? -1 : 0) }
}

/**
 * The columns with the constants before them; one takes the place of the file's column of its name, as in Spark and
 * pyarrow.
 */
function withConstants<T extends { readonly name: string }>(
  columns: readonly T[],
  constants: readonly T[],
): T[] {
  const inside = columns.map((column) => constants.find(({ name }) => name === column.name) ?? column)
  return [...constants.filter((constant) => !inside.includes(constant)), ...inside]
}
