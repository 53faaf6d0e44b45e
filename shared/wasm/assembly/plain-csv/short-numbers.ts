import { MINUS } from './bytes'
import { constants } from './digits'

/** Loaded from 8 n on: the last n of eight bytes set. */
const lastOfEight = memory.data<u64>([
  0, 0xff00000000000000, 0xffff000000000000, 0xffffff0000000000, 0xffffffff00000000, 0xffffffffff000000,
  0xffffffffffff0000, 0xffffffffffffff00, 0xffffffffffffffff,
])

/**
 * How eight bytes become digits, without the point in lane 0 … 6 or with none (8); a point in lane 7 stays and is seen
 * as no digit. Once for the lanes 0 … 7 and once for 8 … 15.
 */
const withoutPoint = memory.data<u64>([
  0x0706050403020180, 0x0706050403020080, 0x0706050403010080, 0x0706050402010080, 0x0706050302010080,
  0x0706040302010080, 0x0705040302010080, 0x0706050403020100, 0x0706050403020100, 0x0f0e0d0c0b0a0980,
  0x0f0e0d0c0b0a0880, 0x0f0e0d0c0b090880, 0x0f0e0d0c0a090880, 0x0f0e0d0b0a090880, 0x0f0e0c0b0a090880,
  0x0f0d0c0b0a090880, 0x0f0e0d0c0b0a0908, 0x0f0e0d0c0b0a0908,
])

/** 10^(digits behind the point), for the same lanes; then, 16 places on, the same, negative, for negative numbers. */
const divisors = memory.data<f64>([
  1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1, 1, 0, 0, 0, 0, 0, 0, 0, -1e7, -1e6, -1e5, -1e4, -1e3, -1e2, -1e1, -1,
  -1,
])

/**
 * Reads fields of one column, two at a time, as long as they are numbers of at most eight bytes (besides a minus) without
 * exponent, into `cell` and what follows it. `end`: where the end of the first field stands, that of the next one
 * `stride` bytes behind it; one place before, the end of the field before.
 *
 * Returns how many were read, of `count`; an even number.
 */
export function readShort(end: usize, count: i32, stride: usize, cell: usize, mark: usize): i32 {
  const zero = v128.load(constants)
  const point = v128.load(constants, 16)
  const nine = v128.load(constants, 32)
  const tens = v128.load(constants, 48)
  const hundreds = v128.load(constants, 64)
  const thousands = v128.load(constants, 80)
  const last = end + <usize>(count - 1) * stride
  const first = end
  let anyPoint = 0
  while (end < last) {
    const start0 = load<u32>(end - 4) + 1
    const stop0 = load<u32>(end)
    const start1 = load<u32>(end + stride - 4) + 1
    const stop1 = load<u32>(end + stride)
    const negative0 = u32(load<u8>(start0) == MINUS)
    const negative1 = u32(load<u8>(start1) == MINUS)
    const length0 = stop0 - start0 - negative0
    const length1 = stop1 - start1 - negative1
    if (((length0 - 1) | (length1 - 1)) >= 8) break
    const bytes = v128.and(
      i8x16.sub(v128.load_lane<u64>(stop1 - 8, v128.load_zero<u64>(stop0 - 8), 1), zero),
      v128.load_lane<u64>(lastOfEight + (length1 << 3), v128.load_zero<u64>(lastOfEight + (length0 << 3)), 1),
    )
    const points = i8x16.bitmask(i8x16.eq(bytes, point))
    const lane0 = <u32>ctz(points | 256)
    const lane1 = <u32>ctz((points >> 8) | 256)
    const digits = i8x16.relaxed_swizzle(
      bytes,
      v128.load_lane<u64>(
        withoutPoint + (lane1 << 3),
        v128.load_zero<u64>(withoutPoint + (lane0 << 3)),
        1,
        72,
      ),
    )
    if (v128.any_true(i8x16.sub_sat_u(digits, nine))) break
    const fours = i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(digits, tens), hundreds)
    const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), thousands)
    let value = f64x2.div(
      f64x2.convert_low_i32x4_s(eights),
      v128.load_lane<u64>(
        divisors + ((lane1 | (negative1 << 4)) << 3),
        v128.load_zero<u64>(divisors + ((lane0 | (negative0 << 4)) << 3)),
        1,
      ),
    )
    // A whole number has no minus zero.
    if (lane1 == 8 || lane0 == 8) {
      value = f64x2.add(value, f64x2(lane0 == 8 ? 0.0 : -0.0, lane1 == 8 ? 0.0 : -0.0))
    }
    v128.store(cell, value)
    anyPoint |= points
    cell += 16
    end += stride << 1
  }
  const read = <i32>((end - first) / stride)
  if (read > 0) store<u8>(mark, 1)
  if (anyPoint != 0) store<u8>(mark, 1, 1)
  return read
}
