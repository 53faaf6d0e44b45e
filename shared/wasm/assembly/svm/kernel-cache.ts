/** Rows of kernel values as floats, the least recently used of which make room for others. */
import { at32, at64 } from '../memory/address'
import { dotEight, transform } from './kernel-function'
import { Problem } from './problem'

/** Kernel values of row i with the rows from … to-1 (both multiples of 8), as floats. */
function singleRow(p: Problem, i: i32, from: i32, to: i32, out: usize): void {
  const step = (<usize>p.stride) << 3
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

/** The first `length` kernel values of row i, from the cache or computed into the slot used longest ago. */
export function kernelRow(p: Problem, i: i32, length: i32): usize {
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

  const row = p.cache + ((<usize>slot * <usize>p.stride) << 2)
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

/** Repeats the swaps of rows in the columns of the cached kernel rows; what is not there cuts a row short. */
export function swapCached(p: Problem, swaps: i32): void {
  for (let slot: i32 = 0; slot < p.slots; slot++) {
    if (load<i32>(at32(p.rowOf, slot)) < 0) continue
    const row = p.cache + ((<usize>slot * <usize>p.stride) << 2)
    let length = load<i32>(at32(p.lengths, slot))
    for (let s: i32 = 0; s < swaps; s++) {
      const a = load<i32>(at32(p.swaps, 2 * s)),
        b = load<i32>(at32(p.swaps, 2 * s + 1))
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
