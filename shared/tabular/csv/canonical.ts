import { COMMA, CR, type Dialect, LF, QUOTE } from './dialect.ts'
import { tokenizer } from './tokenizer.ts'

/**
 * Rewrites a CSV file of any dialect as one with commas, double quotes and a header, which the readers read. Every
 * line keeps its number: what is left out leaves a blank line.
 *
 * @throws JobError as `tokenizer` does.
 */
export async function* canonicalCsv(
  chunks: AsyncIterable<Buffer>,
  dialect: Dialect,
  fieldBytes: number,
): AsyncGenerator<Buffer> {
  const writer = canonicalWriter(dialect, fieldBytes)
  for await (const chunk of chunks) {
    const written = writer.push(chunk)
    if (written.length > 0) yield written
  }
  const last = writer.finish()
  if (last.length > 0) yield last
}

function canonicalWriter(dialect: Dialect, fieldBytes: number) {
  const skipped = new Set(dialect.skipped)
  let header = 0
  while (skipped.has(header)) header++
  if (dialect.names !== undefined) header = -1
  let out = Buffer.allocUnsafe(2 ** 16)
  let written = 0
  /** The number of the record, and of its field. */
  let record = 0
  let column = 0

  function field(bytes: Buffer, length: number, isQuoted: boolean): void {
    const isLeftOut = skipped.has(record) || (dialect.hasRowNames && column === 0 && record !== header)
    makeRoom(2 * length + 3)
    if (isLeftOut) {
      for (let i = 0; i < length; i++) if (bytes[i] === LF) out[written++] = LF
    } else {
      if (column > (dialect.hasRowNames && record !== header ? 1 : 0)) out[written++] = COMMA
      write(bytes, length, isQuoted)
    }
    column++
  }

  function write(bytes: Buffer, length: number, isQuoted: boolean): void {
    if (!isQuoted && !needsQuotes(bytes, length)) {
      written += bytes.copy(out, written, 0, length)
      return
    }
    out[written++] = QUOTE
    for (let i = 0; i < length; i++) {
      if (bytes[i] === QUOTE) out[written++] = QUOTE
      out[written++] = bytes[i]
    }
    out[written++] = QUOTE
  }

  function makeRoom(bytes: number): void {
    if (written + bytes <= out.length) return
    const larger = Buffer.allocUnsafe(2 * (written + bytes))
    out.copy(larger, 0, 0, written)
    out = larger
  }

  /** Returns what was written since the last call. */
  function take(): Buffer {
    const taken = Buffer.from(out.subarray(0, written))
    written = 0
    return taken
  }

  const tokens = tokenizer(
    dialect.syntax,
    {
      field,
      endRecord() {
        record++
        column = 0
      },
      endLine() {
        makeRoom(1)
        out[written++] = LF
      },
    },
    fieldBytes,
  )
  return {
    push(chunk: Buffer): Buffer {
      tokens.push(chunk)
      return take()
    },
    finish(): Buffer {
      tokens.finish()
      return take()
    },
  }
}

function needsQuotes(bytes: Buffer, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]
    if (byte === COMMA || byte === QUOTE || byte === LF || byte === CR) return true
  }
  return false
}
