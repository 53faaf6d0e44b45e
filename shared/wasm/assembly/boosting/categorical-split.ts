import { at32, at64 } from '../memory/address'
import { constantHessian, missingBin } from './data'
import { splitGain } from './gain'
import { COUNTS_OFFSET } from './histograms'
import { MIN_HESSIAN, minSamplesLeaf } from './hyperparameters'
import { NO_GAIN, Node, Split, sumsOf } from './node'

/** A category with less support (rows, scaled by the hessians) always goes right. scikit-learn's constant. */
const MIN_CAT_SUPPORT: f64 = 10

/** Bytes of the scratch memory of `splitByCategory`: i32[256] categories, f64[256] values, and as much for the merges. */
export const SCRATCH_BYTES: i32 = 2 * 256 * 12

function samplesOf(histogram: usize, bin: i32): i32 {
  if (constantHessian) return <i32>load<f64>(histogram + ((<usize>bin) << 4), 8)
  return load<i32>(histogram + ((<usize>bin) << 2), COUNTS_OFFSET)
}

/**
 * Sorts by glibc's merge sort with scikit-learn's comparison, for which of two equal values the first is the larger one.
 */
function mergeSort(
  bins: usize,
  values: usize,
  from: i32,
  count: i32,
  spareBins: usize,
  spareValues: usize,
): void {
  if (count <= 1) return
  const half = count / 2
  mergeSort(bins, values, from, half, spareBins, spareValues)
  mergeSort(bins, values, from + half, count - half, spareBins, spareValues)
  let first = from
  let second = from + half
  for (let i = 0; i < count; i++) {
    const takeFirst =
      second == from + count ||
      (first < from + half && load<f64>(at64(values, first)) < load<f64>(at64(values, second)))
    const taken = takeFirst ? first++ : second++
    store<i32>(at32(spareBins, i), load<i32>(at32(bins, taken)))
    store<f64>(at64(spareValues, i), load<f64>(at64(values, taken)))
  }
  memory.copy(at32(bins, from), spareBins, (<usize>count) << 2)
  memory.copy(at64(values, from), spareValues, (<usize>count) << 3)
}

/** The categories with enough support, by their mean gradients. Returns how many. */
function orderCategories(node: Node, histogram: usize, bins: i32, hasMissing: bool, order: usize): i32 {
  const values = order + 256 * 4
  const spare = values + 256 * 8
  const factor = <f64>node.samples / node.sumHessians
  let used = 0
  for (let i = 0; i < bins + i32(hasMissing); i++) {
    const bin = i < bins ? i : missingBin
    const sums = histogram + ((<usize>bin) << 4)
    const hessians = load<f64>(sums, 8)
    if (hessians * factor < MIN_CAT_SUPPORT) continue
    store<i32>(at32(order, used), bin)
    store<f64>(at64(values, used), load<f64>(sums) / (hessians + MIN_CAT_SUPPORT))
    used++
  }
  if (used > 1) mergeSort(order, values, 0, used, spare, spare + 256 * 4)
  return used
}

/**
 * scikit-learn's `_find_best_bin_to_split_category`: the categories are ordered by their mean gradients, and cut in two as
 * numbers are, from both ends up to the middle (Fisher, "On grouping for maximum homogeneity", 1958).
 *
 * @param scratch SCRATCH_BYTES
 */
export function splitByCategory(
  node: Node,
  histogram: usize,
  bins: i32,
  hasMissing: bool,
  split: Split,
  scratch: usize,
): void {
  split.gain = NO_GAIN
  split.isCategorical = 1
  const used = orderCategories(node, histogram, bins, hasMissing, scratch)
  if (used <= 1) return
  const total = sumsOf(node)
  const loss = node.sumGradients * node.value
  let bestEnd = 0
  let fromFirst = true
  for (let direction = 0; direction < 2; direction++) {
    const forward = direction == 0
    const middle = (used + 1) / 2 - direction
    let left = f64x2.splat(0)
    let samples = 0
    for (let i = 0; i < middle; i++) {
      const at = forward ? i : used - 1 - i
      const bin = load<i32>(at32(scratch, at))
      samples += samplesOf(histogram, bin)
      left = f64x2.add(left, v128.load(histogram + ((<usize>bin) << 4)))
      const right = f64x2.sub(total, left)
      if (samples < minSamplesLeaf || f64x2.extract_lane(left, 1) < MIN_HESSIAN) continue
      if (node.samples - samples < minSamplesLeaf || f64x2.extract_lane(right, 1) < MIN_HESSIAN) break
      const gain = splitGain(left, right, loss, 0, node)
      if (!(gain > split.gain && gain > 0)) continue
      split.gain = gain
      split.leftGradients = f64x2.extract_lane(left, 0)
      split.leftHessians = f64x2.extract_lane(left, 1)
      split.leftSamples = samples
      bestEnd = at
      fromFirst = forward
    }
  }
  if (split.gain > 0) writeSet(split, scratch, fromFirst ? 0 : bestEnd, fromFirst ? bestEnd + 1 : used)
}

function writeSet(split: Split, order: usize, from: i32, to: i32): void {
  const words = changetype<usize>(split) + offsetof<Split>('set0')
  memory.fill(words, 0, 32)
  split.bin = 0
  split.missingLeft = 0
  for (let i = from; i < to; i++) {
    const bin = load<i32>(at32(order, i))
    const word = at32(words, bin >> 5)
    store<u32>(word, load<u32>(word) | ((<u32>1) << (bin & 31)))
    if (bin == missingBin) split.missingLeft = 1
  }
}
