import { createReadStream } from 'node:fs'
import type { Column, Table } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { numberHint } from '../data/text-values.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { type ColumnBuilder, codeOf, columnBuilder, finishColumn, grow } from './column-builder.ts'
import { canonicalCsv } from './csv/canonical.ts'
import { detectDialect } from './csv/detect-dialect.ts'
import { type Dialect, hasPlainValues, isPlainLayout } from './csv/dialect.ts'
import { decode } from './csv/encoding.ts'
import { type FieldReader, fieldReaders } from './csv/field-reader.ts'
import { dialectLike } from './csv/kept-dialect.ts'
import { leftOutLines } from './csv/left-out-lines.ts'
import type { CsvOptions } from './csv/options.ts'
import { fieldKind, type ParsedNumber } from './csv/parse-number.ts'
import type { PlainBatches } from './csv/plain-batches.ts'
import { csvRecords, type RecordSink } from './csv/records.ts'
import { tooManyFields } from './csv/too-many-fields.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { type JsonFormat, jsonFormatOf } from './read-json.ts'
import { isParquet } from './source/is-parquet.ts'
import { openText, type TextSource } from './source/text-source.ts'
import { checkColumns, type Wanted, type WantedColumn } from './wanted-columns.ts'

/** Rows of a batch, about: enough for a model to be fast, few enough for the cache. */
const BATCH_ROWS = 8192
/** Only a line, a field or the number of columns can be too large: the rest is never in memory at once. */
const limits: Limits = {
  ...defaultLimits,
  fileBytes: Number.POSITIVE_INFINITY,
  cells: Number.POSITIVE_INFINITY,
}

/** How a data file is to be read. */
export type ReadOptions = {
  /** What is known of a CSV file's dialect; the rest is found. */
  readonly csv?: CsvOptions | undefined
  /** The dialect of the CSV file that the model was trained on, for a file that is like it. */
  readonly kept?: CsvOptions | undefined
  /** Gets a sentence for what was assumed. */
  readonly warn?: ((sentence: string) => void) | undefined
  /** Gets the name of a column of a CSV file that has a text where a number is wanted, which else is an error. */
  readonly onText?: ((name: string) => void) | undefined
}

/**
 * Reads a data file (Parquet, or what `readChunks` reads, told apart by their first bytes) batch by batch, so that
 * memory does not grow with the file. Each table holds the wanted columns, in their order.
 *
 * @throws JobError if the file is not a table, naming the line, or lacks a wanted column, naming it.
 */
export async function* readBatches(
  path: string,
  wanted: readonly WantedColumn[],
  options: ReadOptions = {},
): AsyncGenerator<Table> {
  if (await isParquet(path)) {
    const { readParquetBatches } = await import('./read-parquet.ts')
    yield* readParquetBatches(path, wanted)
    return
  }
  yield* readChunks(createReadStream(path, { highWaterMark: 2 ** 20 }), wanted, options)
}

/** The same for CSV, JSON lines or a JSON array that arrive in chunks, in any encoding, also compressed. */
export async function* readChunks(
  chunks: AsyncIterable<Buffer>,
  wanted: readonly WantedColumn[],
  options: ReadOptions = {},
): AsyncGenerator<Table> {
  const { csv, kept } = options
  const text = await openText(chunks, csv?.encoding, csv === undefined ? kept?.encoding : undefined)
  try {
    const format = jsonFormatOf(text.head)
    if (format === undefined) yield* csvTextBatches(text, wanted, options)
    else {
      for (const sentence of text.warnings) options.warn?.(sentence)
      yield* jsonBatches(text.chunks, format, wanted)
    }
  } catch (error) {
    throw await text.explain(error)
  } finally {
    await text.close()
  }
}

/** The same for the text of a CSV file. */
export async function* csvTextBatches(
  text: TextSource,
  wanted: Wanted,
  { csv = {}, kept, warn = () => undefined, onText }: ReadOptions,
): AsyncGenerator<Table> {
  text.warnings.forEach(warn)
  const { dialect, warnings } =
    typeof wanted === 'function'
      ? detectDialect(text.head, text.isWhole, csv)
      : dialectLike(
          text,
          wanted.map(({ name }) => name),
          csv,
          kept,
        )
  warnings.forEach(warn)
  const isPlain = isPlainLayout(dialect)
  const plain = isPlain ? text.chunks : canonicalCsv(text.chunks, dialect, limits.fieldBytes)
  yield* csvBatches(plain, wanted, dialect, { warn, onText })
}

