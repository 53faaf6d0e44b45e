/** The impurity of a node and of the two sides of a split, by the criterion that the host has chosen (_criterion.pyx). */
import {
  absoluteImpurity,
  absoluteOfChildrenImpurity,
  leftMedian,
  resetAbsolute,
  rightMedian,
  sumAbsolute,
  updateAbsolute,
} from './absolute-criterion'
import {
  classesImpurity,
  classesOfChildrenImpurity,
  impurityProxy,
  resetClasses,
  sumClasses,
  updateClasses,
} from './class-criterion'
import { ABSOLUTE_ERROR, criterion, directions, ENTROPY, POISSON, SQUARED_ERROR } from './hyperparameters'
import { Node, Sides } from './node'
import {
  numbersImpurity,
  numbersOfChildrenImpurity,
  poissonProxy,
  resetNumbers,
  squaredErrorProxy,
  sumNumbers,
  updateNumbers,
} from './number-criterion'
import { sumLeft, sumRight } from './sums'

/** Sums the weights of the node at hand. */
export function sumNode(): void {
  if (criterion <= ENTROPY) sumClasses()
  else if (criterion == ABSOLUTE_ERROR) sumAbsolute()
  else sumNumbers()
}

/** Puts all samples on the right side. */
export function resetSums(): void {
  if (criterion <= ENTROPY) resetClasses()
  else if (criterion == ABSOLUTE_ERROR) resetAbsolute()
  else resetNumbers()
}

/** Moves samples[position:to] to the left side, from whichever end is nearer. */
export function updateSums(to: i32): void {
  if (criterion <= ENTROPY) updateClasses(to)
  else if (criterion == ABSOLUTE_ERROR) updateAbsolute(to)
  else updateNumbers(to)
}

export function nodeImpurity(): f64 {
  if (criterion <= ENTROPY) return classesImpurity()
  return criterion == ABSOLUTE_ERROR ? absoluteImpurity() : numbersImpurity()
}

export function childrenImpurity(): void {
  if (criterion <= ENTROPY) classesOfChildrenImpurity()
  else if (criterion == ABSOLUTE_ERROR) absoluteOfChildrenImpurity()
  else numbersOfChildrenImpurity()
}

/** What of the impurity improvement differs between the splits of one node. */
export function proxyImprovement(): f64 {
  if (criterion == SQUARED_ERROR) return squaredErrorProxy()
  if (criterion == POISSON) return poissonProxy()
  childrenImpurity()
  return impurityProxy()
}

/** Whether the values of the two sides are within the node's bounds, and in the order that is asked for of the feature. */
export function isMonotonic(feature: i32): bool {
  if (directions == 0 || load<i8>(directions + feature) == 0) return true
  if (criterion == ABSOLUTE_ERROR) return areOrdered(feature, leftMedian(), rightMedian())
  return areOrdered(feature, load<f64>(sumLeft) / Sides.weightLeft, load<f64>(sumRight) / Sides.weightRight)
}

function areOrdered(feature: i32, left: f64, right: f64): bool {
  const lower = Node.lowerBound
  const upper = Node.upperBound
  const direction = <f64>load<i8>(directions + feature)
  return left >= lower && right >= lower && left <= upper && right <= upper && (left - right) * direction <= 0
}

/** Halfway between the values of the two sides. */
export function middleValue(): f64 {
  if (criterion == ABSOLUTE_ERROR) return (leftMedian() + rightMedian()) / 2
  return load<f64>(sumLeft) / (2 * Sides.weightLeft) + load<f64>(sumRight) / (2 * Sides.weightRight)
}
