/**
 * Sums of the logistic loss and its gradient over rows.
 *
 * Features lie in blocks of 256 rows; in a block feature f, row r is at f * 256 + r, with features padded by columns
 * of zeros to a multiple of 4 and the last block by rows of zeros. `scores` is the number of linear scores a row:
 * one per class, or 1 for two classes. Coefficients and gradients have feature f, score k at f * scores + k; the
 * intercepts come last. All orders of summation are fixed.
 */
import { expEight } from './simd/exp'

const blockRows: i32 = 256
const stripe: usize = <usize>blockRows << 3

/**
 * Linear scores of one block: score k of row r at out + k * 256 + r. `rows` is a multiple of 8; from one feature of the
 * block to the next it is `columnBytes`.
 */
function scoreBlock(
  block: usize, columnBytes: usize, rows: i32, features: i32, scores: i32, coefficients: usize, out: usize,
): void {
  const step = <usize>scores << 3
  const intercepts = coefficients + <usize>features * step
  let k: i32 = 0
  for (; k + 1 < scores; k += 2) {
    const offset = <usize>k << 3
    for (let r: i32 = 0; r < rows; r += 8) {
      let x = block + (<usize>r << 3)
      let w = coefficients + offset
      let a0 = v128.load64_splat(intercepts + offset), a1 = a0, a2 = a0, a3 = a0
      let b0 = v128.load64_splat(intercepts + offset, 8), b1 = b0, b2 = b0, b3 = b0
      for (let f: i32 = 0; f < features; f++) {
        const wa = v128.load64_splat(w), wb = v128.load64_splat(w, 8)
        const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48)
        a0 = f64x2.add(a0, f64x2.mul(wa, x0))
        a1 = f64x2.add(a1, f64x2.mul(wa, x1))
        a2 = f64x2.add(a2, f64x2.mul(wa, x2))
        a3 = f64x2.add(a3, f64x2.mul(wa, x3))
        b0 = f64x2.add(b0, f64x2.mul(wb, x0))
        b1 = f64x2.add(b1, f64x2.mul(wb, x1))
        b2 = f64x2.add(b2, f64x2.mul(wb, x2))
        b3 = f64x2.add(b3, f64x2.mul(wb, x3))
        x += columnBytes
        w += step
      }
      const to = out + <usize>k * stripe + (<usize>r << 3)
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to, a2, 32)
      v128.store(to, a3, 48)
      v128.store(to + stripe, b0)
      v128.store(to + stripe, b1, 16)
      v128.store(to + stripe, b2, 32)
      v128.store(to + stripe, b3, 48)
    }
  }
  if (k < scores) {
    const offset = <usize>k << 3
    for (let r: i32 = 0; r < rows; r += 8) {
      let x = block + (<usize>r << 3)
      let w = coefficients + offset
      let a0 = v128.load64_splat(intercepts + offset), a1 = a0, a2 = a0, a3 = a0
      for (let f: i32 = 0; f < features; f++) {
        const wa = v128.load64_splat(w)
        a0 = f64x2.add(a0, f64x2.mul(wa, v128.load(x)))
        a1 = f64x2.add(a1, f64x2.mul(wa, v128.load(x, 16)))
        a2 = f64x2.add(a2, f64x2.mul(wa, v128.load(x, 32)))
        a3 = f64x2.add(a3, f64x2.mul(wa, v128.load(x, 48)))
        x += columnBytes
        w += step
      }
      const to = out + <usize>k * stripe + (<usize>r << 3)
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to, a2, 32)
      v128.store(to, a3, 48)
    }
  }
}

