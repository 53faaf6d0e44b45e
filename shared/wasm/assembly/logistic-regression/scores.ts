import { multiplyAdd64 } from '../simd/multiply-add'
import { STRIPE } from './block'

/**
 * Linear scores of one block: score k of row r at out + k * 256 + r. `rows` is a multiple of 8; from one feature of the
 * block to the next it is `columnBytes`.
 */
export function scoreBlock(
  block: usize,
  columnBytes: usize,
  rows: i32,
  features: i32,
  scores: i32,
  coefficients: usize,
  out: usize,
): void {
  const step = (<usize>scores) << 3
  const intercepts = coefficients + <usize>features * step
  let k: i32 = 0
  for (; k + 1 < scores; k += 2) {
    const offset = (<usize>k) << 3
    for (let r: i32 = 0; r < rows; r += 8) {
      let x = block + ((<usize>r) << 3)
      let w = coefficients + offset
      let a0 = v128.load64_splat(intercepts + offset),
        a1 = a0,
        a2 = a0,
        a3 = a0
      let b0 = v128.load64_splat(intercepts + offset, 8),
        b1 = b0,
        b2 = b0,
        b3 = b0
      for (let f: i32 = 0; f < features; f++) {
        const wa = v128.load64_splat(w),
          wb = v128.load64_splat(w, 8)
        const x0 = v128.load(x),
          x1 = v128.load(x, 16),
          x2 = v128.load(x, 32),
          x3 = v128.load(x, 48)
        a0 = multiplyAdd64(wa, x0, a0)
        a1 = multiplyAdd64(wa, x1, a1)
        a2 = multiplyAdd64(wa, x2, a2)
        a3 = multiplyAdd64(wa, x3, a3)
        b0 = multiplyAdd64(wb, x0, b0)
        b1 = multiplyAdd64(wb, x1, b1)
        b2 = multiplyAdd64(wb, x2, b2)
        b3 = multiplyAdd64(wb, x3, b3)
        x += columnBytes
        w += step
      }
      const to = out + <usize>k * STRIPE + ((<usize>r) << 3)
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to, a2, 32)
      v128.store(to, a3, 48)
      v128.store(to + STRIPE, b0)
      v128.store(to + STRIPE, b1, 16)
      v128.store(to + STRIPE, b2, 32)
      v128.store(to + STRIPE, b3, 48)
    }
  }
  if (k < scores) {
    const offset = (<usize>k) << 3
    for (let r: i32 = 0; r < rows; r += 8) {
      let x = block + ((<usize>r) << 3)
      let w = coefficients + offset
      let a0 = v128.load64_splat(intercepts + offset),
        a1 = a0,
        a2 = a0,
        a3 = a0
      for (let f: i32 = 0; f < features; f++) {
        const wa = v128.load64_splat(w)
        a0 = multiplyAdd64(wa, v128.load(x), a0)
        a1 = multiplyAdd64(wa, v128.load(x, 16), a1)
        a2 = multiplyAdd64(wa, v128.load(x, 32), a2)
        a3 = multiplyAdd64(wa, v128.load(x, 48), a3)
        x += columnBytes
        w += step
      }
      const to = out + <usize>k * STRIPE + ((<usize>r) << 3)
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to, a2, 32)
      v128.store(to, a3, 48)
    }
  }
}
