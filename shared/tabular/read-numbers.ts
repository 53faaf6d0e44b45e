import { open } from 'node:fs/promises'
import { loadKernel } from '../algorithms/kernels/kernel-files.ts'
import { startThreads } from '../algorithms/kernels/threads.ts'
import type { Table } from '../data/table.ts'
import { checkCells, type Limits } from './limits.ts'
import { firstRows, type Pieces, parseNumbers, pieceBytes, scratchBytes, slot } from './number-pieces.ts'
import { fieldKind, parseField } from './parse-number.ts'
import { readCsv } from './read-csv.ts'

const pageBytes = 65536
/** As much as a kernel can address. */
const mostBytes = 65536 * pageBytes

/**
 * Reads a CSV file that holds nothing but a header and numbers, on several threads, straight into its columns: the
 * quick way for large files. The outcome is that of `readCsv`, whatever the number of threads.
 *
 * @returns undefined for a file with anything else in it (text, quotes, blank lines, rows of unequal length), which
 *   is `readCsv`'s.
 * @throws JobError for a file above the limits.
 */
export async function readNumbers(
  path: string,
  size: number,
  limits: Limits,
  threadCount: number,
): Promise<Table | undefined> {
  const names = await columnNames(path, limits)
  if (names === undefined) return undefined
  const columns = names.length
  const module = await loadKernel('read-numbers')
  const helpers = startThreads(Math.min(threadCount, Math.ceil(size / pieceBytes)) - 1)
  try {
    // The lines are counted here while the other threads start.
    const file = { path, size, module }
    const counting = { ...file, memory: sharedMemory(pageBytes + scratchBytes), scratch: pageBytes }
    const firstRow = await firstRows(counting)
    const rows = firstRow[firstRow.length - 1]
    checkCells(rows, columns, limits)

    const floats = pageBytes + (helpers.size + 1) * scratchBytes
    const values = floats + Math.ceil(columns / 8) * 8
    const bytes = values + rows * columns * Float64Array.BYTES_PER_ELEMENT
    if (bytes > mostBytes) return undefined
    const memory = sharedMemory(bytes)
    const control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
    const pieces = (thread: number): Pieces => {
      const scratch = pageBytes + thread * scratchBytes
      return { ...file, memory, scratch, control, firstRow, columns, values, floats }
    }
    const others = Array.from({ length: helpers.size }, (_, k) =>
      helpers.run(k, 'parse-numbers', pieces(k + 1)),
    )
    await Promise.all([parseNumbers(pieces(0)), ...others])
    if (control[slot.refused] !== 0) return undefined

    const isFloat = new Uint8Array(memory.buffer, floats, columns)
    return {
      rows,
      columns: names.map((name, j) => ({
        name,
        kind: 'number',
        dtype: isFloat[j] === 1 ? 'float' : 'int',
        values: new Float64Array(memory.buffer, values + j * rows * 8, rows),
      })),
    }
  } finally {
    await helpers.close()
  }
}

/** The header's names, if the first line is one and the second one has as many numbers. */
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
  let start = headerEnd
  while (start <= rowEnd) {
    const comma = buffer.indexOf(COMMA, start)
    const end = comma < 0 || comma > rowEnd ? rowEnd : comma
    if (parseField(buffer, start, end) === fieldKind.text) return undefined
    start = end + 1
  }
  const headerOnly = async function* () {
    yield header
  }
  const { table } = await readCsv(headerOnly, 0, limits)
  return table.columns.map(({ name }) => name)
}

const LF = 10
const QUOTE = 34
const COMMA = 44

function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / pageBytes)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}
