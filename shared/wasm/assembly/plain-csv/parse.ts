import { CR, LF } from './bytes'
import { readColumn } from './column'
import { delimiters, endBeforeReturns, writeEnds } from './field-ends'
import { TEXT_BYTES } from './other-field'

/** The columns that lines are read into, in memory. */
@unmanaged
export class Columns {
  columns: i32
  /** Values that a column has room for. */
  rows: usize
  /** f64, column after column. */
  values: usize
  /**
   * Four bytes per column, set where it has numbers, where it has anything but whole numbers, where it has text, and where it
   * has integers beyond 2^53.
   */
  marks: usize
}

/** About as many fields are found before they are read: they and their text stay in the L1 cache. */
const FIELDS_AT_ONCE = 2048

const MAX_COLUMNS = 32000

/** Room for the ends of the fields of a block, or of a line, and of the fields found with them. */
const ENDS_BYTES: usize = (1 << 17) + 1024
export const SCRATCH_BYTES: usize = TEXT_BYTES + ENDS_BYTES
/** Bytes behind the text that are read, whatever is there. */
export const READ_AHEAD: usize = 128

/**
 * Reads lines that begin at `at` into the rows from `row` on. `records`: how many line feeds lie before `end`; the last one
 * ends the last line. READ_AHEAD bytes behind it can be read. `scratch`: SCRATCH_BYTES, the first TEXT_BYTES of them the
 * memory of texts, zeros at first, kept from call to call; behind it room for the ends of fields.
 *
 * Returns false for text that has to be read in another way; the columns are then of no use.
 */
export function parse(into: Columns, at: usize, end: usize, records: i32, row: usize, scratch: usize): bool {
  const columns = into.columns
  const rows = into.rows
  const out = into.values
  const marks = into.marks
  if (columns > MAX_COLUMNS) return false
  const stride = (<usize>columns) << 2
  const atOnce = max((FIELDS_AT_ONCE / columns) & ~1, 1)
  /** Where the end of the field before the first one stands. */
  const before = scratch + TEXT_BYTES
  store<u32>(before, at - 1)
  let next = before + 4
  let block = at
  let cell = out + (row << 3)
  for (let left = records; left > 0; ) {
    const lines = min(left, atOnce)
    const last = before + <usize>lines * stride
    while (next <= last) {
      if (block >= end) return false
      let found = delimiters(block)
      if (end - block < 64) found &= ((<u64>1) << (end - block)) - 1
      next = writeEnds(found, block, next)
      block += 64
    }
    // With as many line feeds as lines, one at the end of each line leaves none for the middle.
    let returns = 0
    for (let place = before + stride; place <= last; place += stride) {
      const lineEnd = load<u32>(place)
      if (load<i8>(lineEnd) != LF) return false
      returns |= i32(load<u8>(lineEnd - 1) == CR)
    }
    // The fields of an only column begin where the last one's return ends.
    if (returns != 0 && columns == 1) return false
    for (let j = 0; j < columns; j++) {
      const isLast = j == columns - 1
      const lastEnd = load<u32>(last)
      if (isLast && returns != 0) endBeforeReturns(before, last, stride)
      const firstEnd = before + 4 + ((<usize>j) << 2)
      if (!readColumn(firstEnd, lines, j, columns, cell + <usize>j * (rows << 3), marks + 4 * j, scratch))
        return false
      store<u32>(last, lastEnd)
    }
    memory.copy(before, last, next - last)
    next -= last - before
    cell += (<usize>lines) << 3
    left -= lines
  }
  return true
}
