import { multiplyAdd64 } from '../simd/multiply-add'
import { STRIPE } from './block'

/** Adds sum over rows of residual k times feature f to gradient[f * scores + k]. `rows` is a multiple of 8. */
export function gradientBlock(
  block: usize,
  rows: i32,
  features: i32,
  scores: i32,
  residuals: usize,
  gradient: usize,
): void {
  const bytes = (<usize>rows) << 3
  for (let f: i32 = 0; f < features; f += 4) {
    const column = block + <usize>f * STRIPE
    let to = gradient + ((<usize>(f * scores)) << 3)
    const step = (<usize>scores) << 3
    let d = residuals
    let k: i32 = 0
    for (; k + 1 < scores; k += 2) {
      const zero = f64x2.splat(0)
      let a0 = zero,
        a1 = zero,
        a2 = zero,
        a3 = zero,
        b0 = zero,
        b1 = zero,
        b2 = zero,
        b3 = zero
      for (let r: usize = 0; r < bytes; r += 16) {
        const da = v128.load(d + r),
          db = v128.load(d + r, STRIPE)
        const x = column + r
        const x0 = v128.load(x),
          x1 = v128.load(x, STRIPE)
        const x2 = v128.load(x, 2 * STRIPE),
          x3 = v128.load(x, 3 * STRIPE)
        a0 = multiplyAdd64(da, x0, a0)
        a1 = multiplyAdd64(da, x1, a1)
        a2 = multiplyAdd64(da, x2, a2)
        a3 = multiplyAdd64(da, x3, a3)
        b0 = multiplyAdd64(db, x0, b0)
        b1 = multiplyAdd64(db, x1, b1)
        b2 = multiplyAdd64(db, x2, b2)
        b3 = multiplyAdd64(db, x3, b3)
      }
      addPair(to, a0, b0)
      addPair(to + step, a1, b1)
      addPair(to + 2 * step, a2, b2)
      addPair(to + 3 * step, a3, b3)
      to += 16
      d += 2 * STRIPE
    }
    if (k < scores) {
      const zero = f64x2.splat(0)
      let a0 = zero,
        a1 = zero,
        a2 = zero,
        a3 = zero,
        b0 = zero,
        b1 = zero,
        b2 = zero,
        b3 = zero
      for (let r: usize = 0; r < bytes; r += 32) {
        const da = v128.load(d + r),
          db = v128.load(d + r, 16)
        const x = column + r
        a0 = multiplyAdd64(da, v128.load(x), a0)
        b0 = multiplyAdd64(db, v128.load(x, 16), b0)
        a1 = multiplyAdd64(da, v128.load(x, STRIPE), a1)
        b1 = multiplyAdd64(db, v128.load(x, STRIPE + 16), b1)
        a2 = multiplyAdd64(da, v128.load(x, 2 * STRIPE), a2)
        b2 = multiplyAdd64(db, v128.load(x, 2 * STRIPE + 16), b2)
        a3 = multiplyAdd64(da, v128.load(x, 3 * STRIPE), a3)
        b3 = multiplyAdd64(db, v128.load(x, 3 * STRIPE + 16), b3)
      }
      addOne(to, f64x2.add(a0, b0))
      addOne(to + step, f64x2.add(a1, b1))
      addOne(to + 2 * step, f64x2.add(a2, b2))
      addOne(to + 3 * step, f64x2.add(a3, b3))
    }
  }
}

function sum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
}

export function addOne(to: usize, a: v128): void {
  store<f64>(to, load<f64>(to) + sum(a))
}

function addPair(to: usize, a: v128, b: v128): void {
  addOne(to, a)
  addOne(to + 8, b)
}
