import { at32, at64 } from '../memory/address'
import { nodePairs, partition } from './data'

/** Puts the rows `from` … `to` - 1 in their order. */
export function resetPartition(from: i32, to: i32): void {
  for (let i = from; i < to; i++) store<u32>(at32(partition, i), i)
}

/**
 * Parts the rows at the positions `from` … `to` - 1 of the partition.
 *
 * @param column u8[rows]: the bins of the feature that splits
 * @param goesLeft u8[256]: 1 for each bin that goes left, else 0
 * @param left u32[rows], and `right`: where the rows go, from the position `from` on
 * @returns how many went left
 */
export function partRows(column: usize, goesLeft: usize, from: i32, to: i32, left: usize, right: usize): i32 {
  let leftEnd = at32(left, from)
  let rightEnd = at32(right, from)
  const begin = leftEnd
  for (let at = at32(partition, from), end = at32(partition, to); at < end; at += 4) {
    const row = load<u32>(at)
    const goes = <usize>load<u8>(goesLeft + load<u8>(column + row))
    store<u32>(leftEnd, row)
    store<u32>(rightEnd, row)
    leftEnd += goes << 2
    rightEnd += (goes ^ 1) << 2
  }
  return <i32>((leftEnd - begin) >> 2)
}

/** Puts `count` rows that were parted back into the partition, at the position `to`. */
export function placeRows(parted: usize, from: i32, count: i32, to: i32): void {
  memory.copy(at32(partition, to), at32(parted, from), (<usize>count) << 2)
}

/** Collects the pairs of the rows at `count` positions of the partition, as numbers `to` and following of their node. */
export function gatherPairs(pairs: usize, from: i32, count: i32, to: i32): void {
  let out = at64(nodePairs, to)
  for (let at = at32(partition, from), end = at32(partition, from + count); at < end; at += 4) {
    store<u64>(out, load<u64>(at64(pairs, load<u32>(at))))
    out += 8
  }
}

/**
 * Adds to the raw predictions of the rows at the positions `from` … `to` - 1 the values of their leaves.
 *
 * @param ends i32[leaves]: where each leaf ends in the partition, in increasing order
 * @param values f64[leaves]
 */
export function addLeafValues(raw: usize, ends: usize, values: usize, from: i32, to: i32): void {
  let leaf = 0
  let i = from
  while (i < to) {
    while (load<i32>(at32(ends, leaf)) <= i) leaf++
    const end = min(load<i32>(at32(ends, leaf)), to)
    const value = load<f64>(at64(values, leaf))
    for (; i < end; i++) {
      const at = at64(raw, load<u32>(at32(partition, i)))
      store<f64>(at, load<f64>(at) + value)
    }
  }
}
