/** Splits a node: draws features and keeps the best split (_splitter.pyx, node_split_best and node_split_random). */
import { align, at32 } from '../memory/address'
import { childrenImpurity, nodeImpurity, resetSums, sumNode, updateSums } from './criterion'
import { columns, usePresorted, useRanks } from './data'
import { bestSplit, partition, sortSamples } from './exact-splitter'
import { maxFeatures, useRandomThresholds } from './hyperparameters'
import { BestSplit, Node, Sides } from './node'
import { nodeCount } from './node-buffer'
import {
  beginPresorted,
  bestSortedSplit,
  lookAtSorted,
  partColumns,
  partitionPresorted,
} from './presorted-splitter'
import { rand } from './random-numbers'
import { findMinMax, randomSplit } from './random-splitter'
import { gatherKeys } from './rank-keys'
import { bestRankedSplit, countNode, partitionRanked, rankedThreshold } from './ranked-splitter'
import { weightedSamples } from './samples'

export abstract class Work {
  /** How many values were looked at since `grow` was called. */
  static done: f64 = 0
}

/** i32[columns]: see splitNode. */
export let features: usize = 0
/** i32[columns]: the constant features of the node's ancestors, then those found in the node. */
export let constantFeatures: usize = 0
/** How many features are known to be constant in the children of the node that was split last. */
export let knownConstants: i32 = 0

export function layoutFeatures(base: usize): usize {
  features = base
  constantFeatures = align(at32(features, columns))
  return align(at32(constantFeatures, columns))
}

export function orderFeatures(): void {
  for (let j = 0; j < columns; j++) setFeature(j, j)
}

function feature(i: i32): i32 {
  return load<i32>(at32(features, i))
}
function setFeature(i: i32, value: i32): void {
  store<i32>(at32(features, i), value)
}
function swapFeatures(i: i32, j: i32): void {
  const kept = feature(i)
  setFeature(i, feature(j))
  setFeature(j, kept)
}

/**
 * Makes samples[start:end] the node at hand. Returns its impurity: the root's is computed, another's is what its parent's
 * split found.
 */
export function beginNode(start: i32, end: i32, parentImpurity: f64): f64 {
  Node.start = start
  Node.end = end
  if (useRanks) countNode()
  else sumNode()
  return nodeCount == 0 ? nodeImpurity() : parentImpurity
}

/**
 * Draws features without replacement (Fisher and Yates) until maxFeatures were looked at and one of them is not
 * constant, and keeps the best split. `features` is, from the left: constants drawn, constants known and not drawn,
 * constants found here, features to draw, features drawn.
 */
export function splitNode(impurity: f64, constants: i32): void {
  BestSplit.position = Node.end
  BestSplit.improvement = -Infinity
  BestSplit.feature = 0
  BestSplit.threshold = 0
  BestSplit.missingLeft = 0
  if (usePresorted) beginPresorted()
  let proxy: f64 = -Infinity
  let lastFeature = 0

  let undrawn = columns
  let visited = 0
  let found = 0
  let drawn = 0
  let total = constants
  while (undrawn > total && (visited < maxFeatures || visited <= found + drawn)) {
    visited++
    let j = drawn + <i32>(rand() % <u32>(undrawn - found - drawn))
    if (j < constants) {
      swapFeatures(drawn, j)
      drawn++
      continue
    }
    j += found
    const candidate = feature(j)
    lastFeature = candidate
    Work.done += <f64>(Node.end - Node.start)
    if (isConstant(candidate)) {
      swapFeatures(j, total)
      found++
      total++
      continue
    }
    undrawn--
    swapFeatures(undrawn, j)
    proxy = tryFeature(candidate, proxy)
  }

  if (BestSplit.position < Node.end) {
    if (useRanks) {
      BestSplit.threshold = rankedThreshold()
      partitionRanked()
    } else {
      if (usePresorted) partitionPresorted()
      else if (!useRandomThresholds || lastFeature != BestSplit.feature) partition()
      resetSums()
      updateSums(BestSplit.position)
    }
    childrenImpurity()
    BestSplit.improvement =
      (Node.weight / weightedSamples) *
      (impurity -
        (Sides.weightRight / Node.weight) * Sides.impurityRight -
        (Sides.weightLeft / Node.weight) * Sides.impurityLeft)
  }
  memory.copy(features, constantFeatures, (<usize>constants) << 2)
  memory.copy(at32(constantFeatures, constants), at32(features, constants), (<usize>found) << 2)
  knownConstants = total
  if (usePresorted && BestSplit.position < Node.end) partColumns(features, total)
}

/** Reads the node's values of a feature. Returns whether it is constant. */
function isConstant(candidate: i32): bool {
  if (useRanks) return gatherKeys(candidate)
  if (usePresorted) return lookAtSorted(candidate)
  return useRandomThresholds ? findMinMax(candidate) : sortSamples(candidate)
}

/** Tries the feature's thresholds. Returns the best proxy improvement so far. */
function tryFeature(candidate: i32, proxySoFar: f64): f64 {
  if (useRanks) return bestRankedSplit(candidate, proxySoFar)
  if (usePresorted) return bestSortedSplit(candidate, proxySoFar)
  return useRandomThresholds ? randomSplit(candidate, proxySoFar) : bestSplit(candidate, proxySoFar)
}
