/**
 * The best split of a feature by its ranks, for weights that are whole numbers (what node_split_best of _splitter.pyx
 * finds, in another way: see trees.ts).
 */
import { align, at32, at64 } from '../memory/address'
import { classesOfChildrenImpurity, impurityProxy } from './class-criterion'
import { isMonotonic } from './criterion'
import { classes, distinctCount, distinctValue, NO_RANK, reach, rows } from './data'
import { criterion, directions, GINI, minSamplesLeaf, minWeightLeaf } from './hyperparameters'
import { BestSplit, Node, Sides } from './node'
import { rankBase, rankStride } from './rank-copies'
import { classBits, codeBits, codes, countCodes, isOneValue, keys, spare, weightBits, wide } from './rank-keys'
import { samples } from './samples'
import { sortKeys } from './sort-keys'
import { xLogXOf } from './x-log-x'
import { sumLeft, sumRight, sumTotal } from './sums'

/** i32[classes]: the weight of each class on the left side, and in the node. */
let leftCounts: usize = 0
let totalCounts: usize = 0
/** The best split lies between these two ranks; the second is NO_RANK where only missing values are on the right. */
let bestRank: u32 = 0
let bestNextRank: u32 = 0
let bestProxy: f64 = 0

export function layoutCounts(base: usize): usize {
  leftCounts = base
  totalCounts = align(at32(leftCounts, classes))
  return align(at32(totalCounts, classes))
}

/** Sums the weights of the node at hand. */
export function countNode(): void {
  Node.weight = <f64>countCodes(totalCounts, Node.start, Node.end)
  for (let k = 0; k < classes; k++) store<f64>(at64(sumTotal, k), <f64>load<i32>(at32(totalCounts, k)))
}

/** Tries every threshold. Returns the best proxy improvement so far. */
export function bestRankedSplit(feature: i32, proxySoFar: f64): f64 {
  return wide ? sortAndScan<u64>(feature, proxySoFar) : sortAndScan<u32>(feature, proxySoFar)
}

function sortAndScan<T>(feature: i32, proxySoFar: f64): f64 {
  const present = Node.end - Node.start - Node.missingCount
  sortKeys<T>(present)
  bestProxy = proxySoFar
  if (criterion == GINI) scan<T>(feature, present, false, true)
  else scan<T>(feature, present, false, false)
  if (Node.missingCount > 0) {
    if (criterion == GINI) scan<T>(feature, present, true, true)
    else scan<T>(feature, present, true, false)
  }
  return bestProxy
}

/**
 * Tries every threshold between the sorted keys, with the missing values on one side. `gini` is the criterion, told
 * by the caller so that the loop is compiled for it.
 *
 * The score in the loop is the proxy improvement but for a constant and for rounding. It costs no division and no
 * logarithm, so the criterion itself is computed only where the score says that it could be the best.
 */
// @ts-ignore: decorator
@inline
function scan<T>(feature: i32, present: i32, missingLeft: bool, gini: bool): void {
  const bits = <T>codeBits
  const classMask = (<T>1 << <T>classBits) - 1
  const weightMask = (<T>1 << <T>weightBits) - 1
  const within = load<u32>(at32(reach, feature))
  const total = Node.weight
  const last = keys + <usize>present * sizeof<T>()
  memory.fill(leftCounts, 0, <usize>classes << 2)
  let weightLeft: f64 = 0
  if (missingLeft) {
    for (let at = last, to = last + <usize>Node.missingCount * sizeof<T>(); at < to; at += sizeof<T>()) {
      const key = load<T>(at)
      const slot = at32(leftCounts, <i32>((key >> <T>weightBits) & classMask))
      const weight = <i32>(key & weightMask) + 1
      store<i32>(slot, load<i32>(slot) + weight)
      weightLeft += <f64>weight
    }
  }
  // Gini: sums of squared counts; entropy: sums of n log n.
  let left: f64 = 0
  let right: f64 = 0
  for (let k: usize = 0; k < <usize>classes; k++) {
    const countLeft = load<i32>(leftCounts + (k << 2))
    const countRight = load<i32>(totalCounts + (k << 2)) - countLeft
    left += gini ? <f64>countLeft * <f64>countLeft : xLogXOf(countLeft)
    right += gini ? <f64>countRight * <f64>countRight : xLogXOf(countRight)
  }
  const before = missingLeft ? Node.missingCount : 0
  let limit = scoreLimit()
  let previous = <u32>(load<T>(keys) >> bits)
  for (let at = keys; at < last; at += sizeof<T>()) {
    const key = load<T>(at)
    const rank = <u32>(key >> bits)
    if (rank != previous) {
      const weightRight = total - weightLeft
      const promising = gini
        ? left * weightRight + right * weightLeft >= limit * (weightLeft * weightRight)
        : left + right - xLogXOf(<i32>weightLeft) - xLogXOf(<i32>weightRight) >= limit
      if (
        promising &&
        (rank - previous > within || !isOneValue(feature, previous, rank, within))
      ) {
        const samplesLeft = before + <i32>((at - keys) / sizeof<T>())
        if (consider(feature, samplesLeft, weightLeft, left, right, previous, rank, missingLeft)) {
          limit = scoreLimit()
        }
      }
      previous = rank
    }
    const weight = <i32>(key & weightMask) + 1
    const offset = <usize>((key >> <T>weightBits) & classMask) << 2
    const countLeft = load<i32>(leftCounts + offset)
    const countRight = load<i32>(totalCounts + offset) - countLeft
    store<i32>(leftCounts + offset, countLeft + weight)
    if (gini) {
      left += <f64>weight * <f64>(2 * countLeft + weight)
      right -= <f64>weight * <f64>(2 * countRight - weight)
    } else {
      left += xLogXOf(countLeft + weight) - xLogXOf(countLeft)
      right += xLogXOf(countRight - weight) - xLogXOf(countRight)
    }
    weightLeft += <f64>weight
  }
  if (Node.missingCount > 0 && !missingLeft) {
    consider(feature, present, weightLeft, left, right, previous, NO_RANK, false)
  }
}

