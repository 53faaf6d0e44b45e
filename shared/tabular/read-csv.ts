import type { Column, Table } from '../data/table.ts'
import { JobError } from '../errors.ts'
import {
  becomeText,
  type ColumnBuilder,
  codeOf,
  columnBuilder,
  finishColumn,
  grow,
} from './column-builder.ts'
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
  let firstTexts: ReadonlyMap<number, FirstText> = new Map()
  for (;;) {
    const reader = csvReader(firstTexts, sizeHint, limits)
    for await (const chunk of open()) reader.push(chunk)
    const result = reader.finish()
    if (result !== undefined) return result
    firstTexts = reader.firstTexts
  }
}

/** Where a column proved to be text. */
type FirstText = { readonly text: string; readonly line: number }

function csvReader(textColumns: ReadonlyMap<number, FirstText>, sizeHint: number, limits: Limits) {
  /** Bytes that are not consumed yet: the first `held` of `space`. */
  let space = Buffer.alloc(0)
  let held = 0
  /** How many bytes to gather before the next attempt: a long record is not gone through again for each chunk. */
  let wanted = 0
  let fileBytes = 0
  let line = 1
  let names: string[] | undefined
  let columns: ColumnBuilder[] = []
  let rows = 0
  let capacity = 0
  const firstTexts = new Map(textColumns)
  /** Whether a text turned up in a column of which numbers had been read. */
  let readAgain = false

  function push(chunk: Buffer): void {
    if (fileBytes === 0) chunk = checkedStart(chunk)
    fileBytes += chunk.length
    if (fileBytes > limits.fileBytes) {
      throw new JobError(
        `The dataset is larger than ${limits.fileBytes} bytes once it is unpacked, which is the limit: send fewer rows.`,
      )
    }
    if (held + chunk.length > space.length) {
      const larger = Buffer.allocUnsafe(2 * (held + chunk.length))
      space.copy(larger, 0, 0, held)
      space = larger
    }
    held += chunk.copy(space, held)
    if (held < wanted) return
    const used = consume(space.subarray(0, held), false)
    space.copyWithin(0, used, held)
    held -= used
    wanted = used === 0 ? 2 * held : 0
    if (held > limits.fieldBytes + 1024 * (names?.length ?? limits.columns)) {
      throw new JobError(`Line ${line} of the dataset has no end within ${held} bytes${openQuote}.`)
    }
  }

  /** The table, or undefined when the file is to be read again with `firstTexts` known. */
  function finish(): CsvResult | undefined {
    consume(space.subarray(0, held), true)
    if (names === undefined) throw new JobError('The dataset is empty: it needs a header line and rows.')
    if (readAgain) return undefined
    const table = { rows, columns: names.map((name, j) => finishColumn(name, columns[j], rows)) }
    return { table, warnings: table.columns.flatMap(almostNumbers) }
  }

  /** Reads the records of `bytes` that are whole (all, when `atEnd`), and returns how many bytes they took. */
  function consume(bytes: Buffer, atEnd: boolean): number {
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
          if (closed < 0) {
            checkField(end - at, column, openQuote)
            return abandon(recordStart, recordLine)
          }
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
        checkField(stop - start, column, '')
        if (at === end && !atEnd) return abandon(recordStart, recordLine)
        const more = at < end && bytes[at] === COMMA
        if (more) blank = false
        if (names === undefined) header.push(decode(field, start, stop))
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

  function checkField(length: number, column: number, hint: string): void {
    if (length <= limits.fieldBytes) return
    throw new JobError(
      `Field ${column + 1} of line ${line} has ${length} bytes or more; the limit is ${limits.fieldBytes}${hint}.`,
    )
  }

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
      if (!firstTexts.has(column)) firstTexts.set(column, { text: decode(field, start, stop), line })
      if (builder.numbers > 0) {
        readAgain = true
        return
      }
      becomeText(builder)
    }
    const text = decode(field, start, stop)
    builder.codes[rows] = isMissing(text) ? -1 : codeOf(builder, text)
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

  /** A warning about a text column that was probably meant to be one of numbers. */
  function almostNumbers(column: Column, index: number): string[] {
    const first = firstTexts.get(index)
    if (column.kind !== 'text' || first === undefined) return []
    const isNumber = column.categories.map((text) => {
      const bytes = Buffer.from(text)
      return parseField(bytes, 0, bytes.length) <= fieldKind.float
    })
    let numbers = 0
    let values = 0
    for (const code of column.codes) {
      if (code < 0) continue
      values++
      if (isNumber[code]) numbers++
    }
    if (numbers <= 0.9 * values) return []
    const percent = Math.floor((numbers / values) * 1000) / 10
    return [
      `The column ${JSON.stringify(column.name)} is treated as text: ${percent} % of its values are numbers, but line ${first.line} has ${JSON.stringify(first.text.slice(0, 60))}.`,
    ]
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

  return { push, finish, firstTexts }
}

const openQuote = ': a quote (") may have been left open'

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
  if (bytes.indexOf(QUOTE, from + 1) === to - 1) return bytes.subarray(from + 1, to - 1)
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
  const nextNumber = new Map<string, number>()
  return header.map((given, j) => {
    const name = given === '' ? `Unnamed: ${j}` : given
    if (!used.has(name)) {
      used.add(name)
      return name
    }
    for (let n = nextNumber.get(name) ?? 1; ; n++) {
      const candidate = `${name}.${n}`
      if (used.has(candidate) || taken.has(candidate)) continue
      used.add(candidate)
      nextNumber.set(name, n + 1)
      return candidate
    }
  })
}
