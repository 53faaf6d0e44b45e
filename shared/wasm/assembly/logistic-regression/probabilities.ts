/** Scores to probabilities. */
import { expEight } from '../simd/exp'
import { STRIPE } from './block'

/**
 * Replaces the scores of a block by the softmax over each row's scores, and writes each row's maximum score and the
 * sum of the exponentials of what its scores are below that.
 */
export function softmax(rows: i32, scores: i32, at: usize, maximum: usize, totals: usize): void {
  for (let r: i32 = 0; r < rows; r += 8) {
    const first = at + ((<usize>r) << 3)
    let g0 = v128.load(first),
      g1 = v128.load(first, 16),
      g2 = v128.load(first, 32),
      g3 = v128.load(first, 48)
    let s = first + STRIPE
    for (let k: i32 = 1; k < scores; k++, s += STRIPE) {
      g0 = f64x2.pmax(g0, v128.load(s))
      g1 = f64x2.pmax(g1, v128.load(s, 16))
      g2 = f64x2.pmax(g2, v128.load(s, 32))
      g3 = f64x2.pmax(g3, v128.load(s, 48))
    }
    const g = maximum + ((<usize>r) << 3)
    v128.store(g, g0)
    v128.store(g, g1, 16)
    v128.store(g, g2, 32)
    v128.store(g, g3, 48)
    let t0 = f64x2.splat(0),
      t1 = t0,
      t2 = t0,
      t3 = t0
    s = first
    for (let k: i32 = 0; k < scores; k++, s += STRIPE) {
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
    const t = totals + ((<usize>r) << 3)
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
    for (let k: i32 = 0; k < scores; k++, s += STRIPE) {
      v128.store(s, f64x2.mul(v128.load(s), t0))
      v128.store(s, f64x2.mul(v128.load(s, 16), t1), 16)
      v128.store(s, f64x2.mul(v128.load(s, 32), t2), 32)
      v128.store(s, f64x2.mul(v128.load(s, 48), t3), 48)
    }
  }
}

/** Replaces a STRIPE of scores by their sigmoids, and writes 1 + e^-|score| to `totals`. */
export function sigmoid(rows: i32, at: usize, totals: usize): void {
  const one = f64x2.splat(1)
  for (let r: i32 = 0; r < rows; r += 8) {
    const e = totals + ((<usize>r) << 3)
    for (let i: usize = 0; i < 64; i += 16) {
      v128.store(e + i, f64x2.neg(f64x2.abs(v128.load(at + ((<usize>r) << 3) + i))))
    }
    expEight(e)
    for (let i: usize = 0; i < 64; i += 16) {
      const s = at + ((<usize>r) << 3) + i
      const value = v128.load(e + i)
      const total = f64x2.add(one, value)
      const above = v128.bitselect(one, value, f64x2.ge(v128.load(s), f64x2.splat(0)))
      v128.store(s, f64x2.div(above, total))
      v128.store(e + i, total)
    }
  }
}
