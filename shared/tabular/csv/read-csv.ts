import type { OwnedTable } from '../../data/table.ts'
import {
  addMissing,
  addMissingText,
  addNumber,
  becomeText,
  type ColumnBuilder,
  codeOf,
  columnBuilder,
  finishColumn,
  grow,
  needsDigits,
} from '../column-builder.ts'
import { checkCells, type Limits } from '../limits.ts'
import { almostNumbers, type FirstText } from './almost-numbers.ts'
import { canonicalCsv } from './canonical.ts'
import { type Dialect, defaultDialect, isPlainLayout } from './dialect.ts'
import { decode } from './encoding.ts'
import { type FieldReader, fieldReaders, unknownColumnWarnings } from './field-reader.ts'
import { leftOutLines } from './left-out-lines.ts'
import type { CsvOptions } from './options.ts'
import { fieldKind, type ParsedNumber } from './parse-number.ts'
import { csvRecords } from './records.ts'
import { tooManyFields } from './too-many-fields.ts'

export type CsvResult = {
  readonly table: OwnedTable
  readonly warnings: readonly string[]
  /** By which a file of the same dialect is read the same way, where they are not pandas' defaults. */
  readonly csv?: CsvOptions | undefined
}

/**
 * Reads a CSV file with the outcome of pandas' `read_csv`: a comma between fields, `"` round those that need it, the
 * first line as header, pandas' words for a missing value, a column as numbers where all its values are numbers.
 *
 * Columns are taken for numbers until one of their values is none. Where numbers had been read by then, their text
 * is lost, so the file is read once more with that column as text: memory stays that of the finished columns. So it is
 * where integers proved to be larger than a double holds, to keep their digits.
 *
 * @param open gives the file's bytes in chunks, from the start, each time it is called.
 * @param sizeHint the file's size in bytes, or 0 where it is not known; room for the rows is made by it.
 * @param dialect of the file, if it is not pandas' default.
 * @throws JobError if the file is not a table, naming the line.
 */
export async function readCsv(
  open: () => AsyncIterable<Buffer>,
  sizeHint: number,
  limits: Limits,
  dialect = defaultDialect,
): Promise<CsvResult> {
  const isPlain = isPlainLayout(dialect)
  let firstTexts: ReadonlyMap<number, FirstText> = new Map()
  let wideColumns: ReadonlySet<number> = new Set()
  for (;;) {
    const reader = csvReader({ firstTexts, wideColumns }, sizeHint, limits, dialect)
    const chunks = isPlain ? open() : canonicalCsv(open(), dialect, limits.fieldBytes)
    for await (const chunk of chunks) reader.push(chunk)
    const result = reader.finish()
    if (result !== undefined) return result
    firstTexts = reader.firstTexts
    wideColumns = reader.wideColumns
  }
}

/** What the reading before has found out about the columns, by their index. */
type Known = {
  readonly firstTexts: ReadonlyMap<number, FirstText>
  /** Integers of which a double does not hold all. */
  readonly wideColumns: ReadonlySet<number>
}

function csvReader(known: Known, sizeHint: number, limits: Limits, dialect: Dialect) {
  let readers: FieldReader[] = []
  const leftOut = leftOutLines()
  let names: string[] = []
  let columns: ColumnBuilder[] = []
  let rows = 0
  let capacity = 0
  const firstTexts = new Map(known.firstTexts)
  const wideColumns = new Set(known.wideColumns)
  /** Whether a text turned up in a column of which numbers had been read. */
  let readAgain = false
  const parsed: ParsedNumber = { value: 0 }
  const repeatedHeader = dialect.dropsRepeatedHeader ? leftOut.addRepeated : undefined
  const records = csvRecords(
    limits,
    { header: startColumns, field: store, endRow, repeatedHeader, zeroLine: leftOut.addZeros },
    dialect.names,
  )

  /** The table, or undefined when the file is to be read again with `firstTexts` and `wideColumns` known. */
  function finish(): CsvResult | undefined {
    records.finish()
    for (const [j, builder] of columns.entries()) if (needsDigits(builder)) wideColumns.add(j)
    if (readAgain || wideColumns.size > known.wideColumns.size) return undefined
    const table = { rows, columns: names.map((name, j) => finishColumn(name, columns[j], rows)) }
    const about = almostNumbers(table.columns, firstTexts, readers)
    return {
      table,
      warnings: [...unknownColumnWarnings(dialect.values, names), ...leftOut.warnings(), ...about],
    }
  }

  function startColumns(header: string[]): void {
    names = header
    readers = fieldReaders(dialect.values, names)
    capacity = 1024
    columns = names.map((_, j) => builderOf(j, known, capacity))
  }

  function store(column: number, field: Buffer, start: number, stop: number, line: number): void {
    const builder = columns[column]
    if (builder.kind === 'number') {
      const kind = readers[column].parse(field, start, stop, parsed)
      if (kind <= fieldKind.float) {
        const isInteger = kind === fieldKind.integer
        addNumber(builder, rows, parsed.value, isInteger, () => decode(field, start, stop, line))
        return
      }
      if (kind === fieldKind.missing) {
        addMissing(builder, rows, start === stop ? '' : decode(field, start, stop, line))
        return
      }
      if (!firstTexts.has(column)) firstTexts.set(column, { text: decode(field, start, stop, line), line })
      if (builder.numbers > 0) {
        readAgain = true
        return
      }
      becomeText(builder)
    }
    const text = decode(field, start, stop, line)
    if (readers[column].isMissing(text)) addMissingText(builder, rows, text)
    else builder.codes[rows] = codeOf(builder, text)
  }

  function endRow(fields: number, recordLine: number, bytes: Buffer, start: number): void {
    if (fields > columns.length) {
      throw tooManyFields('dataset', recordLine, fields, columns.length, dialect, bytes.subarray(start))
    }
    for (let j = fields; j < columns.length; j++) store(j, NO_BYTES, 0, 0, recordLine)
    rows++
    checkCells(rows, columns.length, limits)
    if (rows < capacity) return
    capacity = capacityFor(rows, sizeHint / Math.max(1, records.bytes()))
    for (const builder of columns) grow(builder, capacity)
  }

  return { push: records.push, finish, firstTexts, wideColumns }
}

function builderOf(column: number, { firstTexts, wideColumns }: Known, capacity: number): ColumnBuilder {
  return columnBuilder(firstTexts.has(column) ? 'text' : 'number', capacity, {
    keepDigits: wideColumns.has(column),
  })
}

/** Rows to make room for once there are `rows`: twice as many, or more where the file is so many times what was read. */
function capacityFor(rows: number, times: number): number {
  return Math.max(2 * rows, Math.min(Math.ceil(1.02 * times * rows), 1024 * rows))
}

const NO_BYTES = Buffer.alloc(0)
