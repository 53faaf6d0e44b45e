import type { Column, Table } from '../../data/table.ts'
import { Columns, READ_AHEAD, SCRATCH_BYTES, TEXT_BYTES } from '../../wasm/kernels/plain-csv.ts'
import { memoryLayout, recordAt, sharedMemory } from '../../wasm/memory.ts'
import type { Limits } from '../limits.ts'
import type { WantedColumn } from '../wanted-columns.ts'
import {
  decoded,
  isBlankLine,
  MARKS,
  mark,
  NO_CODE,
  openPlainKernel,
  plainCsvKernel,
  writePowersOfFive,
} from './plain-kernel.ts'

/** Maximum bytes of lines that are read at a time. */
const MAX_BYTES = 2 ** 22

/** Reads CSV lines without their header, some at a time. */
export type PlainBatches = {
  /**
   * @param lines ends with a line feed.
   * @returns the wanted columns, or undefined for lines that have to be read in another way: quotes, blank lines, too
   * few or
   *   too many fields, text where a number is wanted or the other way round, the header again, bytes that are not
   * UTF-8.
   */
  read(lines: Buffer): Table | undefined
}

/**
 * @param names of all the columns that the lines have.
 * @param headerLine a line that is no row, if it comes again.
 */
export async function plainBatches(
  names: readonly string[],
  wanted: readonly WantedColumn[],
  limits: Limits,
  headerLine: Buffer,
): Promise<PlainBatches> {
  const columns = names.length
  const layout = memoryLayout()
  const scratch = layout.bytes(SCRATCH_BYTES)
  const text = layout.bytes(MAX_BYTES + READ_AHEAD)
  const marks = layout.bytes(MARKS * columns)
  const into = layout.record(Columns)
  // A field takes at least two bytes with its delimiter, and eight bytes as a value.
  const values = layout.bytes(4 * MAX_BYTES)
  const memory = sharedMemory(layout.end())
  const record = recordAt(Columns, memory, into)
  writePowersOfFive(memory)
  const all = Buffer.from(memory.buffer)
  const wantedIndexes = names.map((name) => wanted.findIndex((column) => column.name === name))
  let codeOf: Map<string, number>[] = []

  const { countLines, parse } = openPlainKernel(await plainCsvKernel(), memory, (column, bytes) => {
    if (bytes[0] === QUOTE || bytes.length > limits.fieldBytes) return NO_CODE
    const wantedIndex = wantedIndexes[column]
    if (wantedIndex < 0) return 0
    const word = decoded(bytes)
    if (word === undefined || (columns === 1 && isBlankLine(word))) return NO_CODE
    const known = codeOf[wantedIndex].get(word)
    if (known !== undefined) return known
    const code = codeOf[wantedIndex].size
    codeOf[wantedIndex].set(word, code)
    return code
  })

  function columnOf({ name, kind }: WantedColumn, wantedIndex: number, rows: number): Column | undefined {
    const j = wantedIndexes.indexOf(wantedIndex)
    const marked = (what: number) => all[marks + MARKS * j + what] === 1
    const found = new Float64Array(memory.buffer, values + j * rows * Float64Array.BYTES_PER_ELEMENT, rows)
    if (kind === 'number') {
      const dtype = marked(mark.floats) ? 'float' : 'int'
      return marked(mark.text) ? undefined : { name, kind, dtype, values: found.slice() }
    }
    if (marked(mark.numbers)) return undefined
    const codes = Int32Array.from(found, (code) => (Number.isNaN(code) ? -1 : code))
    return { name, kind, categories: [...codeOf[wantedIndex].keys()], codes }
  }

  return {
    read(lines) {
      if (lines.length > MAX_BYTES) return undefined
      if (headerLine.length > 0 && lines.includes(headerLine)) return undefined
      all.set(lines, text)
      all.fill(0, scratch, scratch + TEXT_BYTES)
      all.fill(0, marks, marks + MARKS * columns)
      codeOf = wanted.map(() => new Map())
      const end = text + lines.length
      const rows = countLines(text, end)
      record.fill({ columns, rows, values, marks })
      if (!parse(into, text, end, rows, 0, scratch)) return undefined
      const found = wanted.flatMap((column, wantedIndex) => columnOf(column, wantedIndex, rows) ?? [])
      return found.length === wanted.length ? { rows, columns: found } : undefined
    },
  }
}

const QUOTE = 34
