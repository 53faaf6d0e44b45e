/** The vector exponential by itself, so that its error can be tested. */
import { exp } from './simd/exp'

/** Replaces the `count` (even) doubles at `values` by their exponentials. */
export function expInPlace(values: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 2) {
    const at = values + (<usize>i << 3)
    v128.store(at, exp(v128.load(at)))
  }
}
