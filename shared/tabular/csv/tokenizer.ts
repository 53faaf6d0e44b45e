import { JobError } from '../../errors/job-error.ts'
import { BLANKS, CR, LF, SPACE, type Syntax, TAB } from './dialect.ts'

export type TokenSink = {
  /** A field: the first `length` of `bytes`, which are written over afterwards. */
  field(bytes: Buffer, length: number, isQuoted: boolean): void
  /** The record of these fields is whole. Blank lines and comments are no records. */
  endRecord(): void
  /** The end of a line, outside quotes. */
  endLine(): void
}

const state = { start: 0, plain: 1, quoted: 2, quoteInQuoted: 3, comment: 4 } as const
type State = (typeof state)[keyof typeof state]

/**
 * Cuts the bytes of any dialect into fields, by the rules of pandas' C parser.
 *
 * @throws JobError for a field above `fieldBytes`, and for a quote that stays open.
 */
export function tokenizer(syntax: Syntax, sink: TokenSink, fieldBytes: number) {
  const at: Position = {
    marks: marksOf(syntax),
    sink,
    fieldBytes,
    state: state.start,
    isEscaped: false,
    isAfterReturn: false,
    field: Buffer.allocUnsafe(256),
    length: 0,
    isQuoted: false,
    fields: 0,
    line: 1,
    quoteLine: 1,
  }

  return {
    push(chunk: Buffer): void {
      for (let i = 0; i < chunk.length; i++) {
        if (!at.isEscaped && at.state !== state.comment && at.state !== state.quoteInQuoted) {
          const end = takeRun(at, chunk, i)
          if (end > i) at.isAfterReturn = false
          i = end
          if (i === chunk.length) break
        }
        const byte = chunk[i]
        const isSecondOfPair = at.isAfterReturn && byte === LF
        at.isAfterReturn = false
        if (!isSecondOfPair) next(at, byte)
      }
    },
    finish(): void {
      if (at.state === state.quoted) {
        throw new JobError(
          'dataset_unreadable',
          `A quoted field of the dataset has no closing quote (${syntax.quote}): it begins on line ${at.quoteLine}, and the file ends inside it.`,
        )
      }
      if (at.state !== state.comment) endRecord(at)
    },
  }
}

/** The bytes of a syntax that are more than text; -1 for one that it does not have. */
type Marks = {
  readonly delimiter: number
  readonly quote: number
  readonly escape: number
  readonly comment: number
  /** Whether fields stand apart by any number of blanks. */
  readonly isBlanks: boolean
  readonly isCommentAnywhere: boolean
  readonly skipInitialSpace: boolean
  /** Whether a byte may end a run outside, or inside, of quotes. */
  readonly endsPlain: Uint8Array
  readonly endsQuoted: Uint8Array
}

function marksOf({ isCommentAnywhere, skipInitialSpace, ...syntax }: Syntax): Marks {
  const isBlanks = syntax.delimiter === BLANKS
  const delimiter = isBlanks ? -1 : byteOf(syntax.delimiter)
  const quote = byteOf(syntax.quote)
  const escapeByte = byteOf(syntax.escape)
  const comment = byteOf(syntax.comment)
  const endsPlain = flags([LF, CR, delimiter, quote, comment, escapeByte, SPACE, ...(isBlanks ? [TAB] : [])])
  const endsQuoted = flags([LF, quote, escapeByte])
  return {
    delimiter,
    quote,
    escape: escapeByte,
    comment,
    isBlanks,
    isCommentAnywhere,
    skipInitialSpace,
    endsPlain,
    endsQuoted,
  }
}

/** How far a file has been cut. */
type Position = {
  readonly marks: Marks
  readonly sink: TokenSink
  readonly fieldBytes: number
  state: State
  isEscaped: boolean
  isAfterReturn: boolean
  /** The field so far: the first `length` bytes. */
  field: Buffer
  length: number
  isQuoted: boolean
  /** Fields of the record so far. */
  fields: number
  line: number
  quoteLine: number
}

