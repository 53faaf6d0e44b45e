/** The vector exponential by itself, so that its error can be tested. */
import { expEight } from './simd/exp'

/** Replaces the `count` doubles (a multiple of 8) at `values` by their exponentials. */
export function expInPlace(values: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 8) expEight(values + ((<usize>i) << 3))
}
