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
  const isBlanks = syntax.delimiter === BLANKS
  const delimiter = isBlanks ? -1 : byteOf(syntax.delimiter)
  const quote = byteOf(syntax.quote)
  const escapeByte = byteOf(syntax.escape)
  const comment = byteOf(syntax.comment)
  const { isCommentAnywhere, skipInitialSpace } = syntax

  let now: State = state.start
  let isEscaped = false
  let isAfterReturn = false
  let field = Buffer.allocUnsafe(256)
  let length = 0
  let isQuoted = false
  /** Fields of the record so far. */
  let fields = 0
  let line = 1
  let quoteLine = 1

  function append(byte: number): void {
    if (length === field.length) {
      if (length > fieldBytes) throw tooLong(fields + 1, line, length, fieldBytes, now === state.quoted)
      field = Buffer.concat([field], 2 * length)
    }
    field[length++] = byte
  }

  function endField(): void {
    if (length > fieldBytes) throw tooLong(fields + 1, line, length, fieldBytes, isQuoted)
    sink.field(field, length, isQuoted)
    fields++
    length = 0
    isQuoted = false
    now = state.start
  }

  function endRecord(): void {
    const isEmpty = length === 0 && !isQuoted
    if (!(isEmpty && (fields === 0 || isBlanks))) endField()
    if (fields > 0) sink.endRecord()
    fields = 0
    now = state.start
  }

  function endLine(byte: number): void {
    isAfterReturn = byte === CR
    line++
    sink.endLine()
    now = state.start
  }

  function outsideQuotes(byte: number): void {
    if (byte === LF || byte === CR) {
      endRecord()
      endLine(byte)
    } else if (byte === delimiter) {
      endField()
    } else if (isBlanks && (byte === SPACE || byte === TAB)) {
      if (now !== state.start) endField()
    } else if (byte === comment && (isCommentAnywhere || (fields === 0 && length === 0))) {
      endRecord()
      now = state.comment
    } else if (byte === escapeByte) {
      isEscaped = true
      now = state.plain
    } else if (now !== state.start) {
      append(byte)
      now = state.plain
    } else if (byte === quote) {
      isQuoted = true
      quoteLine = line
      now = state.quoted
    } else if (!(skipInitialSpace && byte === SPACE)) {
      append(byte)
      now = state.plain
    }
  }

  function next(byte: number): void {
    if (isEscaped) {
      isEscaped = false
      append(byte)
    } else if (now === state.quoted) {
      if (byte === escapeByte) isEscaped = true
      else if (byte === quote) now = state.quoteInQuoted
      else append(byte)
      if (byte === LF) line++
    } else if (now === state.quoteInQuoted && byte === quote && escapeByte !== quote) {
      append(byte)
      now = state.quoted
    } else if (now === state.comment) {
      if (byte === LF || byte === CR) endLine(byte)
    } else {
      outsideQuotes(byte)
    }
  }

  /** Whether a byte may end a run outside, or inside, of quotes. */
  const endsPlain = flags([LF, CR, delimiter, quote, comment, escapeByte, SPACE, ...(isBlanks ? [TAB] : [])])
  const endsQuoted = flags([LF, quote, escapeByte])

  /** Takes the bytes from `from` that are the field's as they are, and returns where they end. */
  function takeRun(chunk: Buffer, from: number): number {
    const ends = now === state.quoted ? endsQuoted : endsPlain
    let to = from
    while (to < chunk.length && ends[chunk[to]] === 0) to++
    if (length + to - from > field.length) {
      if (length > fieldBytes) throw tooLong(fields + 1, line, length, fieldBytes, isQuoted)
      field = Buffer.concat([field.subarray(0, length)], 2 * (length + to - from))
    }
    for (let i = from; i < to; i++) field[length++] = chunk[i]
    if (to > from && now !== state.quoted) now = state.plain
    return to
  }

  return {
    push(chunk: Buffer): void {
      for (let i = 0; i < chunk.length; i++) {
        if (!isEscaped && now !== state.comment && now !== state.quoteInQuoted) {
          const end = takeRun(chunk, i)
          if (end > i) isAfterReturn = false
          i = end
          if (i === chunk.length) break
        }
        const byte = chunk[i]
        const isSecondOfPair = isAfterReturn && byte === LF
        isAfterReturn = false
        if (!isSecondOfPair) next(byte)
      }
    },
    finish(): void {
      if (now === state.quoted) {
        throw new JobError(
          'dataset_unreadable',
          `A quoted field of the dataset has no closing quote (${syntax.quote}): it begins on line ${quoteLine}, and the file ends inside it.`,
        )
      }
      if (now !== state.comment) endRecord()
    },
  }
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

function tooLong(field: number, line: number, length: number, limit: number, isQuoted: boolean): JobError {
  const hint = isQuoted ? ': a quote may have been left open' : ''
  return new JobError(
    'dataset_too_large',
    `Field ${field} of line ${line} has ${length} bytes or more; the limit is ${limit}${hint}.`,
  )
}
