/**
 * The best split of a feature by presorted columns, for the squared error. It finds what exact-splitter.ts finds, which sorts
 * the node's samples: as long as no two values are equal there is only one order, in which the targets are summed alike.
 * Where two are, the order of their samples would be that of scikit-learn's sort, and that sort is used, unless all sums are
 * of whole numbers: these are exact in any order.
 */
import { at32, at64 } from '../memory/address'
import { isMonotonic } from './criterion'
import { columns, FEATURE_THRESHOLD, hasExactSums } from './data'
import { bestSplit, sortSamples } from './exact-splitter'
import { directions, minSamplesLeaf, minSamplesSplit, minWeightLeaf } from './hyperparameters'
import { BestSplit, Node, Sides } from './node'
import { squaredErrorProxy } from './number-criterion'
import {
  isMarkedLeft,
  markSides,
  orderEqualValues,
  partSorted,
  sampleAt,
  sortedAt,
  takeOrder,
  weighted,
} from './presorted-columns'
import { samples } from './samples'
import { sumLeft, sumRight, sumTotal } from './sums'

/** The feature by which the node's samples are to be in order; -1: they are in the order that they should be in. */
let orderedBy: i32 = -1
/** Whether the samples are already sorted by the feature at hand. */
let isSorted: bool = false

/** Begins with the samples in the order in which the node got them. */
export function beginPresorted(): void {
  orderedBy = -1
}

/** Looks at the node's values of a feature. Returns whether the feature is constant. */
export function lookAtSorted(feature: i32): bool {
  const lowest = sampleAt(sortedAt(feature, Node.start)).value
  const highest = sampleAt(sortedAt(feature, Node.end - 1)).value
  isSorted = false
  Node.missingCount = 0
  if (lowest == highest) return true
  if (isNaN(highest)) {
    if (orderedBy >= 0) takeOrder(orderedBy, Node.start, Node.end)
    orderedBy = -1
    isSorted = true
    return sortSamples(feature)
  }
  if (!(highest <= lowest + FEATURE_THRESHOLD)) return false
  putInOrder(feature)
  return true
}

/** Has the samples in the order of a feature. */
function putInOrder(feature: i32): void {
  if (!hasExactSums) orderEqualValues(feature, Node.start, Node.end, orderedBy)
  orderedBy = feature
}

/** Tries every threshold. Returns the best proxy improvement so far. */
export function bestSortedSplit(feature: i32, proxySoFar: f64): f64 {
  if (isSorted) return bestSplit(feature, proxySoFar)
  const proxy = scan(feature, proxySoFar, hasExactSums)
  if (isNaN(proxy)) {
    putInOrder(feature)
    return scan(feature, proxySoFar, true)
  }
  orderedBy = feature
  return proxy
}

/**
 * Tries every threshold in the order of the column. Returns the best proxy improvement so far; NaN as soon as it matters in
 * which order samples with equal values are, unless these are in order.
 */
function scan(feature: i32, proxySoFar: f64, isInOrder: bool): f64 {
  const start = Node.start
  const end = Node.end
  const firstSplit = start + minSamplesLeaf
  const lastSplit = end - minSamplesLeaf
  const total = load<f64>(sumTotal)
  const weight = Node.weight
  let best = proxySoFar
  let limit = limitOf(best)
  let left: f64 = 0
  let weightLeft: f64 = 0
  // Where the sums were last used: scikit-learn sums from there, or from the end where that is nearer.
  let position = start
  let at = sortedAt(feature, start)
  let previous = sampleAt(at).value
  for (let p = start; p < end; p++, at += 8) {
    const sample = sampleAt(at)
    const value = sample.value
    if (!(value > previous + FEATURE_THRESHOLD)) {
      if (value == previous && p > start && !isInOrder) return NaN
    } else if (p >= firstSplit && p <= lastSplit) {
      if (p - position > end - p) {
        if (!isInOrder) return NaN
        left = total
        weightLeft = weight
        for (let q = sortedAt(feature, end) - 8; q >= at; q -= 8) {
          const slot = at64(weighted, 2 * sampleAt(q).row)
          left -= load<f64>(slot)
          weightLeft -= load<f64>(slot, 8)
        }
      }
      position = p
      const right = total - left
      const weightRight = weight - weightLeft
      const score = left * left * weightRight + right * right * weightLeft
      if (!(score < limit * (weightLeft * weightRight))) {
        const proxy = proxyOf(feature, left, weightLeft)
        if (proxy > best) {
          best = proxy
          limit = limitOf(best)
          BestSplit.feature = feature
          BestSplit.position = p
          BestSplit.threshold = <f64>previous / 2.0 + <f64>value / 2.0
          BestSplit.missingLeft = i32(p - start > end - p)
        }
      }
    }
    const slot = at64(weighted, 2 * sample.row)
    left += load<f64>(slot)
    weightLeft += load<f64>(slot, 8)
    previous = value
  }
  return best
}

/** The score of a split, the proxy improvement without its divisions and but for rounding, may not be below this. */
function limitOf(proxy: f64): f64 {
  return proxy - Math.abs(proxy) * 1e-12
}

/** The proxy improvement of a split; -Infinity where it is forbidden. */
function proxyOf(feature: i32, left: f64, weightLeft: f64): f64 {
  Sides.weightLeft = weightLeft
  Sides.weightRight = Node.weight - weightLeft
  if (Sides.weightLeft < minWeightLeaf || Sides.weightRight < minWeightLeaf) return -Infinity
  store<f64>(sumLeft, left)
  store<f64>(sumRight, load<f64>(sumTotal) - left)
  if (directions != 0 && !isMonotonic(feature)) return -Infinity
  return squaredErrorProxy()
}

/** Puts the samples of the left child of the best split first. */
export function partitionPresorted(): void {
  const start = Node.start
  const end = Node.end
  if (orderedBy >= 0) takeOrder(orderedBy, start, end)
  markSides(BestSplit.feature, BestSplit.threshold, BestSplit.missingLeft != 0, start, end)
  let p = start
  let last = end
  while (p < last) {
    const i = load<i32>(at32(samples, p))
    if (isMarkedLeft(i)) {
      p++
    } else {
      last--
      store<i32>(at32(samples, p), load<i32>(at32(samples, last)))
      store<i32>(at32(samples, last), i)
    }
  }
}

/** Parts the sorted columns likewise, those that may be split in a child. */
export function partColumns(features: usize, constants: i32): void {
  if (max(BestSplit.position - Node.start, Node.end - BestSplit.position) < minSamplesSplit) return
  for (let k = constants; k < columns; k++) partSorted(load<i32>(at32(features, k)), Node.start, Node.end)
}
