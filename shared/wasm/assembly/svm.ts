/**
 * Sequential minimal optimisation for C-support vector classification of two classes, and the decision values of
 * trained machines.
 *
 * Fan, Chen and Lin, "Working set selection using second order information for training support vector machines",
 * JMLR 6, 2005; shrinking, ties and the single-precision kernel cache as in Chang and Lin, "LIBSVM: a library for
 * support vector machines", ACM TIST 2(3), 2011, so that the same steps are taken.
 *
 * Where LIBSVM keeps the gradient G and the matrix Q with the signs y in them, this keeps F = y * G and the plain
 * kernel K (Q_ij = y_i * y_j * K_ij): signs are exact in floating point, so the values are the same, and both
 * selections need no case for the sign.
 */
import { at32, at64 } from './memory/address'
import { expEight } from './simd/exp'

const linear: i32 = 0
const poly: i32 = 1
const rbf: i32 = 2

/** A problem in memory; the same fields in the same order stand in svm/problem.ts. Addresses are of arrays over rows. */
@unmanaged
export class Problem {
  rows: i32
  /** Rows rounded up to a multiple of 8: the length of every array. */
  stride: i32
  features: i32
  kernel: i32
  degree: i32
  shrinking: i32
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
  /** f64: 0 where the row's alpha may move so that y * alpha grows (up) or falls (low), else -infinity. */
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
  greatest: f64
  /** Work done, in units of about a nanosecond. */
  work: f64
}

function power(base: v128, exponent: i32): v128 {
  let result = f64x2.splat(1)
  for (let t = exponent; t > 0; t >>= 1) {
    if (t & 1) result = f64x2.mul(result, base)
    base = f64x2.mul(base, base)
  }
  return result
}

/** Turns eight dot products at `at` into kernel values. For rbf, `squares` are |b|^2 of each and `own` is |a|^2. */
function transform(
  at: usize, squares: usize, own: v128, kernel: i32, gamma: f64, coef0: f64, degree: i32,
): void {
  if (kernel == linear) return
  if (kernel == rbf) {
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
    v128.store(at + i, kernel == poly ? power(value, degree) : value)
  }
  if (kernel == poly) return
  for (let i: usize = 0; i < 64; i += 8) store<f64>(at + i, Math.tanh(load<f64>(at + i)))
}

/**
 * Dot products of `point` with the eight rows at `column`, written to `out`. Each is summed in the order of the
 * features, so that it does not depend on who computes it.
 */
