import { firstBytes, lastBytes, MINUS } from './bytes'
import { constants } from './digits'

/** For n = 0: none, else a point in lane n - 1 of sixteen: 10^(digits behind it). */
const middleDivisors = memory.data<f64>([
  1, 1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1,
])

/** So many short fields, one after the other, are left to `readShort`. */
const FEW_IN_TURN = 8

/**
 * Reads fields of one column as long as they are numbers of at most 15 digits in at most 16 bytes (besides a minus),
 * without exponent: quotients of exact doubles. The parameters are those of `readShort`. Returns how many were read.
 */
export function readMiddle(end: usize, count: i32, stride: usize, cell: usize, mark: usize): i32 {
  const zero = v128.load(constants)
  const point = v128.load(constants, 16)
  const nine = v128.load(constants, 32)
  const tens = v128.load(constants, 48)
  const hundreds = v128.load(constants, 64)
  const thousands = v128.load(constants, 80)
  const lanes = v128.load(constants, 96)
  const last = end + <usize>count * stride
  const first = end
  let anyPoint = 0
  let few = 0
  for (; end < last; end += stride) {
    const start = load<u32>(end - 4) + 1
    const stop = load<u32>(end)
    const negative = u32(load<u8>(start) == MINUS)
    const length = stop - start - negative
    if (length - 1 > 15) break
    few = length <= 8 ? few + 1 : 0
    if (few == FEW_IN_TURN) break
    const bytes = v128.and(i8x16.sub(v128.load(stop - 16), zero), lastBytes(length))
    const points = i8x16.bitmask(i8x16.eq(bytes, point))
    // How many lanes there are up to the point: they move one to the right.
    const moved = 32 - <u32>clz(points)
    const digits = i8x16.relaxed_swizzle(bytes, i8x16.add(lanes, firstBytes(moved)))
    if (v128.any_true(i8x16.sub_sat_u(digits, nine)) || length - u32(points != 0) - 1 > 14) break
    const fours = i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(digits, tens), hundreds)
    const eights = i64x2.extract_lane(i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), thousands), 0)
    const mantissa = (eights & 0xffffffff) * 100000000 + (eights >> 32)
    const value = reinterpret<u64>(<f64>mantissa / load<f64>(middleDivisors + (moved << 3)))
    // A whole number has no minus zero.
    store<u64>(cell, value | ((<u64>(negative & u32(points != 0 || mantissa != 0))) << 63))
    anyPoint |= points
    cell += 8
  }
  const read = <i32>((end - first) / stride)
  if (read > 0) store<u8>(mark, 1)
  if (anyPoint != 0) store<u8>(mark, 1, 1)
  return read
}
