/**
 * Sorts numbers and moves an item with each: introsort (Musser 1997) with a three-way partition (utils/_sorting.pyx).
 * It is not stable: which of two equal values comes first decides in which order weights are summed, so every swap is
 * scikit-learn's.
 */
import { at32 } from '../memory/address'

/** Sorts `count` f32 keys, at least one, and their i32 items. */
export function sortWithItems(keys: usize, items: usize, count: i32): void {
  introsort(keys, items, count, 2 * (31 - clz(count)))
}

function get(keys: usize, i: i32): f32 {
  return load<f32>(at32(keys, i))
}

function swap(keys: usize, items: usize, i: i32, j: i32): void {
  const a = (<usize>i) << 2
  const b = (<usize>j) << 2
  const key = load<f32>(keys + a)
  store<f32>(keys + a, load<f32>(keys + b))
  store<f32>(keys + b, key)
  const item = load<i32>(items + a)
  store<i32>(items + a, load<i32>(items + b))
  store<i32>(items + b, item)
}

function introsort(keys: usize, items: usize, count: i32, depth: i32): void {
  while (count > 15) {
    if (depth <= 0) {
      heapsort(keys, items, count)
      return
    }
    depth--
    const pivot = median3(get(keys, 0), get(keys, count >> 1), get(keys, count - 1))
    let i = 0
    let left = 0
    let right = count
    while (i < right) {
      const key = get(keys, i)
      if (key < pivot) {
        swap(keys, items, i, left)
        i++
        left++
      } else if (key > pivot) {
        right--
        swap(keys, items, i, right)
      } else {
        i++
      }
    }
    introsort(keys, items, left, depth)
    keys = at32(keys, right)
    items = at32(items, right)
    count -= right
  }
  insertionSort(keys, items, count)
}

function median3(a: f32, b: f32, c: f32): f32 {
  if (a < b) return b < c ? b : a < c ? c : a
  if (b < c) return a < c ? a : c
  return b
}

function insertionSort(keys: usize, items: usize, count: i32): void {
  for (let i = 1; i < count; i++) {
    const key = get(keys, i)
    const item = load<i32>(at32(items, i))
    let j = i
    while (j > 0 && get(keys, j - 1) > key) {
      store<f32>(at32(keys, j), get(keys, j - 1))
      store<i32>(at32(items, j), load<i32>(at32(items, j - 1)))
      j--
    }
    store<f32>(at32(keys, j), key)
    store<i32>(at32(items, j), item)
  }
}

function heapsort(keys: usize, items: usize, count: i32): void {
  for (let i = (count - 2) >> 1; i >= 0; i--) siftDown(keys, items, i, count)
  for (let last = count - 1; last > 0; last--) {
    swap(keys, items, 0, last)
    siftDown(keys, items, 0, last)
  }
}

function siftDown(keys: usize, items: usize, from: i32, to: i32): void {
  let root = from
  while (true) {
    const child = root * 2 + 1
    let largest = root
    if (child < to && get(keys, largest) < get(keys, child)) largest = child
    if (child + 1 < to && get(keys, largest) < get(keys, child + 1)) largest = child + 1
    if (largest == root) return
    swap(keys, items, root, largest)
    root = largest
  }
}
