/**
 * Replaces the values of each column by dense ranks, once for all trees: equal float32 values have equal ranks, -0 is
 * 0, and missing values have the highest rank.
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
import { numberOf, orderedBits, sortByUpperBits } from './sort-bits'

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
  for (let i = 0; i < rows; i++) {
    const bits = load<u32>(at32(column, i))
    const isMissing = (bits & 0x7fffffff) > 0x7f800000
    store<u64>(at64(keys, i), ((<u64>(isMissing ? NO_RANK : orderedBits(bits))) << 32) | i)
  }
  const from = sortByUpperBits(keys, spare, rows, buckets)

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
      store<f32>(at32(table, rank), numberOf(key))
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
