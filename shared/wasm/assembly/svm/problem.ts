import { at64 } from '../memory/address'

/**
 * A two-class problem, or one of regression, and the state of its solver, in memory. The addresses are of arrays over
 * rows.
 *
 * Of the two alphas that libsvm gives a row in regression, one is always 0: here `alpha` is the first less the second,
 * from -bound to bound, and `sign` is 1.
 */
@unmanaged
export class Problem {
  rows: i32
  /** Rows rounded up to a multiple of 8: the length of every array. */
  stride: i32
  features: i32
  kernel: i32
  degree: i32
  shrinking: i32
  /** 1 for regression. */
  regression: i32
  /** -1: no limit. */
  maxIterations: i32
  /** f64, feature f of row j at f * stride + j. */
  x: usize
  /** f64: each row's dot product with itself, and its kernel value with itself. */
  squares: usize
  diagonal: usize
  /** f64: y * gradient, and y * the gradient's part that comes from the rows at their upper bound. */
  f: usize
  bar: usize
  /** f64: y * the linear term of the objective: -y, or of regression - target. */
  linear: usize
  /**
   * f64: 0 where the row's alpha may move so that y * alpha grows (up) or falls (low), else -infinity. Of regression,
   * epsilon in place of 0 where the move leads back to 0, and -epsilon where it leads away.
   */
  up: usize
  low: usize
  alpha: usize
  bound: usize
  sign: usize
  /** i32: which of the rows as given lies here; its cache slot, or -1. */
  order: usize
  slotOf: usize
  /** i32, per slot: its row, how many of its values are there, and the neighbours in the order of use. */
  rowOf: usize
  lengths: usize
  newer: usize
  older: usize
  cache: usize
  slots: i32
  /** Scratch: the features of one row (f64), 16 doubles, and the swaps of one shrinking (i32 pairs). */
  point: usize
  eight: usize
  swaps: usize
  /** An i32 that others set to 1 to stop the solver. */
  stop: usize
  active: i32
  counter: i32
  iterations: i32
  unshrunk: i32
  /** The row selected to go up, or -1; -2: not selected yet. */
  selected: i32
  gamma: f64
  coef0: f64
  tolerance: f64
  /** Half the width of regression's tube. */
  epsilon: f64
  greatest: f64
  /** Work done, in units of about a nanosecond. */
  work: f64
}

export function atUpper(p: Problem, t: i32): bool {
  const alpha = load<f64>(at64(p.alpha, t))
  return (p.regression ? abs(alpha) : alpha) >= load<f64>(at64(p.bound, t))
}

export function isFree(p: Problem, t: i32): bool {
  return load<f64>(at64(p.up, t)) + load<f64>(at64(p.low, t)) == 0 && load<f64>(at64(p.alpha, t)) != 0
}

export function setDirections(p: Problem, t: i32): void {
  if (p.regression) {
    const alpha = load<f64>(at64(p.alpha, t))
    const bound = load<f64>(at64(p.bound, t))
    store<f64>(at64(p.up, t), alpha >= bound ? -Infinity : alpha < 0 ? p.epsilon : -p.epsilon)
    store<f64>(at64(p.low, t), alpha <= -bound ? -Infinity : alpha > 0 ? p.epsilon : -p.epsilon)
    return
  }
  const upper = atUpper(p, t)
  const lower = !upper && load<f64>(at64(p.alpha, t)) <= 0
  const positive = load<f64>(at64(p.sign, t)) > 0
  store<f64>(at64(p.up, t), (positive ? upper : lower) ? -Infinity : 0)
  store<f64>(at64(p.low, t), (positive ? lower : upper) ? -Infinity : 0)
}