/** Where the score says that a split could be better than the best so far. */
function scoreLimit(): f64 {
  return criterion == GINI
    ? bestProxy + Node.weight - Node.weight * 1e-12
    : bestProxy - Node.weight * 1e-7
}

/**
 * Keeps the split after rank `previous` if it is the best so far. `next` is NO_RANK where only missing values are on
 * the right. Returns whether it was kept.
 */
function consider(
  feature: i32, samplesLeft: i32, weightLeft: f64, left: f64, right: f64, previous: u32, next: u32,
  missingLeft: bool,
): bool {
  const samplesRight = Node.end - Node.start - samplesLeft
  if (samplesLeft < minSamplesLeaf || samplesRight < minSamplesLeaf) return false
  Sides.weightLeft = weightLeft
  Sides.weightRight = Node.weight - weightLeft
  if (Sides.weightLeft < minWeightLeaf || Sides.weightRight < minWeightLeaf) return false
  if (directions != 0) {
    spreadCounts()
    if (!isMonotonic(feature)) return false
  }
  if (criterion == GINI) {
    Sides.impurityLeft = 1.0 - left / (Sides.weightLeft * Sides.weightLeft)
    Sides.impurityRight = 1.0 - right / (Sides.weightRight * Sides.weightRight)
  } else {
    spreadCounts()
    classesOfChildrenImpurity()
  }
  const proxy = impurityProxy()
  if (!(proxy > bestProxy)) return false
  bestProxy = proxy
  BestSplit.feature = feature
  BestSplit.position = Node.start + samplesLeft
  bestRank = previous
  bestNextRank = next
  BestSplit.missingLeft = Node.missingCount == 0 ? i32(samplesLeft > samplesRight) : i32(missingLeft)
  return true
}

/** Between the values of the best split's ranks, which are seldom in a cache: asked for once a node. */
export function rankedThreshold(): f64 {
  return bestNextRank == NO_RANK
    ? Infinity
    : <f64>distinctValue(BestSplit.feature, bestRank) / 2.0 + <f64>distinctValue(BestSplit.feature, bestNextRank) / 2.0
}

/** sumLeft and sumRight from the counts. */
function spreadCounts(): void {
  for (let k: usize = 0; k < <usize>classes; k++) {
    const count = load<i32>(leftCounts + (k << 2))
    store<f64>(sumLeft + (k << 3), <f64>count)
    store<f64>(sumRight + (k << 3), <f64>(load<i32>(totalCounts + (k << 2)) - count))
  }
}

/** Puts the samples of the left child of the best split first, in their order, and sums both sides. */
export function partitionRanked(): void {
  const column = at32(rankBase, BestSplit.feature * rankStride)
  const absent = load<u32>(at32(distinctCount, BestSplit.feature))
  const missingToLeft: u32 = BestSplit.missingLeft != 0 ? absent : NO_RANK
  const spareCodes = at32(spare, rows)
  let toLeft = <usize>Node.start << 2
  let toRight: usize = 0
  for (let p = toLeft, last = <usize>Node.end << 2; p < last; p += 4) {
    const i = load<i32>(samples + p)
    const code = load<u32>(codes + p)
    const rank = load<u32>(at32(column, i))
    const goesLeft = <usize>(i32(rank <= bestRank) | i32(rank == missingToLeft)) << 2
    store<i32>(samples + toLeft, i)
    store<u32>(codes + toLeft, code)
    store<i32>(spare + toRight, i)
    store<u32>(spareCodes + toRight, code)
    toLeft += goesLeft
    toRight += 4 - goesLeft
  }
  memory.copy(samples + toLeft, spare, toRight)
  memory.copy(codes + toLeft, spareCodes, toRight)
  Sides.weightLeft = <f64>countCodes(leftCounts, Node.start, BestSplit.position)
  Sides.weightRight = Node.weight - Sides.weightLeft
  spreadCounts()
}
