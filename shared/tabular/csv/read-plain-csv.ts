import { type FileHandle, open } from 'node:fs/promises'
import { haveWideIntegers } from '../../data/exact-integers.ts'
import type { Column, OwnedTable } from '../../data/table.ts'
import { isStopped, openWorkQueue, shareWork, stopWork } from '../../threads/share-work.ts'
import { startThreads } from '../../threads/thread-pool.ts'
import { Columns } from '../../wasm/kernels/plain-csv.ts'
import { MAX_MEMORY_BYTES, memoryLayout, recordAt, sharedMemory } from '../../wasm/memory.ts'
import { codeOf, columnBuilder, finishColumn } from '../column-builder.ts'
import { checkCells, type Limits } from '../limits.ts'
import { parsePiecesTask } from './pieces-task.ts'
import {
  isBlankLine,
  MARKS,
  mark,
  missingWordsOf,
  plainCsvKernel,
  writePowersOfFive,
} from './plain-kernel.ts'
import { PIECE_BYTES, type Pieces, parsePieces, THREAD_BYTES } from './plain-pieces.ts'
import { readCsv } from './read-csv.ts'

/**
 * Reads a plain CSV file on several threads, straight into its columns: the quick way for large files. The outcome is
 * that of `readCsv`, whatever the number of threads.
 *
 * @returns undefined for a file that is not plain (quotes round fields, blank lines, rows of unequal length, texts and
 *   numbers in one column, integers beyond 2^53, bytes that are not UTF-8), which is `readCsv`'s.
 * @throws JobError for a file above the limits.
 */
export async function readPlainCsv(
  path: string,
  size: number,
  limits: Limits,
  threadCount: number,
): Promise<OwnedTable | undefined> {
  const start = await startOf(path, size, limits)
  if (start === undefined) return undefined
  const { names } = start
  const columns = names.length
  const others = startThreads(Math.min(threadCount, Math.ceil(size / PIECE_BYTES)) - 1)
  const layout = memoryLayout()
  const scratch = Array.from({ length: others.size + 1 }, () => layout.bytes(THREAD_BYTES))
  const marks = layout.bytes(MARKS * columns)
  const into = layout.record(Columns)
  const values = layout.end()
  const rowBytes = columns * Float64Array.BYTES_PER_ELEMENT
  const maxRows = Math.floor((MAX_MEMORY_BYTES - values) / rowBytes)
  try {
    // The threads start meanwhile.
    const module = await plainCsvKernel()
    // Room that is never written costs no memory; where it is too little, the rows are known the second time.
    for (let capacity = Math.min(start.rowsExpected, maxRows); ; ) {
      const memory = sharedMemory(values + capacity * rowBytes)
      const pieceCount = Math.ceil(size / PIECE_BYTES)
      const firstRow = sharedIntegers(pieceCount + 1).fill(-1, 1)
      const parsedBy = sharedIntegers(pieceCount)
      const queue = openWorkQueue()
      writePowersOfFive(memory)
      recordAt(Columns, memory, into).fill({ columns, rows: capacity, values, marks })
      const pieces = (thread: number): Pieces => ({
        path,
        size,
        module,
        memory,
        queue,
        firstRow,
        parsedBy,
        thread,
        scratch: scratch[thread],
        columns,
        into,
        capacity,
        fieldBytes: limits.fieldBytes,
      })
      const part = (thread: number) =>
        thread === 0 ? parsePieces(pieces(0)) : others.run(thread - 1, parsePiecesTask, pieces(thread))
      const texts = await shareWork(others, part, () => stopWork(queue))
      if (isStopped(queue)) return undefined

      const rows = firstRow[pieceCount]
      checkCells(rows, columns, limits)
      if (rows > maxRows) return undefined
      if (rows > capacity) {
        capacity = rows
        continue
      }
      const marked = new Uint8Array(memory.buffer, marks, MARKS * columns)
      const numbersOf = (j: number) =>
        new Float64Array(memory.buffer, values + j * capacity * Float64Array.BYTES_PER_ELEMENT, rows)
      const table = columnsOf(names, marked, numbersOf, (j, numbers) =>
        textColumn(
          names[j],
          numbers,
          texts.map((ofThread) => ofThread[j]),
          firstRow,
          parsedBy,
        ),
      )
      return table === undefined || mayRepeatHeader(table) ? undefined : { rows, columns: table }
    }
  } finally {
    // Nobody has to wait for their end.
    void others.close()
  }
}

