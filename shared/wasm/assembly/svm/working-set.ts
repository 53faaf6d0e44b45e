/** Which two rows a step moves: the working set selection of Fan, Chen and Lin. */
import { at32, at64 } from '../memory/address'
import { kernelRow } from './kernel-cache'
import { Problem } from './problem'

/** Values of two lanes and their rows: the greatest value, among equals the last row. */
let bestValue: f64 = 0

let bestRow: i32 = 0

function offer(value: f64, row: i32): void {
  if (row >= 0 && (value > bestValue || (value == bestValue && row > bestRow))) {
    bestValue = value
    bestRow = row
  }
}

function offerLanes(values: v128, rows: v128): void {
  offer(f64x2.extract_lane(values, 0), <i32>i64x2.extract_lane(rows, 0))
  offer(f64x2.extract_lane(values, 1), <i32>i64x2.extract_lane(rows, 1))
}

/**
 * Adds a * row + b * other to F (where `rowI` is not 0), and selects the row that violates the optimum most upwards:
 * the greatest -F among those that may go up, the last among equals.
 */
export function updateAndSelect(p: Problem, rowI: usize, a: f64, rowJ: usize, b: f64): void {
  const active = p.active
  const whole = active & ~3
  const va = f64x2.splat(a),
    vb = f64x2.splat(b)
  const four = i64x2.splat(4)
  let values0 = f64x2.splat(-f64.MAX_VALUE),
    values1 = values0
  let rows0 = i64x2.splat(-1),
    rows1 = rows0
  let index0 = i64x2(0, 1),
    index1 = i64x2(2, 3)
  for (let k: i32 = 0; k < whole; k += 4) {
    const f = at64(p.f, k)
    let f0 = v128.load(f),
      f1 = v128.load(f, 16)
    if (rowI) {
      const ki = at32(rowI, k),
        kj = at32(rowJ, k)
      const i0 = f64x2.promote_low_f32x4(v128.load64_zero(ki))
      const i1 = f64x2.promote_low_f32x4(v128.load64_zero(ki, 8))
      const j0 = f64x2.promote_low_f32x4(v128.load64_zero(kj))
      const j1 = f64x2.promote_low_f32x4(v128.load64_zero(kj, 8))
      f0 = f64x2.add(f0, f64x2.add(f64x2.mul(i0, va), f64x2.mul(j0, vb)))
      f1 = f64x2.add(f1, f64x2.add(f64x2.mul(i1, va), f64x2.mul(j1, vb)))
      v128.store(f, f0)
      v128.store(f, f1, 16)
    }
    const up = at64(p.up, k)
    const c0 = f64x2.sub(v128.load(up), f0)
    const c1 = f64x2.sub(v128.load(up, 16), f1)
    const m0 = f64x2.ge(c0, values0),
      m1 = f64x2.ge(c1, values1)
    values0 = v128.bitselect(c0, values0, m0)
    values1 = v128.bitselect(c1, values1, m1)
    rows0 = v128.bitselect(index0, rows0, m0)
    rows1 = v128.bitselect(index1, rows1, m1)
    index0 = i64x2.add(index0, four)
    index1 = i64x2.add(index1, four)
  }
  bestValue = -f64.MAX_VALUE
  bestRow = -1
  offerLanes(values0, rows0)
  offerLanes(values1, rows1)
  for (let k = whole; k < active; k++) {
    const f = at64(p.f, k)
    if (rowI) {
      const change = <f64>load<f32>(at32(rowI, k)) * a + <f64>load<f32>(at32(rowJ, k)) * b
      store<f64>(f, load<f64>(f) + change)
    }
    const candidate = load<f64>(at64(p.up, k)) - load<f64>(f)
    if (candidate >= -f64.MAX_VALUE) offer(candidate, k)
  }
  p.selected = bestRow
  p.greatest = bestRow < 0 ? -Infinity : bestValue
}

/**
 * Selects the second row: the one that, moved down together with row `selected`, lowers the objective most (the last
 * among equals). Answers -1 where the violation is below the tolerance.
 */
export function selectSecond(p: Problem): i32 {
  const i = p.selected
  if (i < 0) return -1
  const active = p.active
  const row = kernelRow(p, i, active)
  const whole = active & ~3
  const diagonal = load<f64>(at64(p.diagonal, i))
  const greatest = f64x2.splat(p.greatest)
  const own = f64x2.splat(diagonal)
  const zero = f64x2.splat(0),
    tau = f64x2.splat(1e-12),
    four = i64x2.splat(4)
  let greatest2 = f64x2.splat(-Infinity)
  let values0 = f64x2.splat(-1),
    values1 = values0
  let rows0 = i64x2.splat(-1),
    rows1 = rows0
  let index0 = i64x2(0, 1),
    index1 = i64x2(2, 3)
  for (let k: i32 = 0; k < whole; k += 4) {
    const f = at64(p.f, k),
      low = at64(p.low, k),
      d = at64(p.diagonal, k),
      q = at32(row, k)
    const f0 = f64x2.add(v128.load(f), v128.load(low))
    const f1 = f64x2.add(v128.load(f, 16), v128.load(low, 16))
    greatest2 = f64x2.pmax(greatest2, f64x2.pmax(f0, f1))
    const g0 = f64x2.add(greatest, f0),
      g1 = f64x2.add(greatest, f1)
    const q0 = f64x2.promote_low_f32x4(v128.load64_zero(q))
    const q1 = f64x2.promote_low_f32x4(v128.load64_zero(q, 8))
    const s0 = f64x2.sub(f64x2.add(own, v128.load(d)), f64x2.add(q0, q0))
    const s1 = f64x2.sub(f64x2.add(own, v128.load(d, 16)), f64x2.add(q1, q1))
    const v0 = f64x2.div(f64x2.mul(g0, g0), v128.bitselect(s0, tau, f64x2.gt(s0, zero)))
    const v1 = f64x2.div(f64x2.mul(g1, g1), v128.bitselect(s1, tau, f64x2.gt(s1, zero)))
    const m0 = v128.and(f64x2.gt(g0, zero), f64x2.ge(v0, values0))
    const m1 = v128.and(f64x2.gt(g1, zero), f64x2.ge(v1, values1))
    values0 = v128.bitselect(v0, values0, m0)
    values1 = v128.bitselect(v1, values1, m1)
    rows0 = v128.bitselect(index0, rows0, m0)
    rows1 = v128.bitselect(index1, rows1, m1)
    index0 = i64x2.add(index0, four)
    index1 = i64x2.add(index1, four)
  }
  let second = max(f64x2.extract_lane(greatest2, 0), f64x2.extract_lane(greatest2, 1))
  bestValue = -1
  bestRow = -1
  offerLanes(values0, rows0)
  offerLanes(values1, rows1)
  for (let k = whole; k < active; k++) {
    const f = load<f64>(at64(p.f, k)) + load<f64>(at64(p.low, k))
    second = max(second, f)
    const g = p.greatest + f
    if (g > 0) {
      const q = <f64>load<f32>(at32(row, k))
      const s = diagonal + load<f64>(at64(p.diagonal, k)) - (q + q)
      offer((g * g) / (s > 0 ? s : 1e-12), k)
    }
  }
  return p.greatest + second < p.tolerance ? -1 : bestRow
}
