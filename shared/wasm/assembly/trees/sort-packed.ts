/**
 * The sort of sort.ts, swap for swap, of keys that hold a float32 value and an item of 31 bits: 63 bits, which are moved at
 * once and compared without a branch.
 */
import { at64 } from '../memory/address'
import { numberOf, orderedBits } from './sort-bits'

const ITEM: i64 = 0x7fffffff

export function pack(value: f32, item: i32): i64 {
  return ((<i64>orderedBits(reinterpret<u32>(value))) << 31) | <i64>item
}

export function valueOfKey(key: i64): f32 {
  return numberOf(<u32>(key >> 31))
}

export function itemOfKey(key: i64): i32 {
  return <i32>(key & ITEM)
}

/** The next of the addresses that `placeEqualValues` was given; 0: all keys are sorted. */
let nextEqual: usize = 0

/** Sorts `count` keys, at least one, by their values. */
export function sortPacked(keys: usize, count: i32): void {
  nextEqual = 0
  sort(keys, count)
}

/**
 * Sorts as far as it takes to bring the keys with equal values to their places; where the others belong is known. It
 * leaves out parts in which no two values are equal.
 *
 * @param equal usize[]: ascending, the addresses of keys that will have the value of the key before them, and then the maximum.
 */
export function placeEqualValues(keys: usize, count: i32, equal: usize): void {
  nextEqual = equal
  sort(keys, count)
}

/** Whether nothing is left to do in a part. Parts are asked for from left to right. */
function isPlaced(keys: usize, end: usize): bool {
  if (nextEqual == 0) return false
  while (load<usize>(nextEqual) <= keys) nextEqual += sizeof<usize>()
  return load<usize>(nextEqual) >= end
}

function sort(keys: usize, count: i32): void {
  introsort(keys, at64(keys, count), 2 * (31 - clz(count)))
}

function introsort(keys: usize, end: usize, depth: i32): void {
  while (end - keys > 15 << 3) {
    if (isPlaced(keys, end)) return
    if (depth <= 0) {
      heapsort(keys, <i32>((end - keys) >> 3))
      return
    }
    depth--
    const middle = at64(keys, <i32>((end - keys) >> 4))
    const pivot = median3(load<i64>(keys) >> 31, load<i64>(middle) >> 31, load<i64>(end - 8) >> 31)
    const lowest = pivot << 31
    const highest = lowest | ITEM
    // Three-way; the key at i is held in `key`.
    let i = keys
    let left = keys
    let right = end
    let key = load<i64>(i)
    while (i < right) {
      const isLow = (key - lowest) >> 63
      const isHigh = (highest - key) >> 63
      const last = right - 8
      const next = load<i64>(i, 8)
      const fromRight = load<i64>(last)
      const to = i ^ ((i ^ left) & <usize>isLow) ^ ((i ^ last) & <usize>isHigh)
      store<i64>(i, load<i64>(left))
      store<i64>(to, key)
      key = next ^ ((next ^ fromRight) & isHigh)
      i += 8 & ~(<usize>isHigh)
      left += 8 & <usize>isLow
      right -= 8 & <usize>isHigh
    }
    introsort(keys, left, depth)
    keys = right
  }
  if (!isPlaced(keys, end)) insertionSort(keys, end)
}

function median3(a: i64, b: i64, c: i64): i64 {
  if (a < b) return b < c ? b : a < c ? c : a
  if (b < c) return a < c ? a : c
  return b
}

function insertionSort(keys: usize, end: usize): void {
  for (let next = keys + 8; next < end; next += 8) {
    const key = load<i64>(next)
    const highest = key | ITEM
    let hole = next
    while (hole > keys && load<i64>(hole - 8) > highest) {
      store<i64>(hole, load<i64>(hole - 8))
      hole -= 8
    }
    store<i64>(hole, key)
  }
}

function heapsort(keys: usize, count: i32): void {
  for (let i = (count - 2) >> 1; i >= 0; i--) siftDown(keys, i, count)
  for (let last = count - 1; last > 0; last--) {
    swap(keys, 0, last)
    siftDown(keys, 0, last)
  }
}

function swap(keys: usize, i: i32, j: i32): void {
  const key = load<i64>(at64(keys, i))
  store<i64>(at64(keys, i), load<i64>(at64(keys, j)))
  store<i64>(at64(keys, j), key)
}

function siftDown(keys: usize, from: i32, to: i32): void {
  let root = from
  while (true) {
    const child = root * 2 + 1
    let largest = root
    if (child < to && bitsAt(keys, largest) < bitsAt(keys, child)) largest = child
    if (child + 1 < to && bitsAt(keys, largest) < bitsAt(keys, child + 1)) largest = child + 1
    if (largest == root) return
    swap(keys, root, largest)
    root = largest
  }
}

function bitsAt(keys: usize, i: i32): i64 {
  return load<i64>(at64(keys, i)) >> 31
}
