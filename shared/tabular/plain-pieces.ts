/**
 * The work that the threads share when a plain CSV file is read: the file is cut into pieces, and each thread takes
 * the next one until none is left. A record belongs to the piece in which its first byte lies.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { MOST_TEXTS } from './limits.ts'
import { fieldKind, parsedNumber, parseField } from './parse-number.ts'

export const pieceBytes = 2 ** 20
/** How far a record may reach beyond the end of its piece. */
const tailBytes = 2 ** 16
/** Bytes in which the kernel remembers a thread's short texts. */
const textBytes = 2 ** 17
/** Bytes of memory that a thread needs for its piece and its texts. */
export const scratchBytes = textBytes + pieceBytes + tailBytes + 128

export type Pieces = {
  readonly path: string
  readonly size: number
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Where this thread's texts and its piece lie in the memory. */
  readonly scratch: number
  readonly thread: number
  /** Shared: the next piece, and whether one was found that is to be read in another way. */
  readonly control: Int32Array
  /** Shared: per piece, the row of its first record, or -1 as long as it is not known; then the number of rows. */
  readonly firstRow: Int32Array
  /** Rows that there is room for. A piece that reaches beyond has its records counted and not read. */
  readonly capacity: number
  /** Shared: per piece, the thread that parsed it. */
  readonly parsedBy: Int32Array
  readonly columns: number
  /** Addresses: of the values in column order, and of three marks per column (see `mark`). */
  readonly values: number
  readonly marks: number
  /** Bytes that a field may have. */
  readonly fieldBytes: number
}

/** Places in `control`. */
export const slot = { next: 0, refused: 1 } as const
/** A column's marks: whether it has numbers, anything but whole numbers, text. */
export const mark = { numbers: 0, floats: 1, text: 2 } as const

/** Per column, the texts that a thread met; the value of a text field is its place in them. */
export type Texts = string[][]

/** Parses pieces into the columns until none is left or one is refused. A task of the threads. */
export async function parsePieces(input: unknown): Promise<Texts> {
  if (!isPieces(input)) throw new TypeError('parsePieces takes Pieces')
  const { thread, control, scratch, size, columns, firstRow, capacity, parsedBy, values, marks, fieldBytes } =
    input
  const at = scratch + textBytes
  const pieces = firstRow.length - 1
  const codeOf = Array.from({ length: columns }, () => new Map<string, number>())
  const { countLines, parse, read, close } = await open(input, at, (column, bytes) => {
    // The streaming reader knows quotes, says what is wrong, and takes a blank line of one column for no row.
    if (bytes[0] === QUOTE || bytes.length > fieldBytes) return none
    const text = decoded(bytes)
    if (text === undefined || (columns === 1 && text.trim() === '')) return none
    let code = codeOf[column].get(text)
    if (code === undefined) {
      code = codeOf[column].size
      if (code === MOST_TEXTS) return none
      codeOf[column].set(text, code)
    }
    return code
  })
  try {
    while (Atomics.load(control, slot.refused) === 0) {
      const piece = Atomics.add(control, slot.next, 1)
      if (piece >= pieces) break
      parsedBy[piece] = thread
      const from = recordsFrom(piece)
      const bytes = read(from, Math.min(pieceBytes + tailBytes, size - from))
      // A record begins behind a line feed; behind one that is the file's last byte there is none.
      const records = countLines(at, at + Math.min(recordsFrom(piece + 1), size - 1) - from)
      while (Atomics.load(firstRow, piece) < 0 && Atomics.load(control, slot.refused) === 0) await turn()
      const row = firstRow[piece]
      if (row < 0) break
      Atomics.store(firstRow, piece + 1, row + records)
      if (records === 0 || row + records > capacity) continue
      const isLast = from + bytes.length === size
      const end = isLast ? bytes.length + 1 : bytes.indexOf(LF, recordsFrom(piece + 1) - from) + 1
      const first = bytes.indexOf(LF) + 1
      if (!parse(at + first, at + end, records, columns, row, capacity, values, marks, scratch)) {
        Atomics.store(control, slot.refused, 1)
      }
      await turn()
    }
  } catch (error) {
    // The other threads would wait for this one's pieces.
    Atomics.store(control, slot.refused, 1)
    throw error
  } finally {
    close()
  }
  return codeOf.map((codes) => Array.from(codes.keys()))
}

/** The first byte that can be the line feed before one of the piece's records. */
function recordsFrom(piece: number): number {
  return Math.max(0, piece * pieceBytes - 1)
}

const LF = 10
const QUOTE = 34
/** The code of a text that cannot be read here. */
const none = -1

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes as text, or undefined when they are not UTF-8. */
function decoded(bytes: Buffer): string | undefined {
  let high = 0
  for (const byte of bytes) high |= byte
  if (high < 128) return bytes.toString('latin1')
  try {
    return utf8.decode(Buffer.from(bytes))
  } catch {
    return undefined
  }
}

function isPieces(input: unknown): input is Pieces {
  return typeof input === 'object' && input !== null && 'control' in input && 'firstRow' in input
}

type KernelFunction = (...numbers: number[]) => number

const isKernelFunction = (value: unknown): value is KernelFunction => typeof value === 'function'

/** What the kernel calls an odd field that it cannot go on with. */
const unreadable = 4

async function open(
  { path, module, memory }: Pieces,
  place: number,
  textCode: (column: number, bytes: Buffer) => number,
) {
  const all = Buffer.from(memory.buffer)
  let kind: number = fieldKind.missing
  const odd = (column: number, at: number, length: number): number => {
    kind = parseField(all, at, at + length)
    if (kind === fieldKind.missing) return Number.NaN
    if (kind !== fieldKind.text) return parsedNumber()
    const code = textCode(column, all.subarray(at, at + length))
    if (code === none) kind = unreadable
    return code
  }
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, odd, oddKind: () => kind } })
  const { countLines, parse } = exports
  if (!isKernelFunction(countLines) || !isKernelFunction(parse)) {
    throw new TypeError('The kernel plain-csv lacks its functions.')
  }
  const file = openSync(path, 'r')
  return {
    countLines,
    parse,
    /** Reads bytes of the file to `place`, with a line feed behind them. */
    read(from: number, length: number): Buffer {
      const bytes = all.subarray(place, place + length)
      for (let have = 0; have < length; ) {
        const got = readSync(file, bytes, have, length - have, from + have)
        if (got === 0) throw new Error(`${path} became shorter while it was read.`)
        have += got
      }
      all[place + length] = LF
      return bytes
    },
    close: () => closeSync(file),
  }
}

/** Where the kernel expects the powers of five, and which: 5^-64 … 5^64. */
const fivesAt = 32768
const powers = 64

/**
 * Writes the first 128 bits of the powers of five, upper half first, for the kernel: rounded down for 5^q, up for
 * 5^-q, as in fast_float's table (fastfloat/fast_float, script/table_generation.py).
 */
export function writePowersOfFive(memory: WebAssembly.Memory): void {
  const table = new BigUint64Array(memory.buffer, fivesAt, 2 * (2 * powers + 1))
  for (let q = -powers; q <= powers; q++) {
    const five = 5n ** BigInt(Math.abs(q))
    const bits = BigInt(five.toString(2).length)
    const scale = q < -27 ? 2n * bits + 128n : bits + 127n
    const whole = q < 0 ? (1n << scale) / five + 1n : five << 128n
    const significand = whole >> BigInt(whole.toString(2).length - 128)
    table[2 * (q + powers)] = significand >> 64n
    table[2 * (q + powers) + 1] = significand & 0xffff_ffff_ffff_ffffn
  }
}

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