async function* csvBatches(
  chunks: AsyncIterable<Buffer>,
  wanted: Wanted,
  dialect: Dialect,
  { warn, onText }: { warn(sentence: string): void; onText: ReadOptions['onText'] },
): AsyncGenerator<Table> {
  const reader = batchReader(wanted, dialect, onText)
  const { records } = reader
  /** Reads the lines from the second megabyte on, as long as they are plain. */
  let kernel: PlainBatches | undefined
  const isAnyText = (column: WantedColumn) => column.values === undefined
  let isPlain = hasPlainValues(dialect) && (typeof wanted === 'function' || wanted.every(isAnyText))
  /** What has come since, and is to be read by the kernel. */
  let waiting: Buffer = NO_BYTES

  for await (const chunk of chunks) {
    if (kernel === undefined) {
      records.push(chunk)
      if (reader.rows() >= BATCH_ROWS) yield reader.batch()
      if (!isPlain || reader.names().length === 0 || records.bytes() < MIN_KERNEL_BYTES) continue
      if (reader.rows() > 0) yield reader.batch()
      const { plainBatches } = await import('./csv/plain-batches.ts')
      const headerLine = dialect.dropsRepeatedHeader ? records.headerLine() : NO_BYTES
      kernel = await plainBatches(reader.names(), reader.wanted(), limits, headerLine)
      waiting = records.takeRest()
      continue
    }
    waiting = Buffer.concat([waiting, chunk])
    if (waiting.length < MIN_KERNEL_BYTES) continue
    const end = waiting.lastIndexOf(LF) + 1
    const table = end === 0 ? undefined : kernel.read(waiting.subarray(0, end))
    if (table === undefined) {
      isPlain = false
      kernel = undefined
      records.push(waiting)
      if (reader.rows() >= BATCH_ROWS) yield reader.batch()
    } else {
      records.passLines(table.rows)
      waiting = waiting.subarray(end)
      yield table
    }
  }
  if (kernel !== undefined) records.push(waiting)
  records.finish()
  reader.warnings().forEach(warn)
  if (reader.rows() > 0) yield reader.batch()
}

/** Reads records into the wanted columns, and gives the rows since the last batch as the next one. */
function batchReader(asked: Wanted, dialect: Dialect, onText: ReadOptions['onText']) {
  let readers: FieldReader[] = []
  const leftOut = leftOutLines()
  let names: string[] = []
  let wanted: readonly WantedColumn[] = typeof asked === 'function' ? [] : asked
  /** Per column of the file, its index among the wanted ones, or -1. */
  let wantedIndex: number[] = []
  let builders: ColumnBuilder[] = []
  let capacity = BATCH_ROWS
  let rows = 0
  const parsed: ParsedNumber = { value: 0 }

  const sink: RecordSink = {
    header(found) {
      names = found
      readers = fieldReaders(dialect.values, names)
      if (typeof asked === 'function') wanted = asked(names)
      checkColumns(names, wanted)
      wantedIndex = names.map((name) => wanted.findIndex((column) => column.name === name))
      startBatch()
    },
    field: store,
    endRow(fields, line, bytes, start) {
      if (fields > names.length) {
        throw tooManyFields('data', line, fields, names.length, dialect, bytes.subarray(start))
      }
      for (let j = fields; j < names.length; j++) store(j, NO_BYTES, 0, 0, line)
      if (++rows < capacity) return
      capacity *= 2
      for (const builder of builders) grow(builder, capacity)
    },
    repeatedHeader: dialect.dropsRepeatedHeader ? leftOut.addRepeated : undefined,
    zeroLine: leftOut.addZeros,
  }

  function startBatch(): void {
    builders = wanted.map(({ kind }) => columnBuilder(kind, capacity))
    rows = 0
  }

  function store(column: number, bytes: Buffer, start: number, stop: number, line: number): void {
    const index = wantedIndex[column]
    if (index < 0) return
    const builder = builders[index]
    if (builder.kind === 'text') {
      const text = decode(bytes, start, stop, line)
      const isAbsent = readers[column].isMissing(text) && !wanted[index].values?.has(text)
      builder.codes[rows] = isAbsent ? -1 : codeOf(builder, text)
      return
    }
    const kind = readers[column].parse(bytes, start, stop, parsed)
    if (kind !== fieldKind.integer) builder.isFloat = true
    if (kind === fieldKind.missing) builder.values[rows] = Number.NaN
    else if (kind !== fieldKind.text) builder.values[rows] = parsed.value
    else if (onText !== undefined) onText(wanted[index].name)
    else builder.values[rows] = booleanOf(decode(bytes, start, stop, line), wanted[index].name, line)
  }

  return {
    records: csvRecords(limits, sink, dialect.names),
    /** The header's names, or none before it is read. */
    names: () => names,
    wanted: () => wanted,
    /** Rows of the next batch so far. */
    rows: () => rows,
    batch(): Table {
      const table = { rows, columns: wanted.map(({ name }, k) => columnOf(name, builders[k], rows)) }
      startBatch()
      return table
    },
    warnings: leftOut.warnings,
  }
}

