/**
 * Sums of weights, and of weights times targets, by rank of the target, into which samples come one by one: a Fenwick tree
 * (Fenwick, "A new data structure for cumulative frequency tables", 1994; _utils.pyx, WeightedFenwickTree).
 */
import { align, at64 } from '../memory/address'
import { rows } from './data'

/** What `findHalf` found: the median's rank, and the sums of the ranks below it. */
export abstract class Half {
  static rank: i32 = 0
  /** The rank before, where half of the weight ends exactly there; else `rank`. */
  static previousRank: i32 = 0
  static weightBelow: f64 = 0
  static weightedBelow: f64 = 0
}

export abstract class Total {
  static weight: f64 = 0
  static weighted: f64 = 0
}

/** f64[rows + 1], from 1 on. */
let weightsOf: usize = 0
let weightedOf: usize = 0
let size: i32 = 0
/** The highest power of two that is not above `size`. */
let highestBit: i32 = 0

export function layoutWeightTree(base: usize): usize {
  weightsOf = base
  weightedOf = align(at64(weightsOf, rows + 1))
  return align(at64(weightedOf, rows + 1))
}

/** Makes an empty tree for `count` ranks. */
export function clearWeightTree(count: i32): void {
  size = count
  highestBit = 1 << (31 - clz(count))
  const bytes = (<usize>count + 1) << 3
  memory.fill(weightsOf, 0, bytes)
  memory.fill(weightedOf, 0, bytes)
  Total.weight = 0
  Total.weighted = 0
}

function weightAt(i: i32): f64 {
  return load<f64>(at64(weightsOf, i))
}

export function addWeight(rank: i32, y: f64, weight: f64): void {
  const weighted = weight * y
  for (let i = rank + 1; i <= size; i += i & -i) {
    store<f64>(at64(weightsOf, i), weightAt(i) + weight)
    store<f64>(at64(weightedOf, i), load<f64>(at64(weightedOf, i)) + weighted)
  }
  Total.weight += weight
  Total.weighted += weighted
}

/** Finds the rank where the weights of the ranks up to it reach half of the total. */
export function findHalf(): void {
  let target = 0.5 * Total.weight
  let at = 0
  let below: f64 = 0
  let weightedBelow: f64 = 0
  let bit = highestBit
  let isExact = false
  for (; bit != 0; bit >>= 1) {
    const next = at + bit
    if (next > size) continue
    const weight = weightAt(next)
    if (target == weight) {
      isExact = true
      break
    }
    if (target < weight) continue
    target -= weight
    at = next
    below += weight
    weightedBelow += load<f64>(at64(weightedOf, next))
  }
  Half.previousRank = isExact ? lastBelow(at, target, bit) : at
  for (; bit != 0; bit >>= 1) {
    const next = at + bit
    if (next > size || target < weightAt(next)) continue
    target -= weightAt(next)
    at = next
    below += weightAt(next)
    weightedBelow += load<f64>(at64(weightedOf, next))
  }
  Half.rank = at
  Half.weightBelow = below
  Half.weightedBelow = weightedBelow
}

/** The last rank, from `from` on, up to which the weights are less than `target`. */
function lastBelow(from: i32, target: f64, bits: i32): i32 {
  let at = from
  for (let bit = bits; bit != 0; bit >>= 1) {
    const next = at + bit
    if (next > size || !(target > weightAt(next))) continue
    target -= weightAt(next)
    at = next
  }
  return at
}
