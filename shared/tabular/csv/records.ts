import { JobError } from '../../errors/job-error.ts'
import type { Limits } from '../limits.ts'
import { COMMA, CR, LF, QUOTE, SPACE, TAB } from './dialect.ts'
import { decode } from './encoding.ts'
import { uniqueNames } from './header-names.ts'
import { endOfQuoted, unquoted } from './quoted-field.ts'
import { unreadBytes } from './unread-bytes.ts'

/** Takes a CSV file's records. A record whose end has not arrived yet is passed again later, from its first field. */
export type RecordSink = {
  header(names: string[]): void
  /** A field of one of the header's columns: bytes `start` to `stop` of `bytes`, quotes taken off. */
  field(column: number, bytes: Buffer, start: number, stop: number, line: number): void
  /**
   * @param fields how many the record has, without empty ones beyond the header's.
   * @param bytes has the record, from `start` on.
   */
  endRow(fields: number, line: number, bytes: Buffer, start: number): void
  /** Takes the number of a line that repeats the header, and is no row then. Without it such a line is one. */
  repeatedHeader?: ((line: number) => void) | undefined
  /** Takes the number of a line that has zero bytes and blanks only, as after a crash. It is no row. */
  zeroLine?: ((line: number) => void) | undefined
}

/**
 * Cuts a CSV file into records as pandas' `read_csv` does: a comma between fields, `"` round those that need it, the
 * first line as header, blank lines left out.
 *
 * @param names of the columns of a file without a header.
 * @throws JobError if the file is not a CSV, or exceeds the limits, naming the line.
 */
export function csvRecords(limits: Limits, sink: RecordSink, names?: readonly string[]) {
  const file: File = { limits, sink, line: 1, header: [], columns: names?.length, headerLine: NO_BYTES }
  const unread = unreadBytes((bytes, atEnd) => readRecords(file, bytes, atEnd))
  let fileBytes = 0
  if (names !== undefined) sink.header([...names])

  return {
    push(chunk: Buffer): void {
      const bytes = fileBytes === 0 && hasMark(chunk) ? chunk.subarray(3) : chunk
      fileBytes += bytes.length
      if (fileBytes > limits.fileBytes) {
        throw new JobError(
          'dataset_too_large',
          `The dataset is larger than ${limits.fileBytes} bytes once it is unpacked, which is the limit: send fewer rows.`,
        )
      }
      const held = unread.push(bytes)
      if (held > limits.fieldBytes + 1024 * (file.columns ?? limits.columns)) {
        throw new JobError(
          'dataset_too_large',
          `Line ${file.line} of the dataset has no end within ${held} bytes${OPEN_QUOTE}.`,
        )
      }
    },

    /** Reads what is left. Throws JobError when there was no header. */
    finish(): void {
      unread.finish()
      if (file.columns === undefined)
        throw new JobError('dataset_empty', 'The dataset is empty: it needs a header line and rows.')
    },

    /** The header's line, or nothing where it has one column. */
    headerLine: () => file.headerLine,
    /** How many bytes have been pushed. */
    bytes: () => fileBytes,
    /** Gives the bytes of the record whose end is not there yet back: what follows them may be read in another way. */
    takeRest: unread.take,
    /** So many lines were read in another way. */
    passLines(count: number): void {
      file.line += count
    },
  }
}

/** What is known of a file while its records are read. */
type File = {
  readonly limits: Limits
  readonly sink: RecordSink
  /** The number of the line that comes next. */
  line: number
  /** The header's fields so far; their number once it is read. */
  header: string[]
  columns: number | undefined
  /** The header's line, where it has several columns. */
  headerLine: Buffer
}

/** Reads the records of `bytes` that are whole (all, when `atEnd`), and returns how many bytes they took. */
function readRecords(file: File, bytes: Buffer, atEnd: boolean): number {
  const { sink } = file
  for (let at = 0; at < bytes.length; ) {
    const recordLine = file.line
    const mayRepeat = sink.repeatedHeader !== undefined && bytes[at] === file.headerLine[0]
    const repeated = mayRepeat ? endOfHeaderLine(file.headerLine, bytes, at, atEnd) : 0
    const next = repeated === 0 ? readRecord(file, bytes, at, atEnd) : repeated
    if (next < 0) {
      file.line = recordLine
      file.header = []
      return at
    }
    if (repeated > 0) sink.repeatedHeader?.(file.line++)
    at = next
  }
  return bytes.length
}

