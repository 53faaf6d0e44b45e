/** How kernels multiply and add, and which way this machine has. */
import { z } from 'zod'

/** plain: a product is rounded, then the sum, on every machine alike. fused: the sum alone is rounded, which is quicker. */
export const arithmetic = z.enum(['plain', 'fused'])
export type Arithmetic = z.infer<typeof arithmetic>

let isFused: boolean | undefined

/** Whether relaxed SIMD's `relaxed_madd` is there and rounds once; where a processor cannot, it may round twice. */
export function canFuse(): boolean {
  isFused ??= WebAssembly.validate(probe) && roundsOnce()
  return isFused
}

/** By sums that are 0 where the product is rounded: (1 + e)² - (1 + 2e) is e². */
function roundsOnce(): boolean {
  const { single, double } = new WebAssembly.Instance(new WebAssembly.Module(probe)).exports
  if (typeof single !== 'function' || typeof double !== 'function') return false
  const [e, tiny] = [2 ** -13, 2 ** -30]
  return single(1 + e, -(1 + 2 * e)) === e ** 2 && double(1 + tiny, -(1 + 2 * tiny)) === tiny ** 2
}

/** A module of single(a, c) = a * a + c by f32x4.relaxed_madd, and double(a, c) by f64x2.relaxed_madd. */
const probe = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // The types (f32, f32) -> f32 and (f64, f64) -> f64, a function of each, and their names.
  ...[1, 13, 2, 0x60, 2, 0x7d, 0x7d, 1, 0x7d, 0x60, 2, 0x7c, 0x7c, 1, 0x7c],
  ...[3, 3, 2, 0, 1],
  ...[7, 19, 2, 6, ...Buffer.from('single'), 0, 0, 6, ...Buffer.from('double'), 0, 1],
  // Their code: splat a, a and c; relaxed_madd; extract_lane 0.
  ...[10, 43, 2],
  ...[
    20, 0, 0x20, 0, 0xfd, 0x13, 0x20, 0, 0xfd, 0x13, 0x20, 1, 0xfd, 0x13, 0xfd, 0x85, 2, 0xfd, 0x1f, 0, 0x0b,
  ],
  ...[
    20, 0, 0x20, 0, 0xfd, 0x14, 0x20, 0, 0xfd, 0x14, 0x20, 1, 0xfd, 0x14, 0xfd, 0x87, 2, 0xfd, 0x21, 0, 0x0b,
  ],
])