// @ts-ignore: decorator
@inline
function dotEight(point: usize, column: usize, step: usize, features: i32, out: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0
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

/** Kernel values of row i with the rows from … to-1 (both multiples of 8), as floats. */
function singleRow(p: Problem, i: i32, from: i32, to: i32, out: usize): void {
  const step = <usize>p.stride << 3
  let value = at64(p.x, i)
  for (let f: i32 = 0; f < p.features; f++, value += step) store<f64>(at64(p.point, f), load<f64>(value))
  const own = v128.load64_splat(at64(p.squares, i))
  for (let j = from; j < to; j += 8) {
    dotEight(p.point, at64(p.x, j), step, p.features, p.eight)
    transform(p.eight, at64(p.squares, j), own, p.kernel, p.gamma, p.coef0, p.degree)
    const o = at32(out, j)
    for (let k: usize = 0; k < 4; k++) {
      v128.store64_lane(o + (k << 3), f32x4.demote_f64x2_zero(v128.load(p.eight + (k << 4))), 0)
    }
  }
}

/** Sums of squares of the rows, in the order of the features. */
export function squaresOf(x: usize, stride: i32, features: i32, squares: usize): void {
  for (let j: i32 = 0; j < stride; j++) {
    let sum: f64 = 0
    let value = at64(x, j)
    for (let f: i32 = 0; f < features; f++, value += <usize>stride << 3) {
      sum += load<f64>(value) * load<f64>(value)
    }
    store<f64>(at64(squares, j), sum)
  }
}

/** Prepares what follows from the fields, x, alpha, bound and sign: squares, the diagonal, up, low, an empty cache. */
export function prepare(problem: usize): void {
  const p = changetype<Problem>(problem)
  squaresOf(p.x, p.stride, p.features, p.squares)
  for (let t: i32 = 0; t < p.stride; t++) {
    const own = v128.load64_splat(at64(p.squares, t))
    for (let k: i32 = 0; k < 8; k++) store<f64>(at64(p.eight, k), f64x2.extract_lane(own, 0))
    memory.copy(p.eight + 64, p.eight, 64)
    transform(p.eight, p.eight + 64, own, p.kernel, p.gamma, p.coef0, p.degree)
    store<f64>(at64(p.diagonal, t), load<f64>(p.eight))
  }
  for (let t: i32 = 0; t < p.rows; t++) {
    setDirections(p, t)
    store<i32>(at32(p.slotOf, t), -1)
  }
  for (let s: i32 = 0; s <= p.slots; s++) {
    store<i32>(at32(p.rowOf, s), -1)
    store<i32>(at32(p.lengths, s), 0)
    store<i32>(at32(p.newer, s), s == p.slots ? 0 : s + 1)
    store<i32>(at32(p.older, s), s == 0 ? p.slots : s - 1)
  }
}

/** The first `length` kernel values of row i, from the cache or computed into the slot used longest ago. */
function kernelRow(p: Problem, i: i32, length: i32): usize {
  let slot = load<i32>(at32(p.slotOf, i))
  if (slot < 0) {
    slot = load<i32>(at32(p.newer, p.slots))
    const evicted = load<i32>(at32(p.rowOf, slot))
    if (evicted >= 0) store<i32>(at32(p.slotOf, evicted), -1)
    store<i32>(at32(p.rowOf, slot), i)
    store<i32>(at32(p.slotOf, i), slot)
    store<i32>(at32(p.lengths, slot), 0)
  }
  // The slots form a ring through the sentinel `slots`: its newer neighbour is the oldest, its older the newest.
  const newer = load<i32>(at32(p.newer, slot))
  const older = load<i32>(at32(p.older, slot))
  store<i32>(at32(p.older, newer), older)
  store<i32>(at32(p.newer, older), newer)
  const newest = load<i32>(at32(p.older, p.slots))
  store<i32>(at32(p.newer, newest), slot)
  store<i32>(at32(p.older, slot), newest)
  store<i32>(at32(p.newer, slot), p.slots)
  store<i32>(at32(p.older, p.slots), slot)

  const row = p.cache + (<usize>slot * <usize>p.stride << 2)
  const have = load<i32>(at32(p.lengths, slot))
  if (have < length) {
    const from = have & ~7
    const to = (length + 7) & ~7
    singleRow(p, i, from, to, row)
    p.work += <f64>(to - from) * (<f64>p.features * 0.25 + 4)
    store<i32>(at32(p.lengths, slot), length)
  }
  return row
}

// @ts-ignore: decorator
@inline
function atUpper(p: Problem, t: i32): bool {
  return load<f64>(at64(p.alpha, t)) >= load<f64>(at64(p.bound, t))
}

function setDirections(p: Problem, t: i32): void {
  const upper = atUpper(p, t)
  const lower = !upper && load<f64>(at64(p.alpha, t)) <= 0
  const positive = load<f64>(at64(p.sign, t)) > 0
  store<f64>(at64(p.up, t), (positive ? upper : lower) ? -Infinity : 0)
  store<f64>(at64(p.low, t), (positive ? lower : upper) ? -Infinity : 0)
}

/** Values of two lanes and their rows: the greatest value, among equals the last row. */
let bestValue: f64 = 0
let bestRow: i32 = 0

// @ts-ignore: decorator
@inline
function offer(value: f64, row: i32): void {
  if (row >= 0 && (value > bestValue || (value == bestValue && row > bestRow))) {
    bestValue = value
    bestRow = row
  }
}

// @ts-ignore: decorator
@inline
function offerLanes(values: v128, rows: v128): void {
  offer(f64x2.extract_lane(values, 0), <i32>i64x2.extract_lane(rows, 0))
  offer(f64x2.extract_lane(values, 1), <i32>i64x2.extract_lane(rows, 1))
}

/**
 * Adds a * row + b * other to F (where `rowI` is not 0), and selects the row that violates the optimum most upwards:
 * the greatest -F among those that may go up, the last among equals.
 */
function updateAndSelect(p: Problem, rowI: usize, a: f64, rowJ: usize, b: f64): void {
  const active = p.active
  const whole = active & ~3
  const va = f64x2.splat(a), vb = f64x2.splat(b)
  const four = i64x2.splat(4)
  let values0 = f64x2.splat(-f64.MAX_VALUE), values1 = values0
  let rows0 = i64x2.splat(-1), rows1 = rows0
  let index0 = i64x2(0, 1), index1 = i64x2(2, 3)
  for (let k: i32 = 0; k < whole; k += 4) {
    const f = at64(p.f, k)
    let f0 = v128.load(f), f1 = v128.load(f, 16)
    if (rowI) {
      const ki = at32(rowI, k), kj = at32(rowJ, k)
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
    const m0 = f64x2.ge(c0, values0), m1 = f64x2.ge(c1, values1)
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
function selectSecond(p: Problem): i32 {
  const i = p.selected
  if (i < 0) return -1
  const active = p.active
  const row = kernelRow(p, i, active)
  const whole = active & ~3
  const diagonal = load<f64>(at64(p.diagonal, i))
  const greatest = f64x2.splat(p.greatest)
  const own = f64x2.splat(diagonal)
  const zero = f64x2.splat(0), tau = f64x2.splat(1e-12), four = i64x2.splat(4)
  let greatest2 = f64x2.splat(-Infinity)
  let values0 = f64x2.splat(-1), values1 = values0
  let rows0 = i64x2.splat(-1), rows1 = rows0
  let index0 = i64x2(0, 1), index1 = i64x2(2, 3)
  for (let k: i32 = 0; k < whole; k += 4) {
    const f = at64(p.f, k), low = at64(p.low, k), d = at64(p.diagonal, k), q = at32(row, k)
    const f0 = f64x2.add(v128.load(f), v128.load(low))
    const f1 = f64x2.add(v128.load(f, 16), v128.load(low, 16))
    greatest2 = f64x2.pmax(greatest2, f64x2.pmax(f0, f1))
    const g0 = f64x2.add(greatest, f0), g1 = f64x2.add(greatest, f1)
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

/** Moves alphas i and j to the minimum along their line within the bounds, and carries F along. */
function move(p: Problem, i: i32, j: i32): void {
  const rowI = kernelRow(p, i, p.active)
  const rowJ = kernelRow(p, j, p.active)
  const boundI = load<f64>(at64(p.bound, i)), boundJ = load<f64>(at64(p.bound, j))
  const signI = load<f64>(at64(p.sign, i)), signJ = load<f64>(at64(p.sign, j))
  const oldI = load<f64>(at64(p.alpha, i)), oldJ = load<f64>(at64(p.alpha, j))
  const gradientI = signI * load<f64>(at64(p.f, i)), gradientJ = signJ * load<f64>(at64(p.f, j))
  const upperI = atUpper(p, i), upperJ = atUpper(p, j)
  let curvature =
    load<f64>(at64(p.diagonal, i)) + load<f64>(at64(p.diagonal, j)) - 2 * <f64>load<f32>(at32(rowI, j))
  if (curvature <= 0) curvature = 1e-12
  let alphaI = oldI, alphaJ = oldJ
  if (signI != signJ) {
    const delta = (-gradientI - gradientJ) / curvature
    const difference = oldI - oldJ
    alphaI += delta
    alphaJ += delta
    if (difference > 0) {
      if (alphaJ < 0) { alphaJ = 0; alphaI = difference }
    } else if (alphaI < 0) { alphaI = 0; alphaJ = -difference }
    if (difference > boundI - boundJ) {
      if (alphaI > boundI) { alphaI = boundI; alphaJ = boundI - difference }
    } else if (alphaJ > boundJ) { alphaJ = boundJ; alphaI = boundJ + difference }
  } else {
    const delta = (gradientI - gradientJ) / curvature
    const sum = oldI + oldJ
    alphaI -= delta
    alphaJ += delta
    if (sum > boundI) {
      if (alphaI > boundI) { alphaI = boundI; alphaJ = sum - boundI }
    } else if (alphaJ < 0) { alphaJ = 0; alphaI = sum }
    if (sum > boundJ) {
      if (alphaJ > boundJ) { alphaJ = boundJ; alphaI = sum - boundJ }
    } else if (alphaI < 0) { alphaI = 0; alphaJ = sum }
  }
  store<f64>(at64(p.alpha, i), alphaI)
  store<f64>(at64(p.alpha, j), alphaJ)
  setDirections(p, i)
  setDirections(p, j)
  updateAndSelect(p, rowI, signI * (alphaI - oldI), rowJ, signJ * (alphaJ - oldJ))
  if (p.shrinking) {
    if (upperI != atUpper(p, i)) addToBar(p, i, upperI ? -signI * boundI : signI * boundI)
    if (upperJ != atUpper(p, j)) addToBar(p, j, upperJ ? -signJ * boundJ : signJ * boundJ)
  }
}

function addToBar(p: Problem, i: i32, factor: f64): void {
  addRow(p.bar, kernelRow(p, i, p.rows), factor, 0, p.rows)
}

/** to[k] += factor * row[k] for from <= k < end. */
function addRow(to: usize, row: usize, factor: f64, from: i32, end: i32): void {
  const v = f64x2.splat(factor)
  let k = from
  for (; k + 1 < end; k += 2) {
    const value = f64x2.promote_low_f32x4(v128.load64_zero(at32(row, k)))
    v128.store(at64(to, k), f64x2.add(v128.load(at64(to, k)), f64x2.mul(v, value)))
  }
  if (k < end) store<f64>(at64(to, k), load<f64>(at64(to, k)) + factor * <f64>load<f32>(at32(row, k)))
}

// @ts-ignore: decorator
@inline
function isFree(p: Problem, t: i32): bool {
  return load<f64>(at64(p.up, t)) == 0 && load<f64>(at64(p.low, t)) == 0
}

/** F of the rows that were shrunk away, from `bar` and the free rows. */
function reconstruct(p: Problem): void {
  const active = p.active, rows = p.rows
  if (active == rows) return
  for (let j = active; j < rows; j++) {
    store<f64>(at64(p.f, j), load<f64>(at64(p.bar, j)) - load<f64>(at64(p.sign, j)))
  }
  let free: i32 = 0
  for (let t: i32 = 0; t < active; t++) if (isFree(p, t)) free++
  // Both ways add the same values in the same order; the one is chosen that needs fewer kernel values.
  if (<f64>free * <f64>rows > 2 * <f64>active * <f64>(rows - active)) {
    for (let j = active; j < rows; j++) {
      const row = kernelRow(p, j, active)
      let sum = load<f64>(at64(p.f, j))
      for (let t: i32 = 0; t < active; t++) {
        if (!isFree(p, t)) continue
        sum += load<f64>(at64(p.sign, t)) * load<f64>(at64(p.alpha, t)) * <f64>load<f32>(at32(row, t))
      }
      store<f64>(at64(p.f, j), sum)
    }
    return
  }
  for (let t: i32 = 0; t < active; t++) {
    if (!isFree(p, t)) continue
    const factor = load<f64>(at64(p.sign, t)) * load<f64>(at64(p.alpha, t))
    addRow(p.f, kernelRow(p, t, rows), factor, active, rows)
  }
}

// @ts-ignore: decorator
@inline
function canShrink(p: Problem, t: i32, greatest1: f64, greatest2: f64): bool {
  const f = load<f64>(at64(p.f, t))
  if (load<f64>(at64(p.up, t)) != 0) return -f > greatest1
  if (load<f64>(at64(p.low, t)) != 0) return f > greatest2
  return false
}

/** Moves the rows at a bound that will likely stay there behind the active ones. */
function shrink(p: Problem): void {
  let greatest1 = -Infinity, greatest2 = -Infinity
  for (let t: i32 = 0; t < p.active; t++) {
    const f = load<f64>(at64(p.f, t))
    greatest1 = max(greatest1, load<f64>(at64(p.up, t)) - f)
    greatest2 = max(greatest2, load<f64>(at64(p.low, t)) + f)
  }
  if (!p.unshrunk && greatest1 + greatest2 <= p.tolerance * 10) {
    p.unshrunk = 1
    reconstruct(p)
    p.active = p.rows
  }
  let swaps: i32 = 0
  for (let t: i32 = 0; t < p.active; t++) {
    if (!canShrink(p, t, greatest1, greatest2)) continue
    p.active--
    while (p.active > t) {
      if (!canShrink(p, p.active, greatest1, greatest2)) {
        swapRows(p, t, p.active)
        store<i32>(at32(p.swaps, 2 * swaps), t)
        store<i32>(at32(p.swaps, 2 * swaps + 1), p.active)
        swaps++
        break
      }
      p.active--
    }
  }
  if (swaps > 0) swapCached(p, swaps)
  p.selected = -2
}

// @ts-ignore: decorator
@inline
function swap64(base: usize, a: i32, b: i32): void {
  const kept = load<f64>(at64(base, a))
  store<f64>(at64(base, a), load<f64>(at64(base, b)))
  store<f64>(at64(base, b), kept)
}

function swapRows(p: Problem, a: i32, b: i32): void {
  for (let f: i32 = 0; f < p.features; f++) swap64(p.x + (<usize>f * <usize>p.stride << 3), a, b)
  swap64(p.squares, a, b)
  swap64(p.diagonal, a, b)
  swap64(p.f, a, b)
  swap64(p.bar, a, b)
  swap64(p.up, a, b)
  swap64(p.low, a, b)
  swap64(p.alpha, a, b)
  swap64(p.bound, a, b)
  swap64(p.sign, a, b)
  const kept = load<i32>(at32(p.order, a))
  store<i32>(at32(p.order, a), load<i32>(at32(p.order, b)))
  store<i32>(at32(p.order, b), kept)
  const slotA = load<i32>(at32(p.slotOf, a)), slotB = load<i32>(at32(p.slotOf, b))
  store<i32>(at32(p.slotOf, a), slotB)
  store<i32>(at32(p.slotOf, b), slotA)
  if (slotA >= 0) store<i32>(at32(p.rowOf, slotA), b)
  if (slotB >= 0) store<i32>(at32(p.rowOf, slotB), a)
}

/** Repeats the swaps of rows in the columns of the cached kernel rows; what is not there cuts a row short. */
function swapCached(p: Problem, swaps: i32): void {
  for (let slot: i32 = 0; slot < p.slots; slot++) {
    if (load<i32>(at32(p.rowOf, slot)) < 0) continue
    const row = p.cache + (<usize>slot * <usize>p.stride << 2)
    let length = load<i32>(at32(p.lengths, slot))
    for (let s: i32 = 0; s < swaps; s++) {
      const a = load<i32>(at32(p.swaps, 2 * s)), b = load<i32>(at32(p.swaps, 2 * s + 1))
      if (a >= length) break
      if (b >= length) {
        length = a
        break
      }
      const kept = load<f32>(at32(row, a))
      store<f32>(at32(row, a), load<f32>(at32(row, b)))
      store<f32>(at32(row, b), kept)
    }
    store<i32>(at32(p.lengths, slot), length)
  }
}

/**
 * Goes on with a problem until it is solved (answers 1), has used its iterations (2), or has done `budget` units of
 * work more or was told to stop (0: call again).
 */
export function solve(problem: usize, budget: f64): i32 {
  const p = changetype<Problem>(problem)
  const limit = p.work + budget
  while (p.work < limit && !atomic.load<i32>(p.stop)) {
    if (p.maxIterations != -1 && p.iterations >= p.maxIterations) return 2
    if (--p.counter == 0) {
      p.counter = min(p.rows, 1000)
      if (p.shrinking) shrink(p)
    }
    if (p.selected == -2) updateAndSelect(p, 0, 0, 0, 0)
    let j = selectSecond(p)
    if (j < 0) {
      reconstruct(p)
      p.active = p.rows
      updateAndSelect(p, 0, 0, 0, 0)
      j = selectSecond(p)
      if (j < 0) return 1
      p.counter = 1
    }
    p.iterations++
    move(p, p.selected, j)
    p.work += <f64>p.active * 3 + 100
  }
  return 0
}

/** LIBSVM's rho of a solved problem. */
export function rho(problem: usize): f64 {
  const p = changetype<Problem>(problem)
  let free: i32 = 0
  let sum: f64 = 0, upper = Infinity, lower = -Infinity
  for (let t: i32 = 0; t < p.active; t++) {
    const f = load<f64>(at64(p.f, t))
    if (isFree(p, t)) {
      free++
      sum += f
    } else if (load<f64>(at64(p.up, t)) == 0) upper = min(upper, f)
    else lower = max(lower, f)
  }
  return free > 0 ? sum / <f64>free : (upper + lower) / 2
}

/** Sum of a[k] * b[k]. */
function dot(a: usize, b: usize, count: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0
  let k: i32 = 0
  for (; k + 3 < count; k += 4) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(at64(a, k)), v128.load(at64(b, k))))
    s1 = f64x2.add(s1, f64x2.mul(v128.load(at64(a, k), 16), v128.load(at64(b, k), 16)))
  }
  s0 = f64x2.add(s0, s1)
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1)
  for (; k < count; k++) sum += load<f64>(at64(a, k)) * load<f64>(at64(b, k))
  return sum
}

/**
 * One-vs-one decision values of rows: pair q of row r at out + r * pairs + q.
 *
 * @param x the support vectors, vector s's feature f at f * stride + s; @param squares see squaresOf
 * @param starts where each class's vectors begin, and their number last (i32, classes + 1)
 * @param coefficients classes - 1 rows of `stride`; @param points rows x features, row order
 * @param values room for `stride` doubles
 */
export function decide(
  x: usize, squares: usize, stride: i32, features: i32, kernel: i32, degree: i32, gamma: f64, coef0: f64,
  starts: usize, classes: i32, coefficients: usize, intercepts: usize, points: usize, rows: i32,
  values: usize, out: usize,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    const point = at64(points, r * features)
    let square: f64 = 0
    for (let f: i32 = 0; f < features; f++) square += load<f64>(at64(point, f)) * load<f64>(at64(point, f))
    for (let j: i32 = 0; j < stride; j += 8) {
      dotEight(point, at64(x, j), <usize>stride << 3, features, at64(values, j))
      transform(at64(values, j), at64(squares, j), f64x2.splat(square), kernel, gamma, coef0, degree)
    }
    for (let i: i32 = 0, pair: i32 = 0; i < classes; i++) {
      const startI = load<i32>(at32(starts, i)), countI = load<i32>(at32(starts, i + 1)) - startI
      for (let j = i + 1; j < classes; j++, pair++) {
        const startJ = load<i32>(at32(starts, j)), countJ = load<i32>(at32(starts, j + 1)) - startJ
        const ofI = dot(at64(coefficients, (j - 1) * stride + startI), at64(values, startI), countI)
        const ofJ = dot(at64(coefficients, i * stride + startJ), at64(values, startJ), countJ)
        store<f64>(out + (<usize>pair << 3), ofI + ofJ + load<f64>(at64(intercepts, pair)))
      }
    }
    out += <usize>((classes * (classes - 1)) >> 1) << 3
  }
}
