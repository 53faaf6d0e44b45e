/** Leaves out rows that will likely stay at their bound, and takes them back. */
import { at32, at64 } from '../memory/address'
import { kernelRow, swapCached } from './kernel-cache'
import { addRow } from './move'
import { isFree, Problem } from './problem'

/** F of the rows that were shrunk away, from `bar` and the free rows. */
export function reconstruct(p: Problem): void {
  const active = p.active,
    rows = p.rows
  if (active == rows) return
  for (let j = active; j < rows; j++) {
    store<f64>(at64(p.f, j), load<f64>(at64(p.bar, j)) + load<f64>(at64(p.linear, j)))
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

function canShrink(p: Problem, t: i32, greatest1: f64, greatest2: f64): bool {
  const f = load<f64>(at64(p.f, t)),
    up = load<f64>(at64(p.up, t)),
    low = load<f64>(at64(p.low, t))
  if (up == -Infinity) return -(f + low) > greatest1
  if (low == -Infinity) return f - up > greatest2
  return load<f64>(at64(p.alpha, t)) == 0 && -(f + low) > greatest1 && f - up > greatest2
}

/** Moves the rows at a bound that will likely stay there behind the active ones. */
export function shrink(p: Problem): void {
  let greatest1 = -Infinity,
    greatest2 = -Infinity
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

function swap64(base: usize, a: i32, b: i32): void {
  const kept = load<f64>(at64(base, a))
  store<f64>(at64(base, a), load<f64>(at64(base, b)))
  store<f64>(at64(base, b), kept)
}

function swapRows(p: Problem, a: i32, b: i32): void {
  for (let f: i32 = 0; f < p.features; f++) swap64(p.x + ((<usize>f * <usize>p.stride) << 3), a, b)
  swap64(p.squares, a, b)
  swap64(p.diagonal, a, b)
  swap64(p.f, a, b)
  swap64(p.bar, a, b)
  swap64(p.up, a, b)
  swap64(p.low, a, b)
  swap64(p.alpha, a, b)
  swap64(p.bound, a, b)
  swap64(p.sign, a, b)
  swap64(p.linear, a, b)
  const kept = load<i32>(at32(p.order, a))
  store<i32>(at32(p.order, a), load<i32>(at32(p.order, b)))
  store<i32>(at32(p.order, b), kept)
  const slotA = load<i32>(at32(p.slotOf, a)),
    slotB = load<i32>(at32(p.slotOf, b))
  store<i32>(at32(p.slotOf, a), slotB)
  store<i32>(at32(p.slotOf, b), slotA)
  if (slotA >= 0) store<i32>(at32(p.rowOf, slotA), b)
  if (slotB >= 0) store<i32>(at32(p.rowOf, slotB), a)
}
