/** Decimal numbers of up to 19 digits to the nearest double. */

/** The powers of five that are there: from -POWERS to POWERS. */
export const POWERS = 64

/** 5^q for each of them: the upper and the lower 64 of its first 128 bits, written by the caller. */
export const FIVES: usize = 32768

let productLow: u64 = 0

/** The upper half of the 128-bit product; the lower is left in `productLow`. */
function multiply(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff,
    aHigh = a >> 32
  const bLow = b & 0xffffffff,
    bHigh = b >> 32
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >> 32)
  const other = aLow * bHigh + (middle & 0xffffffff)
  productLow = (other << 32) | (low & 0xffffffff)
  return aHigh * bHigh + (middle >> 32) + (other >> 32)
}

/** The double nearest to w * 10^q (w > 0, |q| <= POWERS), ties to even, as fast_float's `compute_float` has it. */
export function nearestDouble(w: u64, q: i32): f64 {
  const power = FIVES + ((<usize>(q + POWERS)) << 4)
  const leading = clz(w)
  w <<= leading
  let high = multiply(w, load<u64>(power))
  let low = productLow
  if ((high & 0x1ff) == 0x1ff) {
    const more = multiply(w, load<u64>(power + 8))
    low += more
    if (more > low) high++
  }
  const upper = high >> 63
  const shift = upper + 9
  let mantissa = high >> shift
  let exponent = <i64>((217706 * q) >> 16) + 63 + <i64>upper - <i64>leading + 1023
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1
  mantissa += mantissa & 1
  mantissa >>= 1
  if (mantissa >= 1 << 53) {
    mantissa = 1 << 52
    exponent++
  }
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | ((<u64>exponent) << 52))
}
