/**
 * The samples of every node, sorted by every column: sorted once for a tree, and parted in order whenever a node is split.
 * A regression's best splits are found in them without another sort (presorted-splitter.ts).
 */
import { align, at32, at64 } from '../memory/address'
import { columns, rows, target, values } from './data'
import { packed } from './exact-splitter'
import { sampleCount, samples, weights } from './samples'
import { DIGIT_COUNT_BYTES, numberOf, orderedBits, sortByUpperBits } from './sort-bits'
import { itemOfKey, pack, placeEqualValues } from './sort-packed'

/** Missing values come last. */
const MISSING: u32 = 0xffffffff

/** A sample in a sorted column. */
@unmanaged
export class SortedSample {
  row: i32
  value: f32
}

/** SortedSample[columns][rows]: those of a node are [start:end] of each column. */
let sorted: usize = 0
/** u64[rows] */
let spare: usize = 0
let digitCounts: usize = 0
/** f64[rows][2]: the target times the weight, and the weight. */
export let weighted: usize = 0
/** u8[rows]: 8 where the row goes to the left side of the node's split, else 0. */
let goesLeft: usize = 0

export function layoutPresorted(base: usize): usize {
  sorted = base
  spare = align(at64(sorted, rows * columns))
  digitCounts = align(at64(spare, rows))
  weighted = align(digitCounts + DIGIT_COUNT_BYTES)
  goesLeft = align(at64(weighted, 2 * rows))
  return align(goesLeft + rows)
}

/** The address of the node's first sample in a sorted column, if the node begins at `start`. */
export function sortedAt(column: i32, start: i32): usize {
  return at64(sorted, column * rows + start)
}

export function sampleAt(address: usize): SortedSample {
  return changetype<SortedSample>(address)
}

/** Multiplies the targets of the tree's samples by their weights. */
export function weighTargets(): void {
  for (let p = 0; p < sampleCount; p++) {
    const i = load<i32>(at32(samples, p))
    const weight = load<f64>(at64(weights, i))
    const slot = at64(weighted, 2 * i)
    store<f64>(slot, weight * load<f64>(at64(target, i)))
    store<f64>(slot, weight, 8)
  }
}

/** Sorts samples[start:end] by each column. */
export function sortColumns(start: i32, end: i32): void {
  const count = end - start
  for (let j = 0; j < columns; j++) {
    const column = at32(values, j * rows)
    const keys = sortedAt(j, start)
    for (let p = 0; p < count; p++) {
      const i = load<i32>(at32(samples, start + p))
      const bits = load<u32>(at32(column, i))
      const key = (bits & 0x7fffffff) > 0x7f800000 ? MISSING : orderedBits(bits)
      store<u64>(at64(keys, p), ((<u64>key) << 32) | i)
    }
    const from = sortByUpperBits(keys, spare, count, digitCounts)
    for (let p = 0; p < count; p++) {
      const key = load<u64>(at64(from, p))
      const sample = sampleAt(at64(keys, p))
      sample.row = <i32>key
      sample.value = numberOf(<u32>(key >> 32))
    }
  }
}

/** Orders samples[start:end] by a column. */
export function takeOrder(column: i32, start: i32, end: i32): void {
  let at = sortedAt(column, start)
  for (let p = start; p < end; p++, at += 8) store<i32>(at32(samples, p), sampleAt(at).row)
}

/**
 * Puts samples of a node that have equal values in a column in the order of scikit-learn's sort, from the order of another
 * column, or of `samples` (-1).
 */
export function orderEqualValues(column: i32, start: i32, end: i32, orderedBy: i32): void {
  const to = sortedAt(column, start)
  if (!findEqualValues(to, end - start)) return
  const own = at32(values, column * rows)
  const count = end - start
  if (orderedBy < 0) {
    for (let k = 0; k < count; k++) packSample(k, own, load<i32>(at32(samples, start + k)))
  } else {
    const from = sortedAt(orderedBy, start)
    for (let k = 0; k < count; k++) packSample(k, own, sampleAt(at64(from, k)).row)
  }
  placeEqualValues(packed, count, spare)
  for (let equal = spare; load<usize>(equal) != <usize>MISSING; equal += 4) {
    const key = load<usize>(equal)
    const sample = to + (key - packed)
    sampleAt(sample - 8).row = itemOfKey(load<i64>(key - 8))
    sampleAt(sample).row = itemOfKey(load<i64>(key))
  }
}

/** Writes into `spare` at which keys of `packed` a value will be that of the one before. Returns whether there are any. */
function findEqualValues(sorted: usize, count: i32): bool {
  let to = spare
  let previous = sampleAt(sorted).value
  for (let k = 1; k < count; k++) {
    const value = sampleAt(at64(sorted, k)).value
    if (value == previous) {
      store<usize>(to, at64(packed, k))
      to += 4
    }
    previous = value
  }
  store<usize>(to, <usize>MISSING)
  return to != spare
}

function packSample(k: i32, column: usize, row: i32): void {
  store<i64>(at64(packed, k), pack(load<f32>(at32(column, row)), row))
}

/** Marks which samples of the node go to the left side of its split. */
export function markSides(column: i32, threshold: f64, missingLeft: bool, start: i32, end: i32): void {
  for (let at = sortedAt(column, start), last = sortedAt(column, end); at < last; at += 8) {
    const sample = sampleAt(at)
    const isLeft = isNaN(sample.value) ? missingLeft : <f64>sample.value <= threshold
    store<u8>(goesLeft + sample.row, (<u8>isLeft) << 3)
  }
}

export function isMarkedLeft(row: i32): bool {
  return load<u8>(goesLeft + row) != 0
}

/** Puts the marked samples of samples[start:end] first in a sorted column; the order within both sides stays. */
export function partSorted(column: i32, start: i32, end: i32): void {
  let left = sortedAt(column, start)
  let right = spare
  for (let at = left, last = sortedAt(column, end); at < last; at += 8) {
    const sample = load<u64>(at)
    const step = <usize>load<u8>(goesLeft + <usize>(<u32>sample))
    store<u64>(left, sample)
    store<u64>(right, sample)
    left += step
    right += 8 - step
  }
  memory.copy(left, spare, right - spare)
}
