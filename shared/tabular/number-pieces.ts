/**
 * The work that the threads share when a file of numbers is read: the file is cut into pieces, and each thread takes
 * the next one until none is left. A record belongs to the piece in which its first byte lies.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { fieldKind, parsedNumber, parseField } from './parse-number.ts'

export const pieceBytes = 2 ** 20
/** How far a record may reach beyond the end of its piece. */
const tailBytes = 2 ** 16
/** Bytes of memory that a thread needs for its piece. */
export const scratchBytes = pieceBytes + tailBytes + 128

export type File = {
  readonly path: string
  readonly size: number
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Where this thread's piece lies in the memory. */
  readonly scratch: number
}

export type Pieces = File & {
  /** Shared: the next piece to parse, and whether the file was found to hold more than numbers. */
  readonly control: Int32Array
  /** Per piece, the row of its first record; then the number of rows. */
  readonly firstRow: Int32Array
  readonly columns: number
  /** Addresses: of the values in column order, and of a byte per column that says whether it holds floats. */
  readonly values: number
  readonly floats: number
}

/** Places in `control`. */
export const slot = { next: 0, refused: 1 } as const

/** The row at which each piece's records begin, and last the number of rows, by counting line feeds. */
export async function firstRows(file: File): Promise<Int32Array> {
  const pieces = Math.ceil(file.size / pieceBytes)
  const firstRow = new Int32Array(new SharedArrayBuffer((pieces + 1) * Int32Array.BYTES_PER_ELEMENT))
  const { countLines, read, close } = await open(file)
  try {
    for (let piece = 0; piece < pieces; piece++) {
      // A record begins behind a line feed; behind one that is the file's last byte there is none.
      const from = recordsFrom(piece)
      const length = Math.min(recordsFrom(piece + 1), file.size - 1) - from
      read(from, length)
      firstRow[piece + 1] = firstRow[piece] + countLines(file.scratch, file.scratch + length)
      await turn()
    }
  } finally {
    close()
  }
  return firstRow
}

/** Parses pieces into the columns until none is left or one is refused. A task of the threads. */
export async function parseNumbers(input: unknown): Promise<void> {
  if (!isPieces(input)) throw new TypeError('parseNumbers takes Pieces')
  const { control, scratch, size, columns, firstRow, values, floats } = input
  const pieces = firstRow.length - 1
  const { parse, read, close } = await open(input)
  try {
    while (Atomics.load(control, slot.refused) === 0) {
      const piece = Atomics.add(control, slot.next, 1)
      if (piece >= pieces) return
      const row = firstRow[piece]
      const records = firstRow[piece + 1] - row
      if (records === 0) continue
      const from = recordsFrom(piece)
      const bytes = read(from, Math.min(pieceBytes + tailBytes, size - from))
      const isLast = from + bytes.length === size
      const end = isLast ? bytes.length + 1 : bytes.indexOf(LF, recordsFrom(piece + 1) - from) + 1
      const first = bytes.indexOf(LF) + 1
      const rows = firstRow[pieces]
      if (!parse(scratch + first, scratch + end, records, columns, row, rows, values, floats)) {
        Atomics.store(control, slot.refused, 1)
      }
      await turn()
    }
  } finally {
    close()
  }
}

/** The first byte that can be the line feed before one of the piece's records. */
function recordsFrom(piece: number): number {
  return Math.max(0, piece * pieceBytes - 1)
}

const LF = 10

function isPieces(input: unknown): input is Pieces {
  return typeof input === 'object' && input !== null && 'control' in input && 'firstRow' in input
}

type KernelFunction = (...numbers: number[]) => number

const isKernelFunction = (value: unknown): value is KernelFunction => typeof value === 'function'

async function open({ path, module, memory, scratch }: File) {
  const all = Buffer.from(memory.buffer)
  let kind = 0
  const odd = (at: number, length: number): number => {
    kind = parseField(all, at, at + length)
    return kind === fieldKind.missing ? Number.NaN : parsedNumber()
  }
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, odd, oddKind: () => kind } })
  const { countLines, parse } = exports
  if (!isKernelFunction(countLines) || !isKernelFunction(parse)) {
    throw new TypeError('The kernel read-numbers lacks its functions.')
  }
  const file = openSync(path, 'r')
  return {
    countLines,
    parse,
    /** Reads bytes of the file to the thread's place, with a line feed behind them. */
    read(from: number, length: number): Buffer {
      const bytes = all.subarray(scratch, scratch + length)
      for (let have = 0; have < length; ) {
        const got = readSync(file, bytes, have, length - have, from + have)
        if (got === 0) throw new Error(`${path} became shorter while it was read.`)
        have += got
      }
      all[scratch + length] = LF
      return bytes
    },
    close: () => closeSync(file),
  }
}

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
