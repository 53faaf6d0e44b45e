import { lastBytes, MINUS, POINT } from './bytes'
import { constants } from './digits'
import { FIVES, nearestDouble, POWERS } from './nearest-double'

const ZEROS: u64 = 0x3030303030303030

/** Four digits, the first in the lowest byte, as a number. */
function fourDigits(x: u32): u32 {
  return ((((x * 2561) >> 8) & 0x00ff00ff) * 6553601) >> 16
}

/** Whether all four bytes in `x` (less '0') are digits. */
function areFourDigits(x: u32): bool {
  return (((x + 0x76767676) | x) & 0x80808080) == 0
}

/** How many of the eight bytes in `x` (less '0'), from the lowest on, are digits. */
function digitCount(x: u64): u64 {
  return ctz(((x + 0x7676767676767676) | x) & 0x8080808080808080) >> 3
}

/** The exponent of a double, but for what its mantissa adds: for 10^-n, as in `nearestDouble`. */
function exponentOf(n: u32): u64 {
  return <u64>(((-217706 * <i32>n) >> 16) + 63 + 1023 - 1)
}

/**
 * Reads fields of one column as long as they are decimal numbers of 13 to 21 bytes (besides a minus), with less than eight
 * digits before the point and at most 19 significant ones, without exponent. The parameters are those of `readShort`.
 * Returns how many were read.
 *
 * With so many digits behind the point a number is never half way between two doubles, and the upper 64 bits of the
 * power of five are enough but for about one number in a hundred.
 */
export function readLong(end: usize, count: i32, stride: usize, cell: usize, mark: usize): i32 {
  const zero = v128.load(constants)
  const nine = v128.load(constants, 32)
  const tens = v128.load(constants, 48)
  const hundreds = v128.load(constants, 64)
  const thousands = v128.load(constants, 80)
  const last = end + <usize>count * stride
  const first = end
  /** Digits before the point, and a mask of their bytes: mostly the same as in the field before. */
  let whole: usize = 1
  let before: u32 = 0xff
  for (; end < last; end += stride) {
    const start = load<u32>(end - 4) + 1
    const stop = load<u32>(end)
    const negative = u32(load<u8>(start) == MINUS)
    const at = start + negative
    const all = stop - at - 1
    if (all - 12 > 8) break
    const bytes = load<u32>(at)
    if (load<u8>(at + whole) != POINT) {
      whole = <usize>digitCount(load<u64>(at) ^ ZEROS)
      if (whole > 7 || load<u8>(at + whole) != POINT) break
      before = whole > 3 ? -1 : (1 << (whole << 3)) - 1
    }
    const part = all - whole
    // The digits on both sides of the point, moved together: the last sixteen, and up to four before them.
    const lastDigits = v128.and(
      i8x16.sub(
        v128.bitselect(v128.load(stop - 16), v128.load(stop - 17), lastBytes(min<usize>(part, 16))),
        zero,
      ),
      lastBytes(min<usize>(all, 16)),
    )
    const joined = ((bytes & before) | (load<u32>(at + 1) & ~before)) ^ <u32>ZEROS
    const firstDigits = <u32>((<u64>joined) << (160 - ((<u64>max<usize>(all, 16)) << 3)))
    const fours = i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(lastDigits, tens), hundreds)
    const eights = i64x2.extract_lane(i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), thousands), 0)
    const leftmost = <u64>fourDigits(firstDigits)
    if (!areFourDigits(firstDigits) || leftmost > 1000 || v128.any_true(i8x16.sub_sat_u(lastDigits, nine)))
      break
    const mantissa =
      leftmost * 10000000000000000 + (<u64>eights & 0xffffffff) * 100000000 + (<u64>eights >> 32)
    const sign = (<u64>negative) << 63
    const leading = clz(mantissa)
    const a = mantissa << leading
    const b = load<u64>(FIVES + ((POWERS - part) << 4))
    const aLow = a & 0xffffffff,
      aHigh = a >> 32
    const bLow = b & 0xffffffff,
      bHigh = b >> 32
    // The terms left out, and the rest of the power, add at most 3.
    const high = aHigh * bHigh + ((aHigh * bLow) >> 32) + ((aLow * bHigh) >> 32)
    // They carry into no bit that counts, and the mantissa is not zero.
    if (((high - 1) & 0x1ff) < 0x1fb) {
      const upper = high >> 63
      const rounded = select<u64>(high >> 10, high >> 9, upper != 0)
      // Where the mantissa is rounded up to 2^53, this carries into the exponent.
      const magnitude = ((exponentOf(part) + upper - leading) << 52) + ((rounded + (rounded & 1)) >> 1)
      store<u64>(cell, magnitude | sign)
    } else {
      const value = mantissa == 0 ? 0.0 : nearestDouble(mantissa, -(<i32>part))
      store<u64>(cell, reinterpret<u64>(value) | sign)
    }
    cell += 8
  }
  const read = <i32>((end - first) / stride)
  if (read > 0) {
    store<u8>(mark, 1)
    store<u8>(mark, 1, 1)
  }
  return read
}
