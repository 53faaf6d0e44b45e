import { JobError } from '../../errors/job-error.ts'
import type { Limits } from '../limits.ts'

const COMMA = 44
const QUOTE = 34
const LF = 10
const CR = 13
const SPACE = 32
const TAB = 9

/** What becomes of a CSV file's records. A record whose end is not there yet comes again, from its first field. */
export type RecordSink = {
  header(names: string[]): void
  /** A field of one of the header's columns: bytes `start` to `stop` of `bytes`, quotes taken off. */
  field(column: number, bytes: Buffer, start: number, stop: number, line: number): void
  /** @param fields how many the record has. */
  endRow(fields: number, line: number): void
}

/**
 * Cuts a CSV file into records as pandas' `read_csv` does: a comma between fields, `"` round those that need it, the
 * first line as header, blank lines left out.
 *
 * @throws JobError for a file that is none, or lies above the limits, naming the line.
 */
export function csvRecords(limits: Limits, sink: RecordSink) {
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

  function push(chunk: Buffer): void {
    if (fileBytes === 0) chunk = checkedStart(chunk)
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
        `Line ${line} of the dataset has no end within ${held} bytes${openQuote}.`,
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
        if (columns === undefined) header.push(decode(field, start, stop, line))
        else if (column < columns && !(blank && column === 0)) sink.field(column, field, start, stop, line)
        column++
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
      else if (columns === undefined) endHeader()
      else sink.endRow(column, recordLine)
      line++
    }
    return end

    function abandon(recordStart: number, recordLine: number): number {
      line = recordLine
      if (columns === undefined) header = []
      return recordStart
    }
  }
  function endHeader(): void {
    columns = header.length
    sink.header(uniqueNames(header))
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

const openQuote = ': a quote (") may have been left open'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A field's text. Throws JobError that names the line when it is not UTF-8. */
export function decode(field: Buffer, start: number, stop: number, line: number): string {
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
      'dataset_unreadable',
      `Line ${line} of the dataset is not UTF-8 text: save the file as UTF-8 and send it again.`,
      {
        cause: error,
      },
    )
  }
}

/** Drops a byte-order mark and refuses what is plainly not a CSV file. */
function checkedStart(chunk: Buffer): Buffer {
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3)
  if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)) {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is UTF-16 text: save the file as UTF-8 and send it again.',
    )
  }
  if (chunk.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is a ZIP or Excel file: send it as CSV, gzipped CSV or Parquet.',
    )
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
      throw new JobError(
        'dataset_unreadable',
        'A quoted field of the dataset has no closing quote ("): the file ends inside it.',
      )
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
