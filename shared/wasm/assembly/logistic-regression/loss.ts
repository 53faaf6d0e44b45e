import { STRIPE } from './block'
import { sigmoid, softmax } from './probabilities'

/**
 * Turns the scores of a block into residuals (probability minus truth, times the row's weight) in place.
 * Returns the block's loss. `spare` has room for 512 doubles.
 */
export function multinomialBlock(
  rows: i32,
  scores: i32,
  target: usize,
  weights: usize,
  at: usize,
  spare: usize,
): f64 {
  let loss: f64 = 0
  for (let r: i32 = 0; r < rows; r++) {
    const own = load<f64>(at + <usize>load<i32>(target + ((<usize>r) << 2)) * STRIPE + ((<usize>r) << 3))
    loss -= weights ? own * weightOf(weights, r) : own
  }
  const totals = spare + STRIPE
  softmax(rows, scores, at, spare, totals)
  for (let r: i32 = 0; r < rows; r++) {
    const own = at + <usize>load<i32>(target + ((<usize>r) << 2)) * STRIPE + ((<usize>r) << 3)
    store<f64>(own, load<f64>(own) - 1)
    const maximum = load<f64>(spare + ((<usize>r) << 3))
    if (weights) {
      const weight = weightOf(weights, r)
      loss += weight * (maximum + Math.log(load<f64>(totals + ((<usize>r) << 3))))
      let s = at + ((<usize>r) << 3)
      for (let k: i32 = 0; k < scores; k++, s += STRIPE) store<f64>(s, load<f64>(s) * weight)
    } else loss += maximum
  }
  return weights ? loss : loss + sumOfLogs(totals, rows)
}

/** As multinomialBlock, for one score a row: that of class 1 against class 0. */
export function binomialBlock(rows: i32, target: usize, weights: usize, at: usize, spare: usize): f64 {
  let loss: f64 = 0
  for (let r: i32 = 0; r < rows; r++) {
    const score = load<f64>(at + ((<usize>r) << 3))
    const own = max(score, 0) - score * <f64>load<i32>(target + ((<usize>r) << 2))
    loss += weights ? own * weightOf(weights, r) : own
  }
  sigmoid(rows, at, spare)
  for (let r: i32 = 0; r < rows; r++) {
    const s = at + ((<usize>r) << 3)
    const residual = load<f64>(s) - <f64>load<i32>(target + ((<usize>r) << 2))
    if (weights) {
      const weight = weightOf(weights, r)
      loss += weight * Math.log(load<f64>(spare + ((<usize>r) << 3)))
      store<f64>(s, residual * weight)
    } else store<f64>(s, residual)
  }
  return weights ? loss : loss + sumOfLogs(spare, rows)
}

function weightOf(weights: usize, r: i32): f64 {
  return load<f64>(weights + ((<usize>r) << 3))
}

/** Sum of the logarithms of values of at least 1, from the logarithms of their products. */
function sumOfLogs(values: usize, count: i32): f64 {
  let logs: f64 = 0
  let product: f64 = 1
  for (let r: i32 = 0; r < count; r++) {
    product *= load<f64>(values + ((<usize>r) << 3))
    if (product > 1e280) {
      logs += Math.log(product)
      product = 1
    }
  }
  return logs + Math.log(product)
}
