/**
 * The best split of a feature by its values, for weights that are not whole numbers: they are summed in scikit-learn's
 * order (_splitter.pyx, node_split_best; _partitioner.pyx, DensePartitioner).
 */
import { align, at32, at64 } from '../memory/address'
import { isMonotonic, proxyImprovement, resetSums, updateSums } from './criterion'
import { FEATURE_THRESHOLD, hasMissing, rows, values } from './data'
import { minSamplesLeaf, minWeightLeaf } from './hyperparameters'
import { BestSplit, Node, Sides } from './node'
import { samples } from './samples'
import { itemOfKey, pack, sortPacked, valueOfKey } from './sort-packed'

/** f32[rows]: the feature's value of samples[p]. */
export let featureValues: usize = 0
/** i32[rows] */
let swapBuffer: usize = 0
/** i64[rows]: values and samples that are being sorted. */
export let packed: usize = 0

export function layoutFeatureValues(base: usize): usize {
  featureValues = base
  swapBuffer = align(at32(featureValues, rows))
  packed = align(at32(swapBuffer, rows))
  return align(at64(packed, rows + 1))
}

export function valueAt(p: i32): f32 {
  return load<f32>(at32(featureValues, p))
}

/** Sorts the node's samples by the feature, missing values last. Returns whether the feature is constant. */
export function sortSamples(candidate: i32): bool {
  const column = at32(values, candidate * rows)
  let missing = 0
  if (load<u8>(hasMissing + candidate) != 0) {
    let p = Node.start
    let last = Node.end - 1
    while (p <= last) {
      const lastSample = load<i32>(at32(samples, last))
      const lastValue = load<f32>(at32(column, lastSample))
      if (isNaN(lastValue)) {
        missing++
        last--
        continue
      }
      let value = load<f32>(at32(column, load<i32>(at32(samples, p))))
      if (isNaN(value)) {
        store<i32>(at32(samples, last), load<i32>(at32(samples, p)))
        store<i32>(at32(samples, p), lastSample)
        value = lastValue
        missing++
        last--
      }
      store<f32>(at32(featureValues, p), value)
      p++
    }
  } else {
    for (let p = Node.start; p < Node.end; p++) {
      const i = load<i32>(at32(samples, p))
      store<f32>(at32(featureValues, p), load<f32>(at32(column, i)))
    }
  }
  Node.missingCount = missing
  const present = Node.end - Node.start - missing
  if (present == 0) return true
  sortPresent(present)
  return missing == 0 && valueAt(Node.end - 1) <= valueAt(Node.start) + FEATURE_THRESHOLD
}

/** Sorts the node's first samples by their values. */
function sortPresent(count: i32): void {
  for (let k = 0, p = Node.start; k < count; k++, p++) {
    store<i64>(at64(packed, k), pack(valueAt(p), load<i32>(at32(samples, p))))
  }
  sortPacked(packed, count)
  for (let k = 0, p = Node.start; k < count; k++, p++) {
    const key = load<i64>(at64(packed, k))
    store<f32>(at32(featureValues, p), valueOfKey(key))
    store<i32>(at32(samples, p), itemOfKey(key))
  }
}

/** Tries every threshold, missing values right, then left. Returns the best proxy improvement so far. */
export function bestSplit(candidate: i32, proxySoFar: f64): f64 {
  let best = proxySoFar
  const searches = Node.missingCount == 0 ? 1 : 2
  for (let search = 0; search < searches; search++) {
    const missingLeft = search == 1
    if (missingLeft) shiftMissingLeft()
    resetSums()
    const last = missingLeft ? Node.end : Node.end - Node.missingCount
    let p = Node.start
    while (p < Node.end) {
      if (p == last && !missingLeft) break
      if (missingLeft && p == Node.start) p = Node.start + Node.missingCount
      p++
      while (p < last && valueAt(p) <= valueAt(p - 1) + FEATURE_THRESHOLD) p++
      if (p == Node.end) break
      const left = p - Node.start
      const right = Node.end - p
      if (left < minSamplesLeaf || right < minSamplesLeaf) continue
      updateSums(p)
      if (Sides.weightLeft < minWeightLeaf || Sides.weightRight < minWeightLeaf) continue
      if (!isMonotonic(candidate)) continue
      const proxy = proxyImprovement()
      if (proxy > best) {
        best = proxy
        BestSplit.feature = candidate
        BestSplit.position = p
        BestSplit.threshold =
          p == last && !missingLeft ? Infinity : <f64>valueAt(p - 1) / 2.0 + <f64>valueAt(p) / 2.0
        BestSplit.missingLeft = Node.missingCount == 0 ? i32(left > right) : i32(missingLeft)
      }
    }
  }
  return best
}

/** The missing samples, which are last, come first; the order within the two parts stays. */
function shiftMissingLeft(): void {
  const present = (<usize>(Node.end - Node.start - Node.missingCount)) << 2
  const missing = (<usize>Node.missingCount) << 2
  const from = (<usize>Node.start) << 2
  memory.copy(swapBuffer, samples + from + present, missing)
  memory.copy(samples + from + missing, samples + from, present)
  memory.copy(samples + from, swapBuffer, missing)
  memory.copy(featureValues + from + missing, featureValues + from, present)
}

/** Puts the samples of the left child of the best split first. */
export function partition(): void {
  const column = at32(values, BestSplit.feature * rows)
  let p = Node.start
  let last = Node.end
  while (p < last) {
    const i = load<i32>(at32(samples, p))
    const value = load<f32>(at32(column, i))
    if (isNaN(value) ? BestSplit.missingLeft != 0 : <f64>value <= BestSplit.threshold) {
      p++
    } else {
      last--
      store<i32>(at32(samples, p), load<i32>(at32(samples, last)))
      store<i32>(at32(samples, last), i)
    }
  }
}
