/**
 * Copies of the ranks of a subtree's rows. The ranks of a node's samples lie far apart in a large dataset; a subtree
 * that is small enough works on a dense copy of them, which stays in a cache. A copy is made from its enclosing one.
 */
import { align, at32 } from '../memory/address'
import { columns, rankRows, rows, values } from './data'
import { maxFeatures } from './hyperparameters'
import { samples } from './samples'

/** The smallest copy of ranks: so many bytes stay in the L2 cache. */
const SMALLEST_COPY_BYTES: usize = 640 * 1024
/** Fewer rows are not worth a copy. */
const MIN_COPY_ROWS: i32 = 256
/** How much smaller each copy is than the one before: a cache line has 16 ranks, of which 2 would be of use. */
const COPY_RATIO: i32 = 8
const MAX_COPIES: i32 = 8
/** A node of fewer samples makes no copy of its own. */
const MIN_NODE_SAMPLES: i32 = 16

@unmanaged
class CopyRecord {
  capacity: i32
  /** i32[capacity]: row numbers, or row indices in the enclosing copy. */
  rows: usize
  /** u32[columns][capacity] */
  ranks: usize
  /** The enclosing copy; -1: all rows. */
  outer: i32
  /** The node whose subtree the copy is for: samples[start:end]. */
  start: i32
  end: i32
}

/** CopyRecord[MAX_COPIES], the largest first. */
let copies: usize = 0
let copyCount: i32 = 0
/** The copy that `samples` point into; -1: all rows. */
let copy: i32 = -1
/** Where the nodes of its subtree end. */
let copyEnd: i32 = 0
/** The ranks that `samples` point into: u32[columns][rankStride]. */
export let rankBase: usize = 0
export let rankStride: i32 = 0

/** Assigns addresses to the records and the copies. Returns where they end. */
export function layoutCopies(base: usize): usize {
  copies = base
  return placeCopies(false)
}

/** Begins with all rows. */
export function resetCopies(): void {
  placeCopies(true)
  useCopy(-1)
}

/**
 * The smallest copy pays when it is a small part of the rows, and large enough for some splits; those between it and
 * all rows, when a node looks at most columns or there is a row-major copy of the ranks. Writes their records only when
 * the memory is there (`write`). Returns where they end.
 */
function placeCopies(write: bool): usize {
  let at = align(copies + offsetof<CopyRecord>() * MAX_COPIES)
  copyCount = 0
  const smallest = <i32>min<usize>(SMALLEST_COPY_BYTES / ((<usize>columns) << 2), <usize>rows)
  if (smallest > rows / 2 || smallest < MIN_COPY_ROWS) return at
  if (maxFeatures * 2 >= columns || rankRows != 0) {
    for (let n = rows / COPY_RATIO; n >= 2 * smallest && copyCount < MAX_COPIES - 1; n /= COPY_RATIO) {
      at = placeCopy(n, at, write)
    }
  }
  return placeCopy(smallest, at, write)
}

function placeCopy(capacity: i32, at: usize, write: bool): usize {
  const record = recordOf(copyCount++)
  const ranks = align(at32(at, capacity))
  if (write) {
    record.capacity = capacity
    record.rows = at
    record.ranks = ranks
  }
  return align(at32(ranks, capacity * columns))
}

function recordOf(k: i32): CopyRecord {
  return changetype<CopyRecord>(copies + <usize>k * offsetof<CopyRecord>())
}

function useCopy(k: i32): void {
  copy = k
  copyEnd = k < 0 ? i32.MAX_VALUE : recordOf(k).end
  rankBase = k < 0 ? values : recordOf(k).ranks
  rankStride = k < 0 ? rows : recordOf(k).capacity
}

/**
 * Chooses the copy to split samples[start:end] on; `samples` are then row indices in it. Growth is depth first, so that
 * the nodes before a copy's end are those of its subtree.
 */
export function chooseCopy(start: i32, end: i32): void {
  while (start >= copyEnd) useCopy(recordOf(copy).outer)
  const count = end - start
  if (count < MIN_NODE_SAMPLES) return
  let smallest = copyCount - 1
  while (smallest > copy && count > recordOf(smallest).capacity) smallest--
  if (smallest > copy) enterCopy(smallest, start, end)
}

function enterCopy(k: i32, start: i32, end: i32): void {
  const record = recordOf(k)
  record.outer = copy
  record.start = start
  record.end = end
  const own = at32(samples, start)
  const bytes = (<usize>(end - start)) << 2
  memory.copy(record.rows, own, bytes)
  if (copy < 0 && rankRows != 0) copyFromRows(own, bytes, record)
  else copyFromColumns(own, bytes, record)
  for (let p = 0; p < end - start; p++) store<i32>(at32(own, p), p)
  useCopy(k)
}

function copyFromColumns(own: usize, bytes: usize, record: CopyRecord): void {
  for (let j = 0; j < columns; j++) {
    const column = at32(rankBase, j * rankStride)
    const dense = at32(record.ranks, j * record.capacity)
    for (let p: usize = 0; p < bytes; p += 4) {
      store<u32>(dense + p, load<u32>(at32(column, load<i32>(own + p))))
    }
  }
}

/** From the row-major ranks: of rows far apart, each rank of a column lies in a cache line of its own. */
function copyFromRows(own: usize, bytes: usize, record: CopyRecord): void {
  const line = (<usize>columns) << 2
  const ranks = record.ranks
  const stride = (<usize>record.capacity) << 2
  for (let p: usize = 0; p < bytes; p += 4) {
    const row = rankRows + <usize>load<i32>(own + p) * line
    let dense = ranks + p
    for (let j: usize = 0; j < line; j += 4, dense += stride) store<u32>(dense, load<u32>(row + j))
  }
}

/** Makes `samples` row numbers again, for the host to save. */
export function leaveCopies(): void {
  while (copy >= 0) {
    const record = recordOf(copy)
    const rowsOfCopy = record.rows
    for (let p = record.start; p < record.end; p++) {
      const at = at32(samples, p)
      store<i32>(at, load<i32>(at32(rowsOfCopy, load<i32>(at))))
    }
    useCopy(record.outer)
  }
}