/**
 * The columns as the kernel marked them; undefined where one is not plain: it has text and numbers, or integers beyond 2^53.
 *
 * @param textOf makes a text column of the codes that stand in place of its numbers.
 */
function columnsOf(
  names: readonly string[],
  marked: Uint8Array,
  numbersOf: (column: number) => Float64Array,
  textOf: (column: number, codes: Float64Array) => Column,
): Column[] | undefined {
  const has = (j: number, what: keyof typeof mark) => marked[MARKS * j + mark[what]] === 1
  if (names.some((_, j) => has(j, 'numbers') && has(j, 'text'))) return undefined
  if (names.some((_, j) => has(j, 'wide') && haveWideIntegers(numbersOf(j)))) return undefined
  return names.map((name, j): Column => {
    const values = numbersOf(j)
    if (has(j, 'text')) return textOf(j, values)
    return { name, kind: 'number', dtype: has(j, 'floats') ? 'float' : 'int', values }
  })
}

/** Whether a row may be the header again: then every name is a value of its column, or a number. */
function mayRepeatHeader(columns: readonly Column[]): boolean {
  return (
    columns.length > 1 &&
    columns.every((column) =>
      column.kind === 'text' ? column.categories.includes(column.name) : !Number.isNaN(Number(column.name)),
    )
  )
}

/** The threads' codes of one column's texts, brought together. */
function textColumn(
  name: string,
  values: Float64Array,
  texts: readonly (readonly string[])[],
  firstRow: Int32Array,
  parsedBy: Int32Array,
): Column {
  const builder = columnBuilder('text', values.length, { missingWords: missingWordsOf(values) })
  const codes = texts.map((ofThread) => ofThread.map((text) => codeOf(builder, text)))
  for (let piece = 0; piece < parsedBy.length; piece++) {
    const ofThread = codes[parsedBy[piece]]
    for (let row = firstRow[piece]; row < firstRow[piece + 1]; row++) {
      builder.codes[row] = Number.isNaN(values[row]) ? -1 : ofThread[values[row]]
    }
  }
  return finishColumn(name, builder, values.length)
}

type Header = {
  readonly names: readonly string[]
  /** About how many rows the file has, by the length of some; rather too many than too few. */
  readonly rowsExpected: number
}

/** What the file's first bytes tell, if it begins with a line that is a header and a row without quotes. */
async function startOf(path: string, size: number, limits: Limits): Promise<Header | undefined> {
  const file = await open(path)
  try {
    let head = await bytesOf(file, 0, SAMPLE_BYTES)
    if (head.indexOf(LF, head.indexOf(LF) + 1) < 0) head = await bytesOf(file, 0, PIECE_BYTES)
    const headerEnd = head.indexOf(LF) + 1
    const rowEnd = head.indexOf(LF, headerEnd)
    if (headerEnd === 0 || rowEnd < 0) return undefined
    const header = head.subarray(0, headerEnd)
    const quotes = header.reduce((count, byte) => count + (byte === QUOTE ? 1 : 0), 0)
    if (quotes % 2 === 1 || isBlankLine(header.toString('latin1'))) return undefined
    if (head.subarray(headerEnd, rowEnd).includes(QUOTE)) return undefined
    const headerOnly = async function* () {
      yield header
    }
    const { table } = await readCsv(headerOnly, 0, limits)
    const names = table.columns.map(({ name }) => name)
    const rows = head.subarray(headerEnd)
    const middle = await bytesOf(file, Math.floor(size / 2), SAMPLE_BYTES)
    const last = await bytesOf(file, Math.max(headerEnd, size - SAMPLE_BYTES), SAMPLE_BYTES)
    const rowsExpected = Math.ceil(1.25 * size * Math.max(...[rows, middle, last].map(lineDensity)))
    return { names, rowsExpected: Math.min(rowsExpected, Math.floor(limits.cells / names.length) + 1) }
  } finally {
    await file.close()
  }
}

/** Bytes by which the number of rows is estimated, at each of three places. */
const SAMPLE_BYTES = 2 ** 16

async function bytesOf(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, from)
  return buffer.subarray(0, bytesRead)
}

/** Lines a byte. One more than there are line feeds, because the last may lack its own. */
function lineDensity(bytes: Buffer): number {
  let lines = 1
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++
  return lines / Math.max(1, bytes.length)
}

const LF = 10
const QUOTE = 34

function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT))
}
