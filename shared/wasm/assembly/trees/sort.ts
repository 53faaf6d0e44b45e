/**
 * Sorts numbers and moves an item with each: introsort (Musser 1997) with a three-way partition (utils/_sorting.pyx).
 * It is not stable: which of two equal values comes first decides in which order weights are summed, so every swap is
 * scikit-learn's.
 */
import { at32 } from '../memory/address'

/** Sorts `count` keys (f32 or f64), at least one, and their i32 items. */
export function sortWithItems<K>(keys: usize, items: usize, count: i32): void {
  introsort<K>(keys, items, count, 2 * (31 - clz(count)))
}

function keyAt<K>(keys: usize, i: i32): usize {
  return keys + <usize>i * sizeof<K>()
}

function get<K>(keys: usize, i: i32): K {
  return load<K>(keyAt<K>(keys, i))
}

function swap<K>(keys: usize, items: usize, i: i32, j: i32): void {
  const key = get<K>(keys, i)
  store<K>(keyAt<K>(keys, i), get<K>(keys, j))
  store<K>(keyAt<K>(keys, j), key)
  const item = load<i32>(at32(items, i))
  store<i32>(at32(items, i), load<i32>(at32(items, j)))
  store<i32>(at32(items, j), item)
}

function introsort<K>(keys: usize, items: usize, count: i32, depth: i32): void {
  while (count > 15) {
    if (depth <= 0) {
      heapsort<K>(keys, items, count)
      return
    }
    depth--
    const pivot = median3<K>(get<K>(keys, 0), get<K>(keys, count >> 1), get<K>(keys, count - 1))
    let i = 0
    let left = 0
    let right = count
    while (i < right) {
      const key = get<K>(keys, i)
      if (key < pivot) {
        swap<K>(keys, items, i, left)
        i++
        left++
      } else if (key > pivot) {
        right--
        swap<K>(keys, items, i, right)
      } else {
        i++
      }
    }
    introsort<K>(keys, items, left, depth)
    keys = keyAt<K>(keys, right)
    items = at32(items, right)
    count -= right
  }
  insertionSort<K>(keys, items, count)
}

function median3<K>(a: K, b: K, c: K): K {
  if (a < b) return b < c ? b : a < c ? c : a
  if (b < c) return a < c ? a : c
  return b
}

function insertionSort<K>(keys: usize, items: usize, count: i32): void {
  for (let i = 1; i < count; i++) {
    const key = get<K>(keys, i)
    const item = load<i32>(at32(items, i))
    let j = i
    while (j > 0 && get<K>(keys, j - 1) > key) {
      store<K>(keyAt<K>(keys, j), get<K>(keys, j - 1))
      store<i32>(at32(items, j), load<i32>(at32(items, j - 1)))
      j--
    }
    store<K>(keyAt<K>(keys, j), key)
    store<i32>(at32(items, j), item)
  }
}

function heapsort<K>(keys: usize, items: usize, count: i32): void {
  for (let i = (count - 2) >> 1; i >= 0; i--) siftDown<K>(keys, items, i, count)
  for (let last = count - 1; last > 0; last--) {
    swap<K>(keys, items, 0, last)
    siftDown<K>(keys, items, 0, last)
  }
}

function siftDown<K>(keys: usize, items: usize, from: i32, to: i32): void {
  let root = from
  while (true) {
    const child = root * 2 + 1
    let largest = root
    if (child < to && get<K>(keys, largest) < get<K>(keys, child)) largest = child
    if (child + 1 < to && get<K>(keys, largest) < get<K>(keys, child + 1)) largest = child + 1
    if (largest == root) return
    swap<K>(keys, items, root, largest)
    root = largest
  }
}
