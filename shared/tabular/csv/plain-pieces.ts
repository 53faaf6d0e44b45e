/**
 * The work that the threads share when a plain CSV file is read: the file is cut into pieces, and each thread takes
 * the next one until none is left. A record belongs to the piece in which its first byte lies.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { isStopped, stopWork, takeNext, type WorkQueue } from '../../threads/share-work.ts'
import { READ_AHEAD, SCRATCH_BYTES } from '../../wasm/kernels/plain-csv.ts'
import { MAX_TEXTS } from '../limits.ts'
import { decoded, isBlankLine, NO_CODE, openPlainKernel } from './plain-kernel.ts'

export const PIECE_BYTES = 2 ** 20
/** How far a record may reach beyond the end of its piece. */
const TAIL_BYTES = 2 ** 16
/** Bytes of memory that a thread needs for its piece and the kernel's scratch. */
export const THREAD_BYTES = SCRATCH_BYTES + PIECE_BYTES + TAIL_BYTES + READ_AHEAD

export type Pieces = {
  readonly path: string
  readonly size: number
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Where the kernel's scratch and this thread's piece lie in the memory. */
  readonly scratch: number
  readonly thread: number
  /** Numbers the pieces. Stopped when one was found that is to be read in another way. */
  readonly queue: WorkQueue
  /** Shared: per piece, the row of its first record, or -1 as long as it is not known; then the number of rows. */
  readonly firstRow: Int32Array
  /** Rows that there is room for. A piece that reaches beyond has its records counted and not read. */
  readonly capacity: number
  /** Shared: per piece, the thread that parsed it. */
  readonly parsedBy: Int32Array
  readonly columns: number
  /** The address of the kernel's Columns. */
  readonly into: number
  /** Bytes that a field may have. */
  readonly fieldBytes: number
}

/** Per column, the texts that a thread met; the value of a text field is its place in them. */
export type Texts = string[][]

/** Parses pieces into the columns until none is left or one is refused. A task of the threads. */
export async function parsePieces(input: Pieces): Promise<Texts> {
  const { thread, queue, scratch, size, columns, into, firstRow, capacity, parsedBy, fieldBytes } = input
  const at = scratch + SCRATCH_BYTES
  const pieces = firstRow.length - 1
  const codeOf = Array.from({ length: columns }, () => new Map<string, number>())
  const { countLines, parse, read, close } = open(input, at, (column, bytes) => {
    // The streaming reader knows quotes, says what is wrong, and takes a blank line of one column for no row.
    if (bytes[0] === QUOTE || bytes.length > fieldBytes) return NO_CODE
    const text = decoded(bytes)
    if (text === undefined || (columns === 1 && isBlankLine(text))) return NO_CODE
    let code = codeOf[column].get(text)
    if (code === undefined) {
      code = codeOf[column].size
      if (code === MAX_TEXTS) return NO_CODE
      codeOf[column].set(text, code)
    }
    return code
  })
  try {
    while (!isStopped(queue)) {
      const piece = takeNext(queue)
      if (piece >= pieces) break
      parsedBy[piece] = thread
      const from = recordsFrom(piece)
      const bytes = read(from, Math.min(PIECE_BYTES + TAIL_BYTES, size - from))
      // A record begins behind a line feed; behind one that is the file's last byte there is none.
      const records = countLines(at, at + Math.min(recordsFrom(piece + 1), size - 1) - from)
      while (Atomics.load(firstRow, piece) < 0 && !isStopped(queue)) await turn()
      const row = firstRow[piece]
      if (row < 0) break
      Atomics.store(firstRow, piece + 1, row + records)
      if (records === 0 || row + records > capacity) continue
      const isLast = from + bytes.length >= size
      const end = isLast ? bytes.length : bytes.indexOf(LF, recordsFrom(piece + 1) - from) + 1
      const first = bytes.indexOf(LF) + 1
      if (!parse(into, at + first, at + end, records, row, scratch)) {
        stopWork(queue)
      }
      await turn()
    }
  } catch (error) {
    // The other threads would wait for this one's pieces.
    stopWork(queue)
    throw error
  } finally {
    close()
  }
  return codeOf.map((codes) => Array.from(codes.keys()))
}

/** The first byte that can be the line feed before one of the piece's records. */
function recordsFrom(piece: number): number {
  return Math.max(0, piece * PIECE_BYTES - 1)
}

const LF = 10
const QUOTE = 34

function open(
  { path, size, module, memory }: Pieces,
  address: number,
  textCode: (column: number, bytes: Buffer) => number,
) {
  const all = Buffer.from(memory.buffer)
  const { countLines, parse } = openPlainKernel(module, memory, textCode)
  const file = openSync(path, 'r')
  return {
    countLines,
    parse,
    /** Reads bytes of the file to `address`, with a line feed behind the file's last line if it lacks its own. */
    read(from: number, length: number): Buffer {
      const bytes = all.subarray(address, address + length)
      for (let have = 0; have < length; ) {
        const got = readSync(file, bytes, have, length - have, from + have)
        if (got === 0) throw new Error(`${path} became shorter while it was read.`)
        have += got
      }
      if (from + length < size || bytes[length - 1] === LF) return bytes
      all[address + length] = LF
      return all.subarray(address, address + length + 1)
    },
    close: () => closeSync(file),
  }
}

/** Lets the event loop turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
