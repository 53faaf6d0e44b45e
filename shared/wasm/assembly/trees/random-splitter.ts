/** A random threshold of a feature (_splitter.pyx, node_split_random; _partitioner.pyx, DensePartitioner). */
import { at32 } from '../memory/address'
import { isMonotonic, proxyImprovement, resetSums, updateSums } from './criterion'
import { FEATURE_THRESHOLD, rows, values } from './data'
import { featureValues, valueAt } from './exact-splitter'
import { minSamplesLeaf, minWeightLeaf } from './hyperparameters'
import { BestSplit, Node, Sides } from './node'
import { RAND_R_MAX, rand } from './random-numbers'
import { samples } from './samples'

/** The feature's minimum and maximum in the node. */
let lowest: f32 = 0
let highest: f32 = 0

/** Copies the node's values of the feature. Returns whether the feature is constant. */
export function findMinMax(candidate: i32): bool {
  const column = at32(values, candidate * rows)
  let low = f32.MAX_VALUE
  let high = -f32.MAX_VALUE
  let missing = 0
  for (let p = Node.start; p < Node.end; p++) {
    const i = load<i32>(at32(samples, p))
    const value = load<f32>(at32(column, i))
    store<f32>(at32(featureValues, p), value)
    if (isNaN(value)) {
      missing++
    } else {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  Node.missingCount = missing
  lowest = low
  highest = high
  return missing == Node.end - Node.start || (missing == 0 && high <= low + FEATURE_THRESHOLD)
}

/** Tries one random threshold. Returns the best proxy improvement so far. */
export function randomSplit(candidate: i32, proxySoFar: f64): f64 {
  let threshold = ((<f64>highest - <f64>lowest) * <f64>rand()) / RAND_R_MAX + <f64>lowest
  const missingLeft = Node.missingCount == 0 ? 0 : <i32>(rand() & 1)
  if (threshold == <f64>highest) threshold = <f64>lowest
  let p = Node.start
  let last = Node.end
  while (p < last) {
    const value = valueAt(p)
    if (isNaN(value) ? missingLeft != 0 : <f64>value <= threshold) {
      p++
    } else {
      last--
      const kept = load<i32>(at32(samples, p))
      store<i32>(at32(samples, p), load<i32>(at32(samples, last)))
      store<i32>(at32(samples, last), kept)
      store<f32>(at32(featureValues, p), valueAt(last))
      store<f32>(at32(featureValues, last), value)
    }
  }
  const left = last - Node.start
  const right = Node.end - last
  if (left < minSamplesLeaf || right < minSamplesLeaf) return proxySoFar
  resetSums()
  updateSums(last)
  if (Sides.weightLeft < minWeightLeaf || Sides.weightRight < minWeightLeaf) return proxySoFar
  if (!isMonotonic(candidate)) return proxySoFar
  const proxy = proxyImprovement()
  if (!(proxy > proxySoFar)) return proxySoFar
  BestSplit.feature = candidate
  BestSplit.position = last
  BestSplit.threshold = threshold
  BestSplit.missingLeft = Node.missingCount == 0 ? i32(left > right) : missingLeft
  return proxy
}