/** True is 1 and false 0, as where a whole column of them is read. */
function booleanOf(text: string, name: string, line: number): number {
  const word = text.length > 5 ? '' : text.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true' ? 1 : 0
  throw new JobError(
    'bad_value',
    `Line ${line} of the data has ${quote(text)} in the column ${quote(name)}, where the model needs a number${numberHint(text)}.`,
  )
}

/** Bytes of lines from which the kernel is faster. */
const MIN_KERNEL_BYTES = 2 ** 20
const LF = 10

const NO_BYTES = Buffer.alloc(0)

/** A column that is wanted as text stays text, whatever its values. */
function columnOf(name: string, builder: ColumnBuilder, rows: number): Column {
  if (builder.kind === 'number') return finishColumn(name, builder, rows)
  return {
    name,
    kind: 'text',
    categories: [...builder.codeOf.keys()],
    codes: builder.codes.subarray(0, rows),
  }
}

async function* jsonBatches(
  chunks: AsyncIterable<Buffer>,
  format: JsonFormat,
  wanted: readonly WantedColumn[],
): AsyncGenerator<Table> {
  const { jsonRecords } = await import('./read-json.ts')
  const names = new Set(wanted.map(({ name }) => name))
  let isFirst = true
  let held: Record<string, unknown>[] = []
  const seen = new Set<string>()
  const batch = async (): Promise<Table> => {
    if (isFirst) checkColumns([...seen], wanted)
    isFirst = false
    const table = await tableFromRecords(held)
    held = []
    return { rows: table.rows, columns: wanted.map((column) => found(table, column)) }
  }
  for await (const record of jsonRecords(chunks, format, limits)) {
    if (isFirst) for (const name of Object.keys(record)) if (names.has(name)) seen.add(name)
    held.push(record)
    if (held.length === BATCH_ROWS) yield await batch()
  }
  if (held.length > 0) yield await batch()
}

/**
 * Records (the rows of a JSON array) as a table of the wanted columns.
 *
 * @throws JobError that names a wanted column which no record has.
 */
export async function recordsTable(
  records: readonly Record<string, unknown>[],
  wanted: readonly WantedColumn[],
): Promise<Table> {
  checkColumns([...new Set(records.flatMap(Object.keys))], wanted)
  const table = await tableFromRecords(records)
  return { rows: table.rows, columns: wanted.map((column) => found(table, column)) }
}

/** A wanted column of a later batch; one that none of its records has is missing in all of them. */
function found({ rows, columns }: Table, { name, kind }: WantedColumn): Column {
  const column = columns.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  if (kind === 'text') return { name, kind, categories: [], codes: new Int32Array(rows).fill(-1) }
  return { name, kind, dtype: 'float', values: new Float64Array(rows).fill(Number.NaN) }
}