/** Adds sum over rows of residual k times feature f to gradient[f * scores + k]. `rows` is a multiple of 8. */
function gradientBlock(
  block: usize, rows: i32, features: i32, scores: i32, residuals: usize, gradient: usize,
): void {
  const bytes = <usize>rows << 3
  for (let f: i32 = 0; f < features; f += 4) {
    const column = block + <usize>f * stripe
    let to = gradient + (<usize>(f * scores) << 3)
    const step = <usize>scores << 3
    let d = residuals
    let k: i32 = 0
    for (; k + 1 < scores; k += 2) {
      const zero = f64x2.splat(0)
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero
      for (let r: usize = 0; r < bytes; r += 16) {
        const da = v128.load(d + r), db = v128.load(d + r, stripe)
        const x = column + r
        const x0 = v128.load(x), x1 = v128.load(x, stripe)
        const x2 = v128.load(x, 2 * stripe), x3 = v128.load(x, 3 * stripe)
        a0 = f64x2.add(a0, f64x2.mul(da, x0))
        a1 = f64x2.add(a1, f64x2.mul(da, x1))
        a2 = f64x2.add(a2, f64x2.mul(da, x2))
        a3 = f64x2.add(a3, f64x2.mul(da, x3))
        b0 = f64x2.add(b0, f64x2.mul(db, x0))
        b1 = f64x2.add(b1, f64x2.mul(db, x1))
        b2 = f64x2.add(b2, f64x2.mul(db, x2))
        b3 = f64x2.add(b3, f64x2.mul(db, x3))
      }
      addPair(to, a0, b0)
      addPair(to + step, a1, b1)
      addPair(to + 2 * step, a2, b2)
      addPair(to + 3 * step, a3, b3)
      to += 16
      d += 2 * stripe
    }
    if (k < scores) {
      const zero = f64x2.splat(0)
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero
      for (let r: usize = 0; r < bytes; r += 32) {
        const da = v128.load(d + r), db = v128.load(d + r, 16)
        const x = column + r
        a0 = f64x2.add(a0, f64x2.mul(da, v128.load(x)))
        b0 = f64x2.add(b0, f64x2.mul(db, v128.load(x, 16)))
        a1 = f64x2.add(a1, f64x2.mul(da, v128.load(x, stripe)))
        b1 = f64x2.add(b1, f64x2.mul(db, v128.load(x, stripe + 16)))
        a2 = f64x2.add(a2, f64x2.mul(da, v128.load(x, 2 * stripe)))
        b2 = f64x2.add(b2, f64x2.mul(db, v128.load(x, 2 * stripe + 16)))
        a3 = f64x2.add(a3, f64x2.mul(da, v128.load(x, 3 * stripe)))
        b3 = f64x2.add(b3, f64x2.mul(db, v128.load(x, 3 * stripe + 16)))
      }
      addOne(to, f64x2.add(a0, b0))
      addOne(to + step, f64x2.add(a1, b1))
      addOne(to + 2 * step, f64x2.add(a2, b2))
      addOne(to + 3 * step, f64x2.add(a3, b3))
    }
  }
}

// @ts-ignore: decorator
@inline
function sum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
}

// @ts-ignore: decorator
@inline
function addOne(to: usize, a: v128): void {
  store<f64>(to, load<f64>(to) + sum(a))
}

// @ts-ignore: decorator
@inline
function addPair(to: usize, a: v128, b: v128): void {
  addOne(to, a)
  addOne(to + 8, b)
}

/**
 * Turns the scores of a block into residuals (probability minus truth, times the row's weight) in place.
 * Returns the block's loss. `spare` has room for 512 doubles.
 */
function multinomialBlock(
  rows: i32, scores: i32, target: usize, weights: usize, at: usize, spare: usize,
): f64 {
  let loss: f64 = 0
  for (let r: i32 = 0; r < rows; r++) {
    const own = load<f64>(at + <usize>load<i32>(target + (<usize>r << 2)) * stripe + (<usize>r << 3))
    loss -= weights ? own * weightOf(weights, target, r) : own
  }
  const totals = spare + stripe
  softmax(rows, scores, at, spare, totals)
  for (let r: i32 = 0; r < rows; r++) {
    const own = at + <usize>load<i32>(target + (<usize>r << 2)) * stripe + (<usize>r << 3)
    store<f64>(own, load<f64>(own) - 1)
    const greatest = load<f64>(spare + (<usize>r << 3))
    if (weights) {
      const weight = weightOf(weights, target, r)
      loss += weight * (greatest + Math.log(load<f64>(totals + (<usize>r << 3))))
      let s = at + (<usize>r << 3)
      for (let k: i32 = 0; k < scores; k++, s += stripe) store<f64>(s, load<f64>(s) * weight)
    } else loss += greatest
  }
  return weights ? loss : loss + sumOfLogs(totals, rows)
}

/** As multinomialBlock, for one score a row: that of class 1 against class 0. */
function binomialBlock(rows: i32, target: usize, weights: usize, at: usize, spare: usize): f64 {
  let loss: f64 = 0
  for (let r: i32 = 0; r < rows; r++) {
    const score = load<f64>(at + (<usize>r << 3))
    const own = max(score, 0) - score * <f64>load<i32>(target + (<usize>r << 2))
    loss += weights ? own * weightOf(weights, target, r) : own
  }
  sigmoid(rows, at, spare)
  for (let r: i32 = 0; r < rows; r++) {
    const s = at + (<usize>r << 3)
    const residual = load<f64>(s) - <f64>load<i32>(target + (<usize>r << 2))
    if (weights) {
      const weight = weightOf(weights, target, r)
      loss += weight * Math.log(load<f64>(spare + (<usize>r << 3)))
      store<f64>(s, residual * weight)
    } else store<f64>(s, residual)
  }
  return weights ? loss : loss + sumOfLogs(spare, rows)
}

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, target: usize, r: i32): f64 {
  return load<f64>(weights + (<usize>load<i32>(target + (<usize>r << 2)) << 3))
}

