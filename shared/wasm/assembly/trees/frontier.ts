/**
 * The nodes that a best-first tree may still split, and a heap that finds the best of them: the heap of libstdc++
 * (std::push_heap, std::pop_heap), whose order among equals decides which of two equal splits comes first.
 */
import { align, at32 } from '../memory/address'
import { rows } from './data'
import { maxLeafNodes } from './hyperparameters'

/** A node and its best split (_tree.pxd, FrontierRecord). */
@unmanaged
export class FrontierRecord {
  node: i32
  start: i32
  end: i32
  /** Where the right child starts. */
  position: i32
  depth: i32
  isLeaf: i32
  impurityLeft: f64
  impurityRight: f64
  improvement: f64
}

/** Records are never removed, so that the heap may hold their numbers. */
export let frontier: usize = 0
export let recordCount: i32 = 0
/** i32: numbers of the records that wait. */
export let heap: usize = 0
export let heapSize: i32 = 0

export function layoutFrontier(base: usize): usize {
  const records = <usize>min<i64>(2 * <i64>maxLeafNodes, 2 * <i64>rows) + 2
  frontier = base
  heap = align(frontier + records * offsetof<FrontierRecord>())
  return align(heap + (records << 2))
}

export function clearFrontier(): void {
  recordCount = 0
  heapSize = 0
}

export function recordOf(i: i32): FrontierRecord {
  return changetype<FrontierRecord>(frontier + <usize>i * offsetof<FrontierRecord>())
}

/** Adds the record that the caller has written at `recordCount`. */
export function pushRecord(): void {
  pushHeap(heapSize++, recordCount++)
}

function improvementOf(record: i32): f64 {
  return recordOf(record).improvement
}
function heapGet(i: i32): i32 {
  return load<i32>(at32(heap, i))
}
function heapSet(i: i32, record: i32): void {
  store<i32>(at32(heap, i), record)
}

function pushHeap(from: i32, record: i32): void {
  const improvement = improvementOf(record)
  let hole = from
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if (!(improvementOf(heapGet(parent)) < improvement)) break
    heapSet(hole, heapGet(parent))
    hole = parent
  }
  heapSet(hole, record)
}

/** Takes the record with the best split. Returns its number. */
export function popRecord(): i32 {
  const top = heapGet(0)
  const count = --heapSize
  if (count == 0) return top
  const last = heapGet(count)
  let hole = 0
  let child = 0
  while (child < (count - 1) >> 1) {
    child = 2 * (child + 1)
    if (improvementOf(heapGet(child)) < improvementOf(heapGet(child - 1))) child--
    heapSet(hole, heapGet(child))
    hole = child
  }
  if ((count & 1) == 0 && child == (count - 2) >> 1) {
    child = 2 * (child + 1)
    heapSet(hole, heapGet(child - 1))
    hole = child - 1
  }
  pushHeap(hole, last)
  return top
}