/** Reads the record at `start`, and returns where the next one begins, or -1 while that is not known. */
function readRecord(file: File, bytes: Buffer, start: number, atEnd: boolean): number {
  const { limits, sink, columns } = file
  const firstLine = file.line
  let at = start
  let column = 0
  /** Fields, but for empty ones beyond the header's. */
  let fields = 0
  for (;;) {
    const isQuoted = bytes[at] === QUOTE
    const end = isQuoted ? endOfQuoted(bytes, at, atEnd, file.line) : endOfPlain(bytes, at)
    if (end < 0) {
      checkField(file, bytes.length - at, column, OPEN_QUOTE)
      return -1
    }
    const field = isQuoted ? unquoted(bytes, at, end) : bytes
    const from = isQuoted ? 0 : at
    const to = isQuoted ? field.length : end
    if (to - from > limits.fieldBytes) checkField(file, to - from, column, '')
    if (end === bytes.length && !atEnd) return -1
    const isLast = bytes[end] !== COMMA
    if (isLast && column === 0 && !isQuoted && isBlank(bytes, at, end)) {
      const next = endOfLine(bytes, end, atEnd)
      if (next < 0) return next
      if (end > at && bytes.subarray(at, end).includes(0)) sink.zeroLine?.(file.line)
      file.line++
      return next
    }
    if (columns === undefined) file.header.push(decode(field, from, to, file.line))
    else if (column < columns) sink.field(column, field, from, to, file.line)
    column++
    if (columns === undefined || column <= columns || to > from) fields = column
    if (column > limits.columns) throw tooManyColumns(file)
    if (isQuoted) file.line += lineFeeds(bytes, at, end)
    at = end
    if (isLast) break
    at++
  }
  const next = endOfLine(bytes, at, atEnd)
  if (next < 0) return -1
  if (columns === undefined) endHeader(file, bytes.subarray(start, next))
  else sink.endRow(fields, firstLine, bytes, start)
  file.line++
  return next
}

function endHeader(file: File, line: Buffer): void {
  file.columns = file.header.length
  if (file.columns > 1) file.headerLine = Buffer.from(withoutLineEnd(line))
  file.sink.header(uniqueNames(file.header))
}

/** Behind the header's line at `at`; 0 if another line is there, -1 while that is not known. */
function endOfHeaderLine(headerLine: Buffer, bytes: Buffer, at: number, atEnd: boolean): number {
  const stop = at + headerLine.length
  if (!headerLine.subarray(0, bytes.length - at).equals(bytes.subarray(at, stop))) return 0
  if (stop + 1 >= bytes.length && !atEnd) return -1
  if (stop >= bytes.length) return stop === bytes.length ? stop : 0
  return bytes[stop] === CR || bytes[stop] === LF ? endOfLine(bytes, stop, atEnd) : 0
}

/** Behind the line's end at `at`, which may be that of the file; -1 while it is not known whether CR is all of it. */
function endOfLine(bytes: Buffer, at: number, atEnd: boolean): number {
  if (at === bytes.length) return at
  if (bytes[at] !== CR) return at + 1
  if (at + 1 === bytes.length && !atEnd) return -1
  return bytes[at + 1] === LF ? at + 2 : at + 1
}

/** Where the field without quotes that starts at `from` ends. */
function endOfPlain(bytes: Buffer, from: number): number {
  let at = from
  for (; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === COMMA || byte === LF || byte === CR) break
  }
  return at
}

function isBlank(bytes: Buffer, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) {
    if (bytes[at] !== SPACE && bytes[at] !== TAB && bytes[at] !== 0) return false
  }
  return true
}

function lineFeeds(bytes: Buffer, start: number, stop: number): number {
  let count = 0
  for (let at = start; at < stop; at++) if (bytes[at] === LF) count++
  return count
}

function checkField({ limits, line }: File, length: number, column: number, hint: string): void {
  if (length <= limits.fieldBytes) return
  throw new JobError(
    'dataset_too_large',
    `Field ${column + 1} of line ${line} has ${length} bytes or more; the limit is ${limits.fieldBytes}${hint}.`,
  )
}

function tooManyColumns({ limits, line }: File): JobError {
  return new JobError(
    'dataset_too_large',
    `Line ${line} of the dataset has more than ${limits.columns} columns, the limit.`,
  )
}

function hasMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function withoutLineEnd(record: Buffer): Buffer {
  let stop = record.length
  while (stop > 0 && (record[stop - 1] === LF || record[stop - 1] === CR)) stop--
  return record.subarray(0, stop)
}

const NO_BYTES = Buffer.alloc(0)
const OPEN_QUOTE = ': a quote (") may have been left open'