/** Sum of the logarithms of values of at least 1, from the logarithms of their products. */
function sumOfLogs(values: usize, count: i32): f64 {
  let logs: f64 = 0
  let product: f64 = 1
  for (let r: i32 = 0; r < count; r++) {
    product *= load<f64>(values + (<usize>r << 3))
    if (product > 1e280) {
      logs += Math.log(product)
      product = 1
    }
  }
  return logs + Math.log(product)
}

/**
 * Loss and gradient, summed over the rows of the blocks first … last-1.
 *
 * @param x the blocks; @param target classes (i32); @param rows how many rows there are in all
 * @param features a multiple of 4; @param scores one per class, or 1 for two classes
 * @param weights a weight per class, or 0 for none
 * @param out the loss, then the gradient; @param scratch room for (scores + 2) * 256 doubles
 */
export function accumulate(
  x: usize, target: usize, first: i32, last: i32, rows: i32, features: i32, scores: i32,
  weights: usize, coefficients: usize, out: usize, scratch: usize,
): void {
  const parameters = (features + 1) * scores
  memory.fill(out, 0, <usize>(parameters + 1) << 3)
  const gradient = out + 8
  const intercepts = gradient + (<usize>(features * scores) << 3)
  const spare = scratch + <usize>scores * stripe
  let loss: f64 = 0
  for (let b = first; b < last; b++) {
    const block = x + <usize>b * <usize>features * stripe
    const count = min(rows - b * blockRows, blockRows)
    const padded = (count + 7) & ~7
    const classes = target + (<usize>(b * blockRows) << 2)
    scoreBlock(block, stripe, padded, features, scores, coefficients, scratch)
    loss += scores == 1
      ? binomialBlock(count, classes, weights, scratch, spare)
      : multinomialBlock(count, scores, classes, weights, scratch, spare)
    for (let k: i32 = 0; k < scores; k++) {
      const residuals = scratch + <usize>k * stripe
      for (let r = count; r < padded; r++) store<f64>(residuals + (<usize>r << 3), 0)
      let total = f64x2.splat(0)
      for (let r: i32 = 0; r < padded; r += 2) total = f64x2.add(total, v128.load(residuals + (<usize>r << 3)))
      addOne(intercepts + (<usize>k << 3), total)
    }
    gradientBlock(block, padded, features, scores, scratch, gradient)
  }
  store<f64>(out, loss)
}

/**
 * Predicts rows: their classes (i32) and, row by row, their probabilities.
 *
 * @param x feature f of row r at x + f * columnBytes + r * 8; after the last row, 7 more can be read
 * @param normalised whether the probabilities are sigmoids of each score, divided by their sum, instead of the softmax
 * @param scratch room for (scores + 2) * 256 doubles
 */
export function predict(
  x: usize, columnBytes: usize, rows: i32, features: i32, scores: i32, normalised: bool, coefficients: usize,
  classes: usize, probabilities: usize, scratch: usize,
): void {
  const probabilityBytes = <usize>(scores == 1 ? 2 : scores) << 3
  for (let first: i32 = 0; first < rows; first += blockRows) {
    const count = min(rows - first, blockRows)
    scoreBlock(x + (<usize>first << 3), columnBytes, (count + 7) & ~7, features, scores, coefficients, scratch)
    const to = probabilities + <usize>first * probabilityBytes
    if (scores == 1) predictTwo(count, classes + (<usize>first << 2), to, scratch)
    else predictMany(count, scores, normalised, classes + (<usize>first << 2), to, scratch)
  }
}

/** Classes and probabilities of a block by the score of class 1 against class 0. */
function predictTwo(rows: i32, classes: usize, probabilities: usize, scratch: usize): void {
  for (let r: i32 = 0; r < rows; r++) {
    store<i32>(classes + (<usize>r << 2), load<f64>(scratch + (<usize>r << 3)) > 0 ? 1 : 0)
  }
  sigmoid(rows, scratch, scratch + stripe)
  for (let r: i32 = 0; r < rows; r++) {
    const p = load<f64>(scratch + (<usize>r << 3))
    store<f64>(probabilities + (<usize>r << 4), 1 - p)
    store<f64>(probabilities + (<usize>r << 4), p, 8)
  }
}

