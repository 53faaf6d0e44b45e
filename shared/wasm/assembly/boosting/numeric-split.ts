import { constantHessian } from './data'
import { isHopeless, limitOf, splitGain } from './gain'
import { COUNTS_OFFSET } from './histograms'
import { MIN_HESSIAN, minSamplesLeaf } from './hyperparameters'
import { NO_GAIN, Node, Split, sumsOf } from './node'

function countOf(histogram: usize, bin: i32, sums: v128): i32 {
  if (constantHessian) return <i32>f64x2.extract_lane(sums, 1)
  return load<i32>(histogram + ((<usize>bin) << 2), COUNTS_OFFSET)
}

/** Whether a child is too small. */
function tooSmall(samples: i32, sums: v128): bool {
  return samples < minSamplesLeaf || f64x2.extract_lane(sums, 1) < MIN_HESSIAN
}

function keep(split: Split, gain: f64, left: v128, samples: i32, bin: i32, missingLeft: i32): void {
  split.gain = gain
  split.leftGradients = f64x2.extract_lane(left, 0)
  split.leftHessians = f64x2.extract_lane(left, 1)
  split.leftSamples = samples
  split.bin = bin
  split.missingLeft = missingLeft
}

/**
 * scikit-learn's `_find_best_bin_to_split_left_to_right`: missing values go right.
 *
 * @param bins how many bins have values that are not missing
 */
export function scanToRight(
  node: Node,
  histogram: usize,
  bins: i32,
  hasMissing: bool,
  increase: i32,
  split: Split,
): void {
  const end = bins - 1 + i32(hasMissing)
  const total = sumsOf(node)
  const loss = node.sumGradients * node.value
  let limit = limitOf(split.gain, loss, node)
  let left = f64x2.splat(0)
  let samples = 0
  for (let bin = 0; bin < end; bin++) {
    const sums = v128.load(histogram + ((<usize>bin) << 4))
    samples += countOf(histogram, bin, sums)
    left = f64x2.add(left, sums)
    const right = f64x2.sub(total, left)
    if (tooSmall(samples, left)) continue
    if (tooSmall(node.samples - samples, right)) break
    if (isHopeless(left, right, limit)) continue
    const gain = splitGain(left, right, loss, increase, node)
    if (gain > split.gain && gain > 0) {
      keep(split, gain, left, samples, bin, 0)
      limit = limitOf(gain, loss, node)
    }
  }
}

/** scikit-learn's `_find_best_bin_to_split_right_to_left`: missing values go left. */
export function scanToLeft(node: Node, histogram: usize, bins: i32, increase: i32, split: Split): void {
  const total = sumsOf(node)
  const loss = node.sumGradients * node.value
  let limit = limitOf(split.gain, loss, node)
  let right = f64x2.splat(0)
  let samples = 0
  for (let bin = bins - 2; bin >= 0; bin--) {
    const sums = v128.load(histogram + ((<usize>(bin + 1)) << 4))
    samples += countOf(histogram, bin + 1, sums)
    right = f64x2.add(right, sums)
    const left = f64x2.sub(total, right)
    if (tooSmall(samples, right)) continue
    if (tooSmall(node.samples - samples, left)) break
    if (isHopeless(left, right, limit)) continue
    const gain = splitGain(left, right, loss, increase, node)
    if (gain > split.gain && gain > 0) {
      keep(split, gain, left, node.samples - samples, bin, 1)
      limit = limitOf(gain, loss, node)
    }
  }
}

/** The best split by a number. */
export function splitByNumber(
  node: Node,
  histogram: usize,
  bins: i32,
  hasMissing: bool,
  increase: i32,
  split: Split,
): void {
  split.gain = NO_GAIN
  split.isCategorical = 0
  scanToRight(node, histogram, bins, hasMissing, increase, split)
  if (hasMissing) scanToLeft(node, histogram, bins, increase, split)
}
