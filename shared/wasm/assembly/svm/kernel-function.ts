import { at64 } from '../memory/address'
import { expEight } from '../simd/exp'

/** The kernel functions. */
export const LINEAR: i32 = 0
export const POLY: i32 = 1
export const RBF: i32 = 2
export const SIGMOID: i32 = 3

function power(base: v128, exponent: i32): v128 {
  let result = f64x2.splat(1)
  for (let t = exponent; t > 0; t >>= 1) {
    if (t & 1) result = f64x2.mul(result, base)
    base = f64x2.mul(base, base)
  }
  return result
}

/** Turns eight dot products at `at` into kernel values. For rbf, `squares` are |b|^2 of each and `own` is |a|^2. */
export function transform(
  at: usize,
  squares: usize,
  own: v128,
  kernel: i32,
  gamma: f64,
  coef0: f64,
  degree: i32,
): void {
  if (kernel == LINEAR) return
  if (kernel == RBF) {
    const factor = f64x2.splat(-gamma)
    for (let i: usize = 0; i < 64; i += 16) {
      const dot = v128.load(at + i)
      const distance = f64x2.sub(f64x2.add(own, v128.load(squares + i)), f64x2.add(dot, dot))
      v128.store(at + i, f64x2.mul(factor, distance))
    }
    expEight(at)
    return
  }
  for (let i: usize = 0; i < 64; i += 16) {
    const value = f64x2.add(f64x2.mul(f64x2.splat(gamma), v128.load(at + i)), f64x2.splat(coef0))
    v128.store(at + i, kernel == POLY ? power(value, degree) : value)
  }
  if (kernel == POLY) return
  for (let i: usize = 0; i < 64; i += 8) store<f64>(at + i, Math.tanh(load<f64>(at + i)))
}

/**
 * Dot products of `point` with the eight rows at `column`, written to `out`. Each is summed in the order of the
 * features, so that it does not depend on who computes it.
 */
export function dotEight(point: usize, column: usize, step: usize, features: i32, out: usize): void {
  let a0 = f64x2.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0
  for (let f: i32 = 0; f < features; f++) {
    const value = v128.load64_splat(point)
    a0 = f64x2.add(a0, f64x2.mul(value, v128.load(column)))
    a1 = f64x2.add(a1, f64x2.mul(value, v128.load(column, 16)))
    a2 = f64x2.add(a2, f64x2.mul(value, v128.load(column, 32)))
    a3 = f64x2.add(a3, f64x2.mul(value, v128.load(column, 48)))
    column += step
    point += 8
  }
  v128.store(out, a0)
  v128.store(out, a1, 16)
  v128.store(out, a2, 32)
  v128.store(out, a3, 48)
}

/** Sums of squares of the rows, in the order of the features. */
export function squaresOf(x: usize, stride: i32, features: i32, squares: usize): void {
  for (let j: i32 = 0; j < stride; j++) {
    let sum: f64 = 0
    let value = at64(x, j)
    for (let f: i32 = 0; f < features; f++, value += (<usize>stride) << 3) {
      sum += load<f64>(value) * load<f64>(value)
    }
    store<f64>(at64(squares, j), sum)
  }
}