/** Classes and probabilities of a block by a score for each class. */
function predictMany(
  rows: i32, scores: i32, normalised: bool, classes: usize, probabilities: usize, scratch: usize,
): void {
  const spare = scratch + <usize>scores * stripe
  for (let r: i32 = 0; r < rows; r++) {
    let s = scratch + (<usize>r << 3)
    let greatest = load<f64>(s)
    let best: i32 = 0
    for (let k: i32 = 1; k < scores; k++) {
      s += stripe
      const score = load<f64>(s)
      if (score > greatest) {
        greatest = score
        best = k
      }
    }
    store<i32>(classes + (<usize>r << 2), best)
  }
  if (!normalised) softmax(rows, scores, scratch, spare, spare + stripe)
  else for (let k: i32 = 0; k < scores; k++) sigmoid(rows, scratch + <usize>k * stripe, spare)
  for (let r: i32 = 0; r < rows; r++) {
    const first = scratch + (<usize>r << 3)
    let scale: f64 = 1
    if (normalised) {
      let total: f64 = 0
      for (let k: i32 = 0; k < scores; k++) total += load<f64>(first + <usize>k * stripe)
      scale = 1 / total
    }
    for (let k: i32 = 0; k < scores; k++, probabilities += 8) {
      store<f64>(probabilities, load<f64>(first + <usize>k * stripe) * scale)
    }
  }
}

/**
 * Replaces the scores of a block by the softmax over each row's scores, and writes each row's greatest score and the
 * sum of the exponentials of what its scores are below that.
 */
function softmax(rows: i32, scores: i32, at: usize, greatest: usize, totals: usize): void {
  for (let r: i32 = 0; r < rows; r += 8) {
    const first = at + (<usize>r << 3)
    let g0 = v128.load(first), g1 = v128.load(first, 16), g2 = v128.load(first, 32), g3 = v128.load(first, 48)
    let s = first + stripe
    for (let k: i32 = 1; k < scores; k++, s += stripe) {
      g0 = f64x2.pmax(g0, v128.load(s))
      g1 = f64x2.pmax(g1, v128.load(s, 16))
      g2 = f64x2.pmax(g2, v128.load(s, 32))
      g3 = f64x2.pmax(g3, v128.load(s, 48))
    }
    const g = greatest + (<usize>r << 3)
    v128.store(g, g0)
    v128.store(g, g1, 16)
    v128.store(g, g2, 32)
    v128.store(g, g3, 48)
    let t0 = f64x2.splat(0), t1 = t0, t2 = t0, t3 = t0
    s = first
    for (let k: i32 = 0; k < scores; k++, s += stripe) {
      v128.store(s, f64x2.sub(v128.load(s), v128.load(g)))
      v128.store(s, f64x2.sub(v128.load(s, 16), v128.load(g, 16)), 16)
      v128.store(s, f64x2.sub(v128.load(s, 32), v128.load(g, 32)), 32)
      v128.store(s, f64x2.sub(v128.load(s, 48), v128.load(g, 48)), 48)
      expEight(s)
      t0 = f64x2.add(t0, v128.load(s))
      t1 = f64x2.add(t1, v128.load(s, 16))
      t2 = f64x2.add(t2, v128.load(s, 32))
      t3 = f64x2.add(t3, v128.load(s, 48))
    }
    const t = totals + (<usize>r << 3)
    v128.store(t, t0)
    v128.store(t, t1, 16)
    v128.store(t, t2, 32)
    v128.store(t, t3, 48)
    const one = f64x2.splat(1)
    t0 = f64x2.div(one, t0)
    t1 = f64x2.div(one, t1)
    t2 = f64x2.div(one, t2)
    t3 = f64x2.div(one, t3)
    s = first
    for (let k: i32 = 0; k < scores; k++, s += stripe) {
      v128.store(s, f64x2.mul(v128.load(s), t0))
      v128.store(s, f64x2.mul(v128.load(s, 16), t1), 16)
      v128.store(s, f64x2.mul(v128.load(s, 32), t2), 32)
      v128.store(s, f64x2.mul(v128.load(s, 48), t3), 48)
    }
  }
}

/** Replaces a stripe of scores by their sigmoids, and writes 1 + e^-|score| to `totals`. */
function sigmoid(rows: i32, at: usize, totals: usize): void {
  const one = f64x2.splat(1)
  for (let r: i32 = 0; r < rows; r += 8) {
    const e = totals + (<usize>r << 3)
    for (let i: usize = 0; i < 64; i += 16) {
      v128.store(e + i, f64x2.neg(f64x2.abs(v128.load(at + (<usize>r << 3) + i))))
    }
    expEight(e)
    for (let i: usize = 0; i < 64; i += 16) {
      const s = at + (<usize>r << 3) + i
      const value = v128.load(e + i)
      const total = f64x2.add(one, value)
      const above = v128.bitselect(one, value, f64x2.ge(v128.load(s), f64x2.splat(0)))
      v128.store(s, f64x2.div(above, total))
      v128.store(e + i, total)
    }
  }
}
