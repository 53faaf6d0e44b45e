/** The mean absolute error around the median (_criterion.pyx, MAE). */
import { align, at32, at64 } from '../memory/address'
import { rows, target } from './data'
import { Node, Sides } from './node'
import { samples, weights } from './samples'
import { sortWithItems } from './sort'
import { sumTotal } from './sums'
import { addWeight, clearWeightTree, findHalf, Half, layoutWeightTree, Total } from './weight-tree'

/** f64[rows]: the sum of the absolute errors of samples[start:p], at p - 1. */
let leftErrors: usize = 0
/** f64[rows]: that of samples[p:end]. */
let rightErrors: usize = 0
/** f64[rows]: the medians that belong to the errors. */
let leftMedians: usize = 0
let rightMedians: usize = 0
/** f64: the node's targets, ascending. */
let sorted: usize = 0
/** i32: which of the node's samples has the target of that rank. */
let order: usize = 0
/** i32[rows]: the rank of the target of samples[p] in the node. */
let ranks: usize = 0
/** samples[start:position] are on the left side. */
let position: i32 = 0

export function layoutAbsoluteErrors(base: usize): usize {
  leftErrors = base
  rightErrors = align(at64(leftErrors, rows))
  leftMedians = align(at64(rightErrors, rows))
  rightMedians = align(at64(leftMedians, rows))
  sorted = align(at64(rightMedians, rows))
  order = align(at64(sorted, rows))
  ranks = align(at32(order, rows))
  return layoutWeightTree(align(at32(ranks, rows)))
}

function weightOf(p: i32): f64 {
  return load<f64>(at64(weights, load<i32>(at32(samples, p))))
}

/** Sums the weights of the node at hand, and finds its median. */
export function sumAbsolute(): void {
  Node.weight = 0
  for (let p = Node.start; p < Node.end; p++) Node.weight += weightOf(p)
  resetAbsolute()
}

/** Puts all samples on the right side, and finds the error of both sides of every split of the samples in their order. */
export function resetAbsolute(): void {
  position = Node.start
  Sides.weightLeft = 0
  Sides.weightRight = Node.weight
  rankTargets()
  clearWeightTree(Node.end - Node.start)
  for (let p = Node.start; p < Node.end; p++) addSample(p, leftErrors, leftMedians)
  clearWeightTree(Node.end - Node.start)
  for (let p = Node.end - 1; p >= Node.start; p--) addSample(p, rightErrors, rightMedians)
  store<f64>(sumTotal, load<f64>(at64(rightMedians, Node.start)))
}

function rankTargets(): void {
  const count = Node.end - Node.start
  for (let i = 0; i < count; i++) {
    store<f64>(at64(sorted, i), load<f64>(at64(target, load<i32>(at32(samples, Node.start + i)))))
    store<i32>(at32(order, i), i)
  }
  sortWithItems<f64>(sorted, order, count)
  for (let i = 0; i < count; i++) {
    store<i32>(at32(ranks, Node.start + load<i32>(at32(order, i))), i)
  }
}

/** Adds a sample to those of the side, and writes their error and median. */
function addSample(p: i32, errors: usize, medians: usize): void {
  const rank = load<i32>(at32(ranks, p))
  addWeight(rank, load<f64>(at64(sorted, rank)), weightOf(p))
  findHalf()
  const highMedian = load<f64>(at64(sorted, Half.rank))
  const median =
    Half.rank == Half.previousRank
      ? highMedian
      : (load<f64>(at64(sorted, Half.previousRank)) + highMedian) / 2
  const weightAbove = Total.weight - Half.weightBelow
  const weightedAbove = Total.weighted - Half.weightedBelow
  store<f64>(at64(medians, p), median)
  const error = weightedAbove - median * weightAbove + (median * Half.weightBelow - Half.weightedBelow)
  store<f64>(at64(errors, p), error)
}

/** Moves samples[position:to] to the left side. */
export function updateAbsolute(to: i32): void {
  for (let p = position; p < to; p++) Sides.weightLeft += weightOf(p)
  Sides.weightRight = Node.weight - Sides.weightLeft
  position = to
}

export function leftMedian(): f64 {
  return load<f64>(at64(leftMedians, position - 1))
}

export function rightMedian(): f64 {
  return load<f64>(at64(rightMedians, position))
}

export function absoluteImpurity(): f64 {
  return load<f64>(at64(rightErrors, Node.start)) / Node.weight
}

export function absoluteOfChildrenImpurity(): void {
  Sides.impurityLeft = load<f64>(at64(leftErrors, position - 1)) / Sides.weightLeft
  Sides.impurityRight = load<f64>(at64(rightErrors, position)) / Sides.weightRight
}
