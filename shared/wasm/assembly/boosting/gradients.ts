/** Gradients and hessians of the losses, as sklearn/_loss/_loss.pyx.tp has them: in doubles, then rounded to f32. */
import { at64 } from '../memory/address'
import { expEight } from '../simd/exp'
import { pairs, raw, rows, target, weights } from './data'

export const SQUARED_ERROR: i32 = 0
export const ABSOLUTE_ERROR: i32 = 1
export const QUANTILE: i32 = 2
export const POISSON: i32 = 3
export const GAMMA: i32 = 4
export const BINOMIAL: i32 = 5

/** The level of the quantile loss. */
export let quantile: f64 = 0.5

/** Beyond it, e to the power of it is no double. */
const MAX_EXPONENT: f64 = 709

function storePair(pair: usize, row: i32, gradient: f64, hessian: f64): void {
  const weight = weights == 0 ? 1.0 : load<f64>(at64(weights, row))
  store<f32>(pair, <f32>(weight * gradient))
  store<f32>(pair, <f32>(weight * hessian), 4)
}

/** The gradients of the losses of one raw prediction a row, for the rows `from` … `to` - 1. */
export function findGradients(loss: i32, from: i32, to: i32, scratch: usize): void {
  if (loss >= POISSON) {
    findExponentialGradients(loss, from, to, scratch)
    return
  }
  for (let i = from; i < to; i++) {
    const y = load<f64>(at64(target, i))
    const prediction = load<f64>(at64(raw, i))
    let gradient = prediction - y
    if (loss == ABSOLUTE_ERROR) gradient = prediction > y ? 1 : -1
    else if (loss == QUANTILE) gradient = y >= prediction ? -quantile : 1 - quantile
    storePair(at64(pairs, i), i, gradient, 1)
  }
}

/** Those that need the exponential of the raw prediction. `scratch`: f64[8] */
function findExponentialGradients(loss: i32, from: i32, to: i32, scratch: usize): void {
  for (let first = from; first < to; first += 8) {
    const count = min(8, to - first)
    for (let i = 0; i < 8; i++) {
      const prediction = i < count ? load<f64>(at64(raw, first + i)) : 0
      const negate = loss == GAMMA || (loss == BINOMIAL && prediction > -37)
      store<f64>(at64(scratch, i), min(negate ? -prediction : prediction, MAX_EXPONENT))
    }
    expEight(scratch)
    for (let i = 0; i < count; i++) {
      const row = first + i
      const y = load<f64>(at64(target, row))
      const e = load<f64>(at64(scratch, i))
      const pair = at64(pairs, row)
      if (loss == POISSON) storePair(pair, row, e - y, e)
      else if (loss == GAMMA) storePair(pair, row, 1 - y * e, y * e)
      else if (load<f64>(at64(raw, row)) > -37)
        storePair(pair, row, (1 - y - y * e) / (1 + e), e / ((1 + e) * (1 + e)))
      else storePair(pair, row, e - y, e)
    }
  }
}

/**
 * The gradients of the multinomial loss, which has a raw prediction per class.
 *
 * @param scratch f64[classes][8]
 */
export function findMultinomialGradients(classes: i32, from: i32, to: i32, scratch: usize): void {
  for (let first = from; first < to; first += 8) {
    const count = min(8, to - first)
    for (let i = 0; i < 8; i++) {
      const row = first + min(i, count - 1)
      let largest = load<f64>(at64(raw, row))
      for (let k = 1; k < classes; k++) largest = max(largest, load<f64>(rawOf(k, row)))
      for (let k = 0; k < classes; k++)
        store<f64>(at64(scratch, 8 * k + i), load<f64>(rawOf(k, row)) - largest)
    }
    for (let k = 0; k < classes; k++) expEight(at64(scratch, 8 * k))
    for (let i = 0; i < count; i++) {
      const row = first + i
      const y = <i32>load<f64>(at64(target, row))
      let sum: f64 = 0
      for (let k = 0; k < classes; k++) sum += load<f64>(at64(scratch, 8 * k + i))
      for (let k = 0; k < classes; k++) {
        const p = load<f64>(at64(scratch, 8 * k + i)) / sum
        const pair = pairs + ((<usize>k * <usize>rows + <usize>row) << 3)
        storePair(pair, row, k == y ? p - 1 : p, p * (1 - p))
      }
    }
  }
}

function rawOf(k: i32, row: i32): usize {
  return raw + ((<usize>k * <usize>rows + <usize>row) << 3)
}
