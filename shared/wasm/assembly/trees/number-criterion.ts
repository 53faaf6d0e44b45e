/** The squared error and half the Poisson deviance (_criterion.pyx, RegressionCriterion, MSE, Poisson). */
import { at32, at64 } from '../memory/address'
import { log2 } from './class-criterion'
import { target } from './data'
import { criterion, POISSON } from './hyperparameters'
import { Node, Sides } from './node'
import { samples, weights } from './samples'
import { sumLeft, sumRight, sumTotal } from './sums'

/** Ten times the machine's, as in _criterion.pyx: a sum that rounding alone made larger than 0 is 0. */
const EPSILON: f64 = 10 * 2.220446049250313e-16

/** The weighted sum of the squared targets of the node. */
let squares: f64 = 0
/** samples[start:position] are in sumLeft. */
let position: i32 = 0

function targetOf(i: i32): f64 {
  return load<f64>(at64(target, i))
}
function weightOf(i: i32): f64 {
  return load<f64>(at64(weights, i))
}

export function sumNumbers(): void {
  let sum: f64 = 0
  Node.weight = 0
  squares = 0
  for (let p = Node.start; p < Node.end; p++) {
    const i = load<i32>(at32(samples, p))
    const weight = weightOf(i)
    const weighted = weight * targetOf(i)
    sum += weighted
    squares += weighted * targetOf(i)
    Node.weight += weight
  }
  store<f64>(sumTotal, sum)
}

export function resetNumbers(): void {
  position = Node.start
  store<f64>(sumLeft, 0)
  Sides.weightLeft = 0
}

export function updateNumbers(to: i32): void {
  let sum: f64
  let weightLeft: f64
  if (to - position <= Node.end - to) {
    sum = load<f64>(sumLeft)
    weightLeft = Sides.weightLeft
    for (let p = position; p < to; p++) {
      const i = load<i32>(at32(samples, p))
      sum += weightOf(i) * targetOf(i)
      weightLeft += weightOf(i)
    }
  } else {
    sum = load<f64>(sumTotal)
    weightLeft = Node.weight
    for (let p = Node.end - 1; p >= to; p--) {
      const i = load<i32>(at32(samples, p))
      sum -= weightOf(i) * targetOf(i)
      weightLeft -= weightOf(i)
    }
  }
  store<f64>(sumLeft, sum)
  store<f64>(sumRight, load<f64>(sumTotal) - sum)
  Sides.weightLeft = weightLeft
  Sides.weightRight = Node.weight - weightLeft
  position = to
}

export function numbersImpurity(): f64 {
  const sum = load<f64>(sumTotal)
  if (criterion == POISSON) return poissonLoss(Node.start, Node.end, sum, Node.weight)
  const mean = sum / Node.weight
  return squares / Node.weight - mean * mean
}

export function numbersOfChildrenImpurity(): void {
  if (criterion == POISSON) {
    Sides.impurityLeft = poissonLoss(Node.start, position, load<f64>(sumLeft), Sides.weightLeft)
    Sides.impurityRight = poissonLoss(position, Node.end, load<f64>(sumRight), Sides.weightRight)
    return
  }
  let squaresLeft: f64 = 0
  for (let p = Node.start; p < position; p++) {
    const i = load<i32>(at32(samples, p))
    squaresLeft += weightOf(i) * targetOf(i) * targetOf(i)
  }
  const meanLeft = load<f64>(sumLeft) / Sides.weightLeft
  const meanRight = load<f64>(sumRight) / Sides.weightRight
  Sides.impurityLeft = squaresLeft / Sides.weightLeft - meanLeft * meanLeft
  Sides.impurityRight = (squares - squaresLeft) / Sides.weightRight - meanRight * meanRight
}

/** Without the squares, whose sum all splits of a node share. */
export function squaredErrorProxy(): f64 {
  const left = load<f64>(sumLeft)
  const right = load<f64>(sumRight)
  return (left * left) / Sides.weightLeft + (right * right) / Sides.weightRight
}

/** Without the sum of y log(y), to the base 2 as scikit-learn's rounding has it. A side whose targets sum to 0 is forbidden: its prediction would be 0. */
export function poissonProxy(): f64 {
  const left = load<f64>(sumLeft)
  const right = load<f64>(sumRight)
  if (left <= EPSILON || right <= EPSILON) return -Infinity
  return left * log2(left / Sides.weightLeft) + right * log2(right / Sides.weightRight)
}

/** The mean of y log(y / mean) of samples[from:to]. */
function poissonLoss(from: i32, to: i32, sum: f64, weight: f64): f64 {
  if (sum <= EPSILON) return Infinity
  const mean = sum / weight
  let loss: f64 = 0
  for (let p = from; p < to; p++) {
    const i = load<i32>(at32(samples, p))
    const y = targetOf(i)
    if (y != 0) loss += weightOf(i) * (y * Math.log(y / mean))
  }
  return loss / weight
}
