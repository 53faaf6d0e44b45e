import { open } from 'node:fs/promises'
import { loadKernel } from '../algorithms/kernels/kernel-files.ts'
import { startThreads } from '../algorithms/kernels/threads.ts'
import type { Column, Table } from '../data/table.ts'
import { codeOf, columnBuilder, finishColumn } from './column-builder.ts'
import { checkCells, type Limits } from './limits.ts'
import {
  firstRows,
  mark,
  type Pieces,
  parsePieces,
  pieceBytes,
  scratchBytes,
  slot,
  type Texts,
  writePowersOfFive,
} from './plain-pieces.ts'
import { readCsv } from './read-csv.ts'

const pageBytes = 65536
/** As much as a kernel can address. */
const mostBytes = 65536 * pageBytes

/**
 * Reads a plain CSV file on several threads, straight into its columns: the quick way for large files. The outcome is
 * that of `readCsv`, whatever the number of threads.
 *
 * @returns undefined for a file that is not plain (quotes round fields, blank lines, rows of unequal length, texts and
 *   numbers in one column, bytes that are not UTF-8), which is `readCsv`'s.
 * @throws JobError for a file above the limits.
 */
export async function readPlainCsv(
  path: string,
  size: number,
  limits: Limits,
  threadCount: number,
): Promise<Table | undefined> {
  const names = await columnNames(path, limits)
  if (names === undefined) return undefined
  const columns = names.length
  const module = await loadKernel('plain-csv')
  const helpers = startThreads(Math.min(threadCount, Math.ceil(size / pieceBytes)) - 1)
  try {
    // The lines are counted here while the other threads start.
    const file = { path, size, module }
    const counting = { ...file, memory: sharedMemory(pageBytes + scratchBytes), scratch: pageBytes }
    const firstRow = await firstRows(counting)
    const rows = firstRow[firstRow.length - 1]
    checkCells(rows, columns, limits)

    const marks = pageBytes + (helpers.size + 1) * scratchBytes
    const values = marks + Math.ceil((3 * columns) / 8) * 8
    const bytes = values + rows * columns * Float64Array.BYTES_PER_ELEMENT
    if (bytes > mostBytes) return undefined
    const memory = sharedMemory(bytes)
    const control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
    const parsedBy = new Int32Array(new SharedArrayBuffer(firstRow.byteLength))
    writePowersOfFive(memory)
    const pieces = (thread: number): Pieces => {
      const scratch = pageBytes + thread * scratchBytes
      const layout = { columns, values, marks, fieldBytes: limits.fieldBytes }
      return { ...file, memory, scratch, thread, control, firstRow, parsedBy, ...layout }
    }
    const others = Array.from({ length: helpers.size }, async (_, k) =>
      checkedTexts(await helpers.run(k, 'parse-pieces', pieces(k + 1))),
    )
    const texts = await Promise.all([parsePieces(pieces(0)), ...others])
    if (control[slot.refused] !== 0) return undefined

    const marked = new Uint8Array(memory.buffer, marks, 3 * columns)
    if (names.some((_, j) => marked[3 * j + mark.numbers] === 1 && marked[3 * j + mark.text] === 1)) {
      return undefined
    }
    return {
      rows,
      columns: names.map((name, j): Column => {
        const address = values + j * rows * Float64Array.BYTES_PER_ELEMENT
        const column = new Float64Array(memory.buffer, address, rows)
        if (marked[3 * j + mark.text] === 1) {
          const ofColumn = texts.map((ofThread) => ofThread[j])
          return textColumn(name, column, ofColumn, firstRow, parsedBy)
        }
        return {
          name,
          kind: 'number',
          dtype: marked[3 * j + mark.floats] === 1 ? 'float' : 'int',
          values: column,
        }
      }),
    }
  } finally {
    await helpers.close()
  }
}

/** The threads' codes of one column's texts, brought together. */
function textColumn(
  name: string,
  values: Float64Array,
  texts: readonly (readonly string[])[],
  firstRow: Int32Array,
  parsedBy: Int32Array,
): Column {
  const builder = columnBuilder('text', values.length)
  const codes = texts.map((ofThread) => ofThread.map((text) => codeOf(builder, text)))
  for (let piece = 0; piece < parsedBy.length - 1; piece++) {
    const ofThread = codes[parsedBy[piece]]
    for (let row = firstRow[piece]; row < firstRow[piece + 1]; row++) {
      builder.codes[row] = Number.isNaN(values[row]) ? -1 : ofThread[values[row]]
    }
  }
  return finishColumn(name, builder, values.length)
}

function checkedTexts(result: unknown): Texts {
  if (!Array.isArray(result)) throw new TypeError('A thread did not return its texts.')
  return result
}

/** The header's names, if the file begins with a line that is one and a row without quotes. */
async function columnNames(path: string, limits: Limits): Promise<string[] | undefined> {
  const file = await open(path)
  const { buffer, bytesRead } = await file
    .read(Buffer.alloc(pieceBytes), 0, pieceBytes, 0)
    .finally(() => file.close())
  const headerEnd = buffer.indexOf(LF) + 1
  const rowEnd = buffer.indexOf(LF, headerEnd)
  if (headerEnd === 0 || rowEnd < 0 || rowEnd >= bytesRead) return undefined
  const header = buffer.subarray(0, headerEnd)
  const quotes = header.reduce((count, byte) => count + (byte === QUOTE ? 1 : 0), 0)
  if (quotes % 2 === 1 || header.toString('latin1').trim() === '') return undefined
  if (buffer.subarray(headerEnd, rowEnd).includes(QUOTE)) return undefined
  const headerOnly = async function* () {
    yield header
  }
  const { table } = await readCsv(headerOnly, 0, limits)
  return table.columns.map(({ name }) => name)
}

const LF = 10
const QUOTE = 34

function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / pageBytes)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}
