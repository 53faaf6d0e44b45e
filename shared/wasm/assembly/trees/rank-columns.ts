/**
 * Replaces the values of each column by dense ranks, once for all trees: equal float32 values have equal ranks, -0 is
 * 0, and missing values have the highest rank. A radix sort of 32 bits in three digits.
 */
import { at32, at64 } from '../memory/address'
import {
  columns,
  distinct,
  distinctCount,
  distinctValue,
  FEATURE_THRESHOLD,
  hasMissing,
  NO_RANK,
  rankRows,
  reach,
  rows,
  values,
} from './data'
import { buckets, keys, spare } from './rank-keys'
import { increment } from './sort-keys'

const SIGN: u32 = 0x80000000

/** Replaces the values of every column by dense ranks, with the workspace of a tree as scratch memory. */
export function rankColumns(): void {
  for (let j = 0; j < columns; j++) rankColumn(j)
  if (rankRows != 0) for (let i = 0; i < rows; i += TILE) fillRankRows(i, min(i + TILE, rows))
}

/** Rows at a time: so many lines of both orders stay in the L1 cache. */
const TILE = 64

function fillRankRows(from: i32, to: i32): void {
  const line = (<usize>columns) << 2
  for (let j = 0; j < columns; j++) {
    const column = at32(values, j * rows)
    let cell = rankRows + <usize>from * line + ((<usize>j) << 2)
    for (let i = from; i < to; i++, cell += line) store<u32>(cell, load<u32>(at32(column, i)))
  }
}

function rankColumn(j: i32): void {
  const column = at32(values, j * rows)
  const histogram = buckets
  memory.fill(histogram, 0, 3 * 2048 * 4)
  for (let i = 0; i < rows; i++) {
    let bits = load<u32>(at32(column, i))
    if (bits == SIGN) bits = 0
    const isMissing = (bits & 0x7fffffff) > 0x7f800000
    // Order-preserving: negative numbers are inverted, positive ones come after them.
    const key: u32 = isMissing ? NO_RANK : bits ^ (<u32>(<i32>bits >> 31) | SIGN)
    store<u64>(at64(keys, i), ((<u64>key) << 32) | i)
    increment(histogram, key & 2047)
    increment(histogram + 2048 * 4, (key >> 11) & 2047)
    increment(histogram + 2 * 2048 * 4, key >> 22)
  }
  let from = keys
  let to = spare
  for (let digit = 0; digit < 3; digit++) {
    const counts = histogram + <usize>digit * 2048 * 4
    let sum: u32 = 0
    for (let b: usize = 0; b < 2048; b++) {
      const count = load<u32>(counts + (b << 2))
      store<u32>(counts + (b << 2), sum)
      sum += count
    }
    const shift: u64 = 32 + 11 * digit
    for (let i = 0; i < rows; i++) {
      const pair = load<u64>(at64(from, i))
      const slot = at32(counts, <i32>(pair >> shift) & 2047)
      const position = load<u32>(slot)
      store<u32>(slot, position + 1)
      store<u64>(at64(to, position), pair)
    }
    const kept = from
    from = to
    to = kept
  }

  const table = at32(distinct, j * rows)
  let rank = -1
  let previous: u32 = 0
  let missing: u8 = 0
  for (let i = 0; i < rows; i++) {
    const pair = load<u64>(at64(from, i))
    const key = <u32>(pair >> 32)
    const cell = at32(column, <i32>pair)
    if (key == NO_RANK) {
      missing = 1
      store<u32>(cell, rank + 1)
      continue
    }
    if (rank < 0 || key != previous) {
      rank++
      previous = key
      store<f32>(at32(table, rank), reinterpret<f32>(key & SIGN ? key ^ SIGN : ~key))
    }
    store<u32>(cell, rank)
  }
  store<i32>(at32(distinctCount, j), rank + 1)
  store<u32>(at32(reach, j), reachOf(j, rank + 1))
  store<u8>(hasMissing + j, missing)
}

/** See data.reach. */
function reachOf(j: i32, count: i32): u32 {
  let maximum = 0
  for (let low = 0, high = 0; high < count; high++) {
    while (distinctValue(j, high) > distinctValue(j, low) + FEATURE_THRESHOLD) low++
    maximum = max(maximum, high - low)
  }
  return maximum
}
