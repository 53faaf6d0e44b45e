import type { Table } from '../data/table.ts'
import { JobError } from '../errors.ts'
import { becomeText, type ColumnBuilder, columnBuilder, finishColumn, grow } from './column-builder.ts'
import { checkCells, type Limits } from './limits.ts'
import { fieldKind, isMissing, parsedNumber, parseField } from './parse-number.ts'

const COMMA = 44
const QUOTE = 34
const LF = 10
const CR = 13
const SPACE = 32
const TAB = 9

export type CsvResult = {
  readonly table: Table
  readonly warnings: readonly string[]
}

/**
 * Reads a CSV file with the outcome of pandas' `read_csv`: a comma between fields, `"` round those that need it, the
 * first line as header, pandas' words for a missing value, a column as numbers where all its values are numbers.
 *
 * Columns are taken for numbers until one of their values is none. Where numbers had been read by then, their text
 * is lost, so the file is read once more with that column as text: memory stays that of the finished columns.
 *
 * @param open gives the file's bytes in chunks, from the start, each time it is called.
 * @param sizeHint the file's size in bytes, or 0 where it is not known; room for the rows is made by it.
 * @throws JobError for a file that is no table, naming the line.
 */
export async function readCsv(
  open: () => AsyncIterable<Buffer>,
  sizeHint: number,
  limits: Limits,
): Promise<CsvResult> {
  const textColumns = new Map<number, string>()
  for (;;) {
    const reader = csvReader(textColumns, sizeHint, limits)
    for await (const chunk of open()) reader.push(chunk)
    const table = reader.finish()
    const found = reader.textAmongNumbers()
    if (found.size === 0) return { table, warnings: Array.from(textColumns.values()) }
    for (const [index, warning] of found) textColumns.set(index, warning)
  }
}

function csvReader(textColumns: ReadonlyMap<number, string>, sizeHint: number, limits: Limits) {
  let buffer: Buffer = Buffer.alloc(0)
  let fileBytes = 0
  let line = 1
  let names: string[] | undefined
  let columns: ColumnBuilder[] = []
  let rows = 0
  let capacity = 0
  /** Columns of numbers in which a text turned up: index and the first such text. */
  const mixed = new Map<number, { text: string; line: number; count: number }>()

  function push(chunk: Buffer): void {
    if (fileBytes === 0) chunk = checkedStart(chunk)
    fileBytes += chunk.length
    if (fileBytes > limits.fileBytes) {
      throw new JobError(
        `The dataset is larger than ${limits.fileBytes} bytes once it is unpacked, which is the limit: send fewer rows.`,
      )
    }
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
    const used = consume(false)
    buffer = buffer.subarray(used)
    if (buffer.length > limits.fieldBytes + 1024 * (names?.length ?? limits.columns)) {
      throw new JobError(
        `Line ${line} of the dataset has no end within ${buffer.length} bytes: a quote (") may have been left open.`,
      )
    }
  }

  function finish(): Table {
    consume(true)
    if (names === undefined) throw new JobError('The dataset is empty: it needs a header line and rows.')
    const finished: Table['columns'] = names.map((name, j) => finishColumn(name, columns[j], rows))
    return { rows, columns: finished }
  }

  /** Reads the records that are whole (all, when `atEnd`), and returns how many bytes they took. */
  function consume(atEnd: boolean): number {
    const bytes = buffer
    const end = bytes.length
    let at = 0
    while (at < end) {
      const recordStart = at
      const recordLine = line
      let column = 0
      let blank = true
      for (;;) {
        let start = at
        let stop: number
        let field: Buffer = bytes
        let lines = 0
        if (bytes[at] === QUOTE) {
          const closed = endOfQuoted(bytes, at, atEnd)
          if (closed < 0) return abandon(recordStart, recordLine)
          field = unquoted(bytes, at, closed)
          for (let i = at; i < closed; i++) if (bytes[i] === LF) lines++
          start = 0
          stop = field.length
          at = closed
          blank = false
        } else {
          let c = 0
          while (at < end) {
            c = bytes[at]
            if (c === COMMA || c === LF || c === CR) break
            if (c !== SPACE && c !== TAB) blank = false
            at++
          }
          stop = at
        }
        if (at === end && !atEnd) return abandon(recordStart, recordLine)
        if (stop - start > limits.fieldBytes) {
          throw new JobError(
            `Field ${column + 1} of line ${line} has ${stop - start} bytes; the limit is ${limits.fieldBytes}.`,
          )
        }
        const more = at < end && bytes[at] === COMMA
        if (more) blank = false
        if (names === undefined) header.push(field.toString('utf8', start, stop))
        else if (column < columns.length) {
          if (!(blank && column === 0)) store(column, field, start, stop)
        }
        column++
        if (column > limits.columns) {
          throw new JobError(
            `Line ${line} of the dataset has more than ${limits.columns} columns, the limit.`,
          )
        }
        line += lines
        if (!more) break
        at++
      }
      if (at < end && bytes[at] === CR) {
        if (at + 1 === end && !atEnd) return abandon(recordStart, recordLine)
        if (bytes[at + 1] === LF) at++
      }
      if (at < end) at++
      if (blank) header = []
      else if (names === undefined) startColumns()
      else endRow(column, recordLine)
      line++
    }
    return end

    function abandon(recordStart: number, recordLine: number): number {
      line = recordLine
      if (names === undefined) header = []
      return recordStart
    }
  }
  let header: string[] = []

  function startColumns(): void {
    names = uniqueNames(header)
    capacity = 1024
    columns = names.map((_, j) => columnBuilder(textColumns.has(j) ? 'text' : 'number', capacity))
  }

  function store(column: number, field: Buffer, start: number, stop: number): void {
    const builder = columns[column]
    if (builder.kind === 'number') {
      const kind = parseField(field, start, stop)
      if (kind <= fieldKind.float) {
        builder.values[rows] = parsedNumber()
        builder.numbers++
        if (kind === fieldKind.float) builder.isFloat = true
        return
      }
      if (kind === fieldKind.missing) {
        builder.values[rows] = Number.NaN
        builder.isFloat = true
        return
      }
      if (builder.numbers > 0) {
        const seen = mixed.get(column)
        if (seen === undefined) mixed.set(column, { text: decode(field, start, stop), line, count: 1 })
        else seen.count++
        return
      }
      becomeText(builder)
    }
    const text = decode(field, start, stop)
    if (isMissing(text)) {
      builder.codes[rows] = -1
      return
    }
    let code = builder.codeOf.get(text)
    if (code === undefined) {
      code = builder.codeOf.size
      builder.codeOf.set(text, code)
    }
    builder.codes[rows] = code
  }

  function endRow(fields: number, recordLine: number): void {
    if (fields > columns.length) {
      throw new JobError(
        `Line ${recordLine} of the dataset has ${fields} fields where the header has ${columns.length}: remove the extra comma, or put quotes round the field that contains it.`,
      )
    }
    for (let j = fields; j < columns.length; j++) store(j, noBytes, 0, 0)
    rows++
    checkCells(rows, columns.length, limits)
    if (rows === capacity) {
      const expected = Math.ceil((rows * sizeHint * 1.02) / Math.max(1, fileBytes))
      capacity = Math.max(capacity * 2, Math.min(expected, capacity * 1024))
      for (const builder of columns) grow(builder, capacity)
    }
  }

  /** The columns to be read as text in the next pass, with what to tell the sender. */
  function textAmongNumbers(): Map<number, string> {
    const found = new Map<number, string>()
    for (const [j, { text, line: at, count }] of mixed) {
      const share = columns[j].numbers / (columns[j].numbers + count)
      found.set(
        j,
        `The column ${JSON.stringify(names?.[j])} is treated as text: ${(share * 100).toFixed(1)} % of its values are numbers, but line ${at} has ${JSON.stringify(text.slice(0, 60))}.`,
      )
    }
    return found
  }

  function decode(field: Buffer, start: number, stop: number): string {
    let ascii = true
    for (let i = start; i < stop; i++) {
      if (field[i] > 127) {
        ascii = false
        break
      }
    }
    if (ascii) return field.toString('latin1', start, stop)
    try {
      return utf8.decode(field.subarray(start, stop))
    } catch (error) {
      throw new JobError(
        `Line ${line} of the dataset is not UTF-8 text: save the file as UTF-8 and send it again.`,
        {
          cause: error,
        },
      )
    }
  }

  return { push, finish, textAmongNumbers }
}

