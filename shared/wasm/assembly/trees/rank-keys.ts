/**
 * A node's samples as whole numbers that sort by a feature. A key is, from its highest bit: rank of the value, class,
 * weight - 1. Class and weight are the sample's code, which moves with the sample from node to node.
 */
import { align, at32, at64 } from '../memory/address'
import {
  classes,
  distinctCount,
  distinctValue,
  FEATURE_THRESHOLD,
  hasMissing,
  NO_RANK,
  reach,
  rows,
  target,
} from './data'
import { Node } from './node'
import { rankBase, rankStride } from './rank-copies'
import { sampleCount, samples, weights } from './samples'

/** Buckets of one level of the sort (sort-keys.ts). */
export const BUCKETS: usize = 2048
/** Each level narrows the ranks in a bucket by a factor of at least 16. */
const SORT_LEVELS: usize = 9

/** u32[rows] or u64[rows]: the keys of the node for the feature at hand, and as much memory again to sort with. */
export let keys: usize = 0
export let spare: usize = 0
/** u32[rows]: the code of samples[p]. */
export let codes: usize = 0
/** u32[BUCKETS + 1] for each level of the sort. */
export let buckets: usize = 0

export let classBits: i32 = 0
export let weightBits: i32 = 0
export let codeBits: i32 = 0
/** Whether a key needs 64 bits. */
export let wide: bool = false

/** Of the feature at hand in the node. */
export let lowestRank: u32 = 0
export let highestRank: u32 = 0

export function layoutKeys(base: usize): usize {
  // The weights are in the codes as soon as a tree has begun.
  keys = weights
  spare = base
  codes = align(at64(spare, rows))
  buckets = align(at32(codes, rows))
  return align(buckets + ((BUCKETS + 1) << 2) * SORT_LEVELS)
}

/** Writes the codes of the samples, and finds out how many bits a key needs. */
export function encodeSamples(): void {
  let maximum: u32 = 1
  for (let p = 0; p < sampleCount; p++) {
    maximum = max(maximum, <u32>load<f64>(at64(weights, load<i32>(at32(samples, p)))))
  }
  classBits = 32 - clz(classes - 1)
  weightBits = 32 - clz(<i32>(maximum - 1))
  codeBits = classBits + weightBits
  wide = codeBits + 32 - clz(rows) > 32
  for (let p = 0; p < sampleCount; p++) {
    const i = load<i32>(at32(samples, p))
    const weight = <u32>load<f64>(at64(weights, i))
    store<u32>(at32(codes, p), (load<u32>(at32(target, i)) << weightBits) | (weight - 1))
  }
}

/** Sums the weights of samples[from:to] per class, into i32[classes]. Returns the sum of all. */
export function countCodes(counts: usize, from: i32, to: i32): i32 {
  const mask: u32 = (1 << weightBits) - 1
  let sum = 0
  memory.fill(counts, 0, (<usize>classes) << 2)
  for (let p = from; p < to; p++) {
    const code = load<u32>(at32(codes, p))
    const weight = <i32>(code & mask) + 1
    const slot = at32(counts, code >> weightBits)
    store<i32>(slot, load<i32>(slot) + weight)
    sum += weight
  }
  return sum
}

/** Reads the node's keys for the feature, missing values last. Returns whether the feature is constant. */
export function gatherKeys(feature: i32): bool {
  return wide ? gather<u64>(feature) : gather<u32>(feature)
}

function gather<T>(feature: i32): bool {
  const column = at32(rankBase, feature * rankStride)
  const absent = load<u32>(at32(distinctCount, feature))
  const shift = <T>codeBits
  let low = NO_RANK
  let high: u32 = 0
  let to = keys
  if (load<u8>(hasMissing + feature) == 0) {
    for (let p = Node.start; p < Node.end; p++) {
      const rank = load<u32>(at32(column, load<i32>(at32(samples, p))))
      low = min(low, rank)
      high = max(high, rank)
      store<T>(to, ((<T>rank) << shift) | <T>load<u32>(at32(codes, p)))
      to += sizeof<T>()
    }
    Node.missingCount = 0
  } else {
    let last = keys + <usize>(Node.end - Node.start) * sizeof<T>()
    let missing = 0
    for (let p = Node.start; p < Node.end; p++) {
      const rank = load<u32>(at32(column, load<i32>(at32(samples, p))))
      const key = ((<T>rank) << shift) | <T>load<u32>(at32(codes, p))
      if (rank == absent) {
        missing++
        last -= sizeof<T>()
        store<T>(last, key)
      } else {
        low = min(low, rank)
        high = max(high, rank)
        store<T>(to, key)
        to += sizeof<T>()
      }
    }
    Node.missingCount = missing
    if (missing == Node.end - Node.start) return true
  }
  lowestRank = low
  highestRank = high
  return Node.missingCount == 0 && isOneValue(feature, low, high, load<u32>(at32(reach, feature)))
}

/**
 * Whether scikit-learn treats the values of two ranks as equal. With `reachOfFeature` most pairs need no load of their
 * values.
 */
export function isOneValue(feature: i32, low: u32, high: u32, reachOfFeature: u32): bool {
  if (high - low > reachOfFeature) return false
  return distinctValue(feature, high) <= distinctValue(feature, low) + FEATURE_THRESHOLD
}