/** Takes the bytes from `from` that are the field's as they are, and returns where they end. */
function takeRun(at: Position, chunk: Buffer, from: number): number {
  const isInQuotes = at.state === state.quoted
  const ends = isInQuotes ? at.marks.endsQuoted : at.marks.endsPlain
  let to = from
  while (to < chunk.length && ends[chunk[to]] === 0) to++
  if (to === from) return to
  makeRoom(at, to - from, at.isQuoted)
  const { field } = at
  let length = at.length
  for (let i = from; i < to; i++) field[length++] = chunk[i]
  at.length = length
  if (!isInQuotes) at.state = state.plain
  return to
}

function next(at: Position, byte: number): void {
  const { quote, escape: escapeByte } = at.marks
  if (at.isEscaped) {
    at.isEscaped = false
    append(at, byte)
  } else if (at.state === state.quoted) {
    if (byte === escapeByte) at.isEscaped = true
    else if (byte === quote) at.state = state.quoteInQuoted
    else append(at, byte)
    if (byte === LF) at.line++
  } else if (at.state === state.quoteInQuoted && byte === quote && escapeByte !== quote) {
    append(at, byte)
    at.state = state.quoted
  } else if (at.state === state.comment) {
    if (byte === LF || byte === CR) endLine(at, byte)
  } else {
    outsideQuotes(at, byte)
  }
}

function outsideQuotes(at: Position, byte: number): void {
  const { marks } = at
  if (byte === LF || byte === CR) {
    endRecord(at)
    endLine(at, byte)
  } else if (byte === marks.delimiter) {
    endField(at)
  } else if (marks.isBlanks && (byte === SPACE || byte === TAB)) {
    if (at.state !== state.start) endField(at)
  } else if (byte === marks.comment && (marks.isCommentAnywhere || (at.fields === 0 && at.length === 0))) {
    endRecord(at)
    at.state = state.comment
  } else if (byte === marks.escape) {
    at.isEscaped = true
    at.state = state.plain
  } else if (at.state !== state.start) {
    append(at, byte)
    at.state = state.plain
  } else if (byte === marks.quote) {
    at.isQuoted = true
    at.quoteLine = at.line
    at.state = state.quoted
  } else if (!(marks.skipInitialSpace && byte === SPACE)) {
    append(at, byte)
    at.state = state.plain
  }
}

function append(at: Position, byte: number): void {
  makeRoom(at, 1, at.state === state.quoted)
  at.field[at.length++] = byte
}

function makeRoom(at: Position, bytes: number, isQuoted: boolean): void {
  const { field, length } = at
  if (length + bytes <= field.length) return
  if (length > at.fieldBytes) throw tooLong(at, isQuoted)
  at.field = Buffer.concat([field.subarray(0, length)], 2 * (length + bytes))
}

function endField(at: Position): void {
  if (at.length > at.fieldBytes) throw tooLong(at, at.isQuoted)
  at.sink.field(at.field, at.length, at.isQuoted)
  at.fields++
  at.length = 0
  at.isQuoted = false
  at.state = state.start
}

function endRecord(at: Position): void {
  const isEmpty = at.length === 0 && !at.isQuoted
  if (!(isEmpty && (at.fields === 0 || at.marks.isBlanks))) endField(at)
  if (at.fields > 0) at.sink.endRecord()
  at.fields = 0
  at.state = state.start
}

function endLine(at: Position, byte: number): void {
  at.isAfterReturn = byte === CR
  at.line++
  at.sink.endLine()
  at.state = state.start
}

function flags(bytes: readonly number[]): Uint8Array {
  const flagged = new Uint8Array(256)
  for (const byte of bytes) if (byte >= 0) flagged[byte] = 1
  return flagged
}

/** The byte of a character, or -1 where there is none. */
function byteOf(character: string | undefined): number {
  return character === undefined || character === '' ? -1 : character.charCodeAt(0)
}

function tooLong({ fields, line, length, fieldBytes }: Position, isQuoted: boolean): JobError {
  const hint = isQuoted ? ': a quote may have been left open' : ''
  return new JobError(
    'dataset_too_large',
    `Field ${fields + 1} of line ${line} has ${length} bytes or more; the limit is ${fieldBytes}${hint}.`,
  )
}