const noBytes = Buffer.alloc(0)
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Drops a byte-order mark and refuses what is plainly not a CSV file. */
function checkedStart(chunk: Buffer): Buffer {
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3)
  if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)) {
    throw new JobError('The dataset is UTF-16 text: save the file as UTF-8 and send it again.')
  }
  if (chunk.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    throw new JobError('The dataset is a ZIP or Excel file: send it as CSV, gzipped CSV or Parquet.')
  }
  return chunk
}

/** Where the quoted field that starts at `from` ends (its delimiter), or -1 when that is not in the buffer yet. */
function endOfQuoted(bytes: Buffer, from: number, atEnd: boolean): number {
  let at = from + 1
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote < 0) {
      if (!atEnd) return -1
      throw new JobError('A quoted field of the dataset has no closing quote ("): the file ends inside it.')
    }
    if (bytes[quote + 1] !== QUOTE) {
      at = quote + 1
      break
    }
    at = quote + 2
  }
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LF && bytes[at] !== CR) at++
  return at === bytes.length && !atEnd ? -1 : at
}

/** The text of a quoted field: the outer quotes dropped, doubled quotes single. */
function unquoted(bytes: Buffer, from: number, to: number): Buffer {
  let close = from + 1
  const out = Buffer.alloc(to - from)
  let length = 0
  while (close < to) {
    if (bytes[close] === QUOTE) {
      if (bytes[close + 1] !== QUOTE || close + 1 >= to) break
      close++
    }
    out[length++] = bytes[close++]
  }
  length += bytes.copy(out, length, close + 1, to)
  return out.subarray(0, length)
}

/** pandas' names for a header: `a, a` become `a, a.1`; an empty name becomes `Unnamed: 3`. */
function uniqueNames(header: readonly string[]): string[] {
  const taken = new Set(header)
  const used = new Set<string>()
  return header.map((given, j) => {
    const name = given === '' ? `Unnamed: ${j}` : given
    if (!used.has(name)) {
      used.add(name)
      return name
    }
    for (let n = 1; ; n++) {
      const candidate = `${name}.${n}`
      if (used.has(candidate) || taken.has(candidate)) continue
      used.add(candidate)
      return candidate
    }
  })
}
