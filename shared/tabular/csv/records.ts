import { JobError } from '../../errors/job-error.ts'
import type { Limits } from '../limits.ts'
import { COMMA, CR, LF, QUOTE, SPACE, TAB } from './dialect.ts'
import { decode } from './encoding.ts'
import { uniqueNames } from './header-names.ts'
import { endOfQuoted, unquoted } from './quoted-field.ts'

/** Takes a CSV file's records. A record whose end has not arrived yet is passed again later, from its first field. */
export type RecordSink = {
  header(names: string[]): void
  /** A field of one of the header's columns: bytes `start` to `stop` of `bytes`, quotes taken off. */
  field(column: number, bytes: Buffer, start: number, stop: number, line: number): void
  /** @param fields how many the record has, without empty ones beyond the header's. */
  endRow(fields: number, line: number): void
  /** Takes the number of a line that repeats the header, and is no row then. Without it such a line is one. */
  repeatedHeader?: ((line: number) => void) | undefined
}

/**
 * Cuts a CSV file into records as pandas' `read_csv` does: a comma between fields, `"` round those that need it, the
 * first line as header, blank lines left out.
 *
 * @param names of the columns of a file without a header.
 * @throws JobError if the file is not a CSV, or exceeds the limits, naming the line.
 */
export function csvRecords(limits: Limits, sink: RecordSink, names?: readonly string[]) {
  /** Bytes that are not consumed yet: the first `held` of `space`. */
  let space = Buffer.alloc(0)
  let held = 0
  /** How many bytes to gather before the next attempt: a long record is not gone through again for each chunk. */
  let wanted = 0
  let fileBytes = 0
  let line = 1
  /** The header's fields so far; their number once it is read. */
  let header: string[] = []
  let columns: number | undefined
  /** The header's line, where it has several columns. */
  let headerLine: Buffer = NO_BYTES
  if (names !== undefined) {
    columns = names.length
    sink.header([...names])
  }

  function push(chunk: Buffer): void {
    if (fileBytes === 0 && hasMark(chunk)) chunk = chunk.subarray(3)
    fileBytes += chunk.length
    if (fileBytes > limits.fileBytes) {
      throw new JobError(
        'dataset_too_large',
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
    if (held > limits.fieldBytes + 1024 * (columns ?? limits.columns)) {
      throw new JobError(
        'dataset_too_large',
        `Line ${line} of the dataset has no end within ${held} bytes${OPEN_QUOTE}.`,
      )
    }
  }

  /** Reads what is left. Throws JobError when there was no header. */
  function finish(): void {
    consume(space.subarray(0, held), true)
    if (columns === undefined)
      throw new JobError('dataset_empty', 'The dataset is empty: it needs a header line and rows.')
  }

  /** Reads the records of `bytes` that are whole (all, when `atEnd`), and returns how many bytes they took. */
  function consume(bytes: Buffer, atEnd: boolean): number {
    const end = bytes.length
    let at = 0
    while (at < end) {
      const recordStart = at
      const recordLine = line
      if (bytes[at] === headerLine[0] && sink.repeatedHeader !== undefined) {
        const stop = endOfHeaderLine(bytes, at, atEnd)
        if (stop < 0) return recordStart
        if (stop > 0) {
          sink.repeatedHeader(line++)
          at = stop
          continue
        }
      }
      let column = 0
      /** Fields, but for empty ones beyond the header's. */
      let fields = 0
      let blank = true
      for (;;) {
        let start = at
        let stop: number
        let field: Buffer = bytes
        let lines = 0
        if (bytes[at] === QUOTE) {
          const closed = endOfQuoted(bytes, at, atEnd)
          if (closed < 0) {
            checkField(end - at, column, OPEN_QUOTE)
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
        if (columns === undefined) header.push(decode(field, start, stop, line))
        else if (column < columns && !(blank && column === 0)) sink.field(column, field, start, stop, line)
        column++
        if (columns === undefined || column <= columns || stop > start) fields = column
        if (column > limits.columns) {
          throw new JobError(
            'dataset_too_large',
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
      else if (columns === undefined) endHeader(bytes.subarray(recordStart, at))
      else sink.endRow(fields, recordLine)
      line++
    }
    return end

    function abandon(recordStart: number, recordLine: number): number {
      line = recordLine
      if (columns === undefined) header = []
      return recordStart
    }
  }
  function endHeader(record: Buffer): void {
    columns = header.length
    if (columns > 1) headerLine = Buffer.from(withoutLineEnd(record))
    sink.header(uniqueNames(header))
  }

  /** Behind the header's line at `at`; 0 if another line is there, -1 while that is not known. */
  function endOfHeaderLine(bytes: Buffer, at: number, atEnd: boolean): number {
    const stop = at + headerLine.length
    if (!headerLine.subarray(0, bytes.length - at).equals(bytes.subarray(at, stop))) return 0
    if (stop + 1 >= bytes.length && !atEnd) return -1
    if (stop >= bytes.length) return stop === bytes.length ? stop : 0
    if (bytes[stop] === CR) return bytes[stop + 1] === LF ? stop + 2 : stop + 1
    return bytes[stop] === LF ? stop + 1 : 0
  }

  function checkField(length: number, column: number, hint: string): void {
    if (length <= limits.fieldBytes) return
    throw new JobError(
      'dataset_too_large',
      `Field ${column + 1} of line ${line} has ${length} bytes or more; the limit is ${limits.fieldBytes}${hint}.`,
    )
  }

  return {
    push,
    finish,
    /** The header's line, or nothing where it has one column. */
    headerLine: () => headerLine,
    /** How many bytes have been pushed. */
    bytes: () => fileBytes,
    /** Gives the bytes of the record whose end is not there yet back: what follows them may be read in another way. */
    takeRest(): Buffer {
      const rest = Buffer.from(space.subarray(0, held))
      held = 0
      wanted = 0
      return rest
    },
    /** So many lines were read in another way. */
    passLines(count: number): void {
      line += count
    },
  }
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
