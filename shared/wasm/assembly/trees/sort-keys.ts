/**
 * Sorts the keys of a node by rank. The order among equal ranks does not matter, since whole weights have exact sums in
 * any order. Few keys are sorted by insertion, more are first put into buckets, many are sorted digit by digit.
 */
import { at32 } from '../memory/address'
import { NO_RANK } from './data'
import { BUCKETS, buckets, codeBits, highestRank, keys, lowestRank, spare } from './rank-keys'

/** Up to this many keys are sorted by insertion. */
const INSERTION_MAX: i32 = 16
/** From this many on they are sorted digit by digit. */
const RADIX_MIN: i32 = 512

/** Sorts the first `count` keys. */
export function sortKeys<T>(count: i32): void {
  if (count >= RADIX_MIN) {
    radixSort<T>(count)
    return
  }
  if (count > INSERTION_MAX) distribute<T>(keys, count, lowestRank, highestRank, buckets)
  insertKeys<T>(keys, count)
}

export function increment(counts: usize, b: u32): void {
  const slot = at32(counts, b)
  store<u32>(slot, load<u32>(slot) + 1)
}

/** Sorts by rank, the lower digits first. */
function radixSort<T>(count: i32): void {
  const range = highestRank - lowestRank
  // One value and missing ones: there is no digit to sort by.
  if (range == 0) return
  const rangeBits = 32 - clz(range)
  const passes = (rangeBits + 10) / 11
  const digitBits = (rangeBits + passes - 1) / passes
  const size = (<usize>1) << digitBits
  const mask = <u32>size - 1
  const bytes = <usize>count * sizeof<T>()
  const bits = <T>codeBits
  const low = lowestRank
  memory.fill(buckets, 0, (size * passes) << 2)
  for (let key = keys, to = keys + bytes; key < to; key += sizeof<T>()) {
    let digits = <u32>(load<T>(key) >> bits) - low
    let counts = buckets
    for (let pass = 0; pass < passes; pass++) {
      increment(counts, digits & mask)
      digits >>= digitBits
      counts += size << 2
    }
  }
  let from = keys
  let to = spare
  for (let pass = 0; pass < passes; pass++) {
    const counts = buckets + ((size * pass) << 2)
    let sum: u32 = 0
    for (let slot = counts, last = counts + (size << 2); slot < last; slot += 4) {
      const count = load<u32>(slot)
      store<u32>(slot, sum)
      sum += count
    }
    const shift = <u32>(pass * digitBits)
    for (let key = from, last = from + bytes; key < last; key += sizeof<T>()) {
      const moved = load<T>(key)
      const digit = ((<u32>(moved >> bits) - low) >> shift) & mask
      const slot = at32(counts, digit)
      const position = load<u32>(slot)
      store<u32>(slot, position + 1)
      store<T>(to + <usize>position * sizeof<T>(), moved)
    }
    const kept = from
    from = to
    to = kept
  }
  if (from != keys) memory.copy(keys, from, bytes)
}

/** Puts keys into buckets by rank, again within a large bucket, until insertion can do the rest. */
function distribute<T>(at: usize, count: i32, low: u32, high: u32, counts: usize): void {
  const range = high - low
  if (range == 0) return
  // Two to four buckets a key: few of them share one.
  const wanted = min<i32>(33 - clz(count), 11)
  const shift = <T>max<i32>(32 - clz(range) - wanted, 0)
  const bits = <T>codeBits
  const bucketCount = <usize>(range >> <u32>shift) + 1
  memory.fill(counts, 0, bucketCount << 2)
  const to = at + <usize>count * sizeof<T>()
  for (let key = at; key < to; key += sizeof<T>()) {
    increment(counts, (<u32>(load<T>(key) >> bits) - low) >> <u32>shift)
  }
  let sum: u32 = 0
  let largest: u32 = 0
  for (let b: usize = 0; b < bucketCount; b++) {
    const size = load<u32>(counts + (b << 2))
    largest = max(largest, size)
    store<u32>(counts + (b << 2), sum)
    sum += size
  }
  for (let key = at; key < to; key += sizeof<T>()) {
    const moved = load<T>(key)
    const slot = at32(counts, (<u32>(moved >> bits) - low) >> <u32>shift)
    const position = load<u32>(slot)
    store<u32>(slot, position + 1)
    store<T>(spare + <usize>position * sizeof<T>(), moved)
  }
  memory.copy(at, spare, <usize>count * sizeof<T>())
  if (largest <= <u32>INSERTION_MAX || shift == 0) return

  let from: u32 = 0
  for (let b: usize = 0; b < bucketCount; b++) {
    const until = load<u32>(counts + (b << 2))
    const size = <i32>(until - from)
    if (size > INSERTION_MAX) {
      const first = low + ((<u32>b) << (<u32>shift))
      const bucket = at + <usize>from * sizeof<T>()
      distributeWithin<T>(bucket, size, first, counts + ((BUCKETS + 1) << 2))
    }
    from = until
  }
}

function distributeWithin<T>(at: usize, count: i32, first: u32, counts: usize): void {
  let low = NO_RANK
  let high: u32 = first
  const to = at + <usize>count * sizeof<T>()
  for (let key = at; key < to; key += sizeof<T>()) {
    const rank = <u32>(load<T>(key) >> <T>codeBits)
    low = min(low, rank)
    high = max(high, rank)
  }
  distribute<T>(at, count, low, high, counts)
}

/** Insertion sort by rank. */
function insertKeys<T>(at: usize, count: i32): void {
  const anyCode = ((<T>1) << (<T>codeBits)) - 1
  const to = at + <usize>count * sizeof<T>()
  for (let next = at + sizeof<T>(); next < to; next += sizeof<T>()) {
    const key = load<T>(next)
    const largest = key | anyCode
    let hole = next
    while (hole > at && load<T>(hole - sizeof<T>()) > largest) {
      store<T>(hole, load<T>(hole - sizeof<T>()))
      hole -= sizeof<T>()
    }
    store<T>(hole, key)
  }
}
