/** The impurity of a node and of the two sides of a split, by the criterion that the host has chosen (_criterion.pyx). */
import {
  absoluteImpurity,
  absoluteOfChildrenImpurity,
  resetAbsolute,
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
import { ABSOLUTE_ERROR, criterion, ENTROPY, POISSON, SQUARED_ERROR } from './hyperparameters'
import {
  numbersImpurity,
  numbersOfChildrenImpurity,
  poissonProxy,
  resetNumbers,
  squaredErrorProxy,
  sumNumbers,
  updateNumbers,
} from './number-criterion'

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
