import { at32, at64 } from '../memory/address'
import { squaresOf, transform } from './kernel-function'
import { move } from './move'
import { isFree, Problem, setDirections } from './problem'
import { reconstruct, shrink } from './shrinking'
import { selectSecond, updateAndSelect } from './working-set'

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

/** What `solve` answers. GOES_ON: call it again. */
export const GOES_ON: i32 = 0
export const SOLVED: i32 = 1
export const OUT_OF_ITERATIONS: i32 = 2

/**
 * Goes on with a problem until it is solved, has used its iterations, or has done `budget` units of work more or was told
 * to stop.
 */
export function solve(problem: usize, budget: f64): i32 {
  const p = changetype<Problem>(problem)
  const limit = p.work + budget
  while (p.work < limit && !atomic.load<i32>(p.stop)) {
    if (p.maxIterations != -1 && p.iterations >= p.maxIterations) return OUT_OF_ITERATIONS
    if (--p.counter == 0) {
      p.counter = min(p.regression ? 2 * p.rows : p.rows, 1000)
      if (p.shrinking) shrink(p)
    }
    if (p.selected == -2) updateAndSelect(p, 0, 0, 0, 0)
    let j = selectSecond(p)
    if (j < 0) {
      reconstruct(p)
      p.active = p.rows
      updateAndSelect(p, 0, 0, 0, 0)
      j = selectSecond(p)
      if (j < 0) return SOLVED
      p.counter = 1
    }
    p.iterations++
    move(p, p.selected, j)
    p.work += <f64>p.active * 3 + 100
  }
  return GOES_ON
}

/** LIBSVM's rho of a solved problem. */
export function rho(problem: usize): f64 {
  const p = changetype<Problem>(problem)
  let free: i32 = 0
  let sum: f64 = 0,
    upper = Infinity,
    lower = -Infinity
  for (let t: i32 = 0; t < p.active; t++) {
    const f = load<f64>(at64(p.f, t))
    const up = load<f64>(at64(p.up, t)),
      low = load<f64>(at64(p.low, t))
    if (isFree(p, t)) {
      free++
      sum += f - up
    } else {
      upper = min(upper, f - up)
      lower = max(lower, f + low)
    }
  }
  return free > 0 ? sum / <f64>free : (upper + lower) / 2
}
