/** Dropout, whose random numbers depend only on the place: the same on any number of threads, forward and back. */
import { at32 } from '../memory/address'

/** The layer's own stream of random numbers: SplitMix64 of the seed and the layer. */
function keyOf(seed: i32, layer: i32): u64 {
  let z = ((<u64>(<u32>seed)) << 16) + <u64>layer + 0x9e3779b97f4a7c15
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb
  return (z ^ (z >> 31)) | 1
}

function halves(x: u64): u64 {
  return (x >> 32) | (x << 32)
}

/** Widynski, "Squares: a fast counter-based RNG", 2020: 32 random bits of a counter. */
function squares(counter: u64, key: u64): u32 {
  let x = counter * key
  const y = x
  const z = y + key
  x = halves(x * x + y)
  x = halves(x * x + z)
  x = halves(x * x + y)
  return <u32>((x * x + z) >> 32)
}

/**
 * Multiplies each number of `values` (columns first … first+count-1 of a matrix of `units` columns) by 0 with the
 * probability `rate`, else by 1 / (1 - rate).
 *
 * @param update the number of the update, from 1 on: each has other random numbers
 */
export function drop(
  values: usize,
  rows: i32,
  units: i32,
  first: i32,
  count: i32,
  rate: f32,
  seed: i32,
  layer: i32,
  update: i32,
): void {
  const key = keyOf(seed, layer)
  const limit = <u32>(<f64>rate * 4294967296)
  const scale: f32 = 1 / (1 - rate)
  for (let i = 0; i < rows; i++) {
    const start = ((<u64>update) << 36) + <u64>i * <u64>units
    for (let j = first; j < first + count; j++) {
      const p = at32(values, i * units + j)
      store<f32>(p, squares(start + <u64>j, key) < limit ? 0 : load<f32>(p) * scale)
    }
  }
}
