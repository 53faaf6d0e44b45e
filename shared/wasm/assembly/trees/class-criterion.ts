/** Gini and entropy (_criterion.pyx, ClassificationCriterion, Gini, Entropy). */
import { at32, at64 } from '../memory/address'
import { classes, target } from './data'
import { criterion, GINI } from './hyperparameters'
import { Node, Sides } from './node'
import { samples, weights } from './samples'
import { sumLeft, sumRight, sumTotal } from './sums'

const LN2: f64 = 0.6931471805599453

/** samples[start:position] are in sumLeft. */
let position: i32 = 0

/** Sums the weights of the node at hand. */
export function sumClasses(): void {
  Node.weight = 0
  memory.fill(sumTotal, 0, (<usize>classes) << 3)
  for (let p = Node.start; p < Node.end; p++) {
    const i = load<i32>(at32(samples, p))
    const weight = load<f64>(at64(weights, i))
    const sum = at64(sumTotal, load<i32>(at32(target, i)))
    store<f64>(sum, load<f64>(sum) + weight)
    Node.weight += weight
  }
}

/** Puts all samples on the right side. */
export function resetClasses(): void {
  position = Node.start
  memory.fill(sumLeft, 0, (<usize>classes) << 3)
  Sides.weightLeft = 0
}

/** Moves samples[position:to] to the left side, from whichever end is nearer. */
export function updateClasses(to: i32): void {
  if (to - position <= Node.end - to) {
    for (let p = position; p < to; p++) {
      const i = load<i32>(at32(samples, p))
      const weight = load<f64>(at64(weights, i))
      const sum = at64(sumLeft, load<i32>(at32(target, i)))
      store<f64>(sum, load<f64>(sum) + weight)
      Sides.weightLeft += weight
    }
  } else {
    memory.copy(sumLeft, sumTotal, (<usize>classes) << 3)
    Sides.weightLeft = Node.weight
    for (let p = Node.end - 1; p >= to; p--) {
      const i = load<i32>(at32(samples, p))
      const weight = load<f64>(at64(weights, i))
      const sum = at64(sumLeft, load<i32>(at32(target, i)))
      store<f64>(sum, load<f64>(sum) - weight)
      Sides.weightLeft -= weight
    }
  }
  Sides.weightRight = Node.weight - Sides.weightLeft
  for (let k = 0; k < classes; k++) {
    store<f64>(at64(sumRight, k), load<f64>(at64(sumTotal, k)) - load<f64>(at64(sumLeft, k)))
  }
  position = to
}

export function classesImpurity(): f64 {
  return impurity(sumTotal, Node.weight)
}

export function classesOfChildrenImpurity(): void {
  Sides.impurityLeft = impurity(sumLeft, Sides.weightLeft)
  Sides.impurityRight = impurity(sumRight, Sides.weightRight)
}

/** What of the impurity improvement differs between the splits of one node. */
export function impurityProxy(): f64 {
  return -Sides.weightRight * Sides.impurityRight - Sides.weightLeft * Sides.impurityLeft
}

function impurity(sums: usize, weight: f64): f64 {
  return criterion == GINI ? gini(sums, weight) : entropy(sums, weight)
}

/** 1 - sum of p_k^2, where p_k is the share of class k. */
function gini(sums: usize, weight: f64): f64 {
  let squares: f64 = 0
  for (let k = 0; k < classes; k++) {
    const count = load<f64>(at64(sums, k))
    squares += count * count
  }
  return 1.0 - squares / (weight * weight)
}

/** -sum of p_k log2(p_k), where p_k is the share of class k. */
function entropy(sums: usize, weight: f64): f64 {
  let entropy: f64 = 0
  for (let k = 0; k < classes; k++) {
    const count = load<f64>(at64(sums, k))
    if (count > 0) {
      const share = count / weight
      entropy -= share * log2(share)
    }
  }
  return entropy
}

export function log2(x: f64): f64 {
  return Math.log(x) / LN2
}
