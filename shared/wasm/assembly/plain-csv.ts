/**
 * Reads CSV text without quotes in memory into columns, in two steps, some lines at a time: first where their fields
 * end, 64 bytes at once (as simdjson finds structure: Langdale, Lemire, "Parsing gigabytes of JSON per second", 2019);
 * then what they are, column by column, whose fields are mostly alike.
 *
 * Decimal numbers are converted here, correctly rounded: those of up to 15 digits as the quotient of two exact doubles,
 * with up to eight of them two at once; those of up to 19 digits by the product with a power of five of 64 or 128 bits (Lemire, "Number parsing at a
 * gigabyte per second", 2021). Any other field is handed to `odd`, so that there is one set of rules.
 */

const COMMA: i8 = 44
const LF: i8 = 10
const CR: u32 = 13
const MINUS: u32 = 45
const POINT: u32 = 46
const ZEROS: u64 = 0x3030303030303030

/** The value of the field of `length` bytes at `at`; of a text, its code. */
@external("env", "odd")
declare function odd(column: i32, at: usize, length: usize): f64
/** What the last odd field was: 0 integer, 1 float, 2 missing, 3 text, 4 none that can be read here. */
@external("env", "oddKind")
declare function oddKind(): i32

// @ts-ignore: decorator
@inline
function equal16(at: usize, byte: i8): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(byte)))
}

/** A bit for each of the 64 bytes at `at` that ends a field. */
// @ts-ignore: decorator
@inline
function delimiters(at: usize): u64 {
  return (
    (equal16(at, COMMA) | equal16(at, LF)) |
    ((equal16(at + 16, COMMA) | equal16(at + 16, LF)) << 16) |
    ((equal16(at + 32, COMMA) | equal16(at + 32, LF)) << 32) |
    ((equal16(at + 48, COMMA) | equal16(at + 48, LF)) << 48)
  )
}

/** Four digits, the first in the lowest byte, as a number. */
// @ts-ignore: decorator
@inline
function fourDigits(x: u32): u32 {
  return (((x * 2561) >> 8) & 0x00ff00ff) * 6553601 >> 16
}

/** Loaded from n on: the last n bytes set. */
const lastMasks = memory.data<u64>([0, 0, -1, -1])

// @ts-ignore: decorator
@inline
function lastBytes(n: usize): v128 {
  return v128.load(lastMasks + n)
}

/** Loaded from 16 - n on: the first n bytes set. */
const firstMasks = memory.data<u64>([-1, -1, 0, 0])

// @ts-ignore: decorator
@inline
function firstBytes(n: usize): v128 {
  return v128.load(firstMasks + 16 - n)
}

/** Whether all four bytes in `x` (less '0') are digits. */
// @ts-ignore: decorator
@inline
function areFourDigits(x: u32): bool {
  return (((x + 0x76767676) | x) & 0x80808080) == 0
}

/** How many of the eight bytes in `x` (less '0'), from the lowest on, are digits. */
// @ts-ignore: decorator
@inline
function digitCount(x: u64): u64 {
  return ctz(((x + 0x7676767676767676) | x) & 0x8080808080808080) >> 3
}

/** How many line feeds lie in the bytes `at` … `end`. */
export function countLines(at: usize, end: usize): i32 {
  let count = 0
  while (at + 16 <= end) {
    count += <i32>popcnt(equal16(at, LF))
    at += 16
  }
  while (at < end) count += i32(load<i8>(at++) == LF)
  return count
}

/** The powers of ten that `fives` covers: from -POWERS to POWERS. */
const POWERS = 64
/** 5^q for each of them: the upper and the lower 64 of its first 128 bits, written by the caller. */
const FIVES: usize = 32768

let productLow: u64 = 0
/** The upper half of the 128-bit product; the lower is left in `productLow`. */
function multiply(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff, aHigh = a >> 32
  const bLow = b & 0xffffffff, bHigh = b >> 32
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >> 32)
  const other = aLow * bHigh + (middle & 0xffffffff)
  productLow = (other << 32) | (low & 0xffffffff)
  return aHigh * bHigh + (middle >> 32) + (other >> 32)
}

/** The double nearest to w * 10^q (w > 0, |q| <= POWERS), ties to even, as fast_float's `compute_float` has it. */
function nearestDouble(w: u64, q: i32): f64 {
  const power = FIVES + (<usize>(q + POWERS) << 4)
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
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | (<u64>exponent << 52))
}

let longIsFloat = false
/** The number in the bytes `at` ... `stop` when it has at most 19 digits and a moderate exponent, else NaN. */
function longNumber(at: usize, stop: usize, negative: bool): f64 {
  let mantissa: u64 = 0
  let significant = 0
  let seen = 0
  let q = 0
  let isFloat = false
  for (; at < stop; at++) {
    const digit = <u32>load<u8>(at) - 48
    if (digit <= 9) {
      mantissa = mantissa * 10 + digit
      if (mantissa != 0) significant++
      seen++
      q -= i32(isFloat)
    } else if (digit == POINT - 48 && !isFloat) {
      isFloat = true
    } else {
      break
    }
  }
  if (seen == 0 || significant > 19) return NaN
  if (at < stop) {
    if ((<u32>load<u8>(at) | 32) != 101) return NaN
    isFloat = true
    at++
    const sign = <u32>load<u8>(at)
    if (sign == MINUS || sign == 43) at++
    if (at >= stop || stop - at > 4) return NaN
    let exponent = 0
    for (; at < stop; at++) {
      const digit = <u32>load<u8>(at) - 48
      if (digit > 9) return NaN
      exponent = exponent * 10 + digit
    }
    q += sign == MINUS ? -exponent : exponent
  }
  longIsFloat = isFloat
  if (!isFloat) return negative ? -<f64>mantissa + 0.0 : <f64>mantissa
  if (q < -POWERS || q > POWERS) return NaN
  const value = mantissa == 0 ? 0.0 : nearestDouble(mantissa, q)
  return negative ? -value : value
}

/** Texts of at most this many bytes are remembered with their value. */
const REMEMBERED: usize = 16
/** The memory of texts: 2^12 places of 32 bytes: a text, padded with zeros; its column + 1; its length and kind; its value. */
const PLACE_BITS = 12
const TEXT_BYTES: usize = 32 << PLACE_BITS
// @ts-ignore: decorator
@inline
function padded(at: usize, length: usize): v128 {
  return v128.and(v128.load(at), firstBytes(length))
}

/** Where in `texts` a column's short text is remembered, if it is. */
// @ts-ignore: decorator
@inline
function placeOf(texts: usize, text: v128, length: usize, column: i32): usize {
  let hash = i64x2.extract_lane(text, 0) * <i64>0x9e3779b97f4a7c15
  hash = (hash ^ i64x2.extract_lane(text, 1) ^ (<i64>column << 8) ^ <i64>length) * <i64>0xbf58476d1ce4e5b9
  return texts + (<usize>(<u64>hash >> (64 - PLACE_BITS)) << 5)
}

/**
 * Reads the field `start` … `stop` that is no plain decimal number: one with many digits or an exponent, a text, a missing
 * value. False where the file has to be read in another way. For the rest of the parameters see `parse`.
 */
function readOther(
  start: usize, stop: usize, column: i32, columns: i32, cell: usize, mark: usize, texts: usize,
): bool {
  // A line of one column that is empty is no row, and a return on its own ends a line: both are refused.
  if (columns == 1 && stop == start) return false
  const length = stop - start
  const isShort = length <= REMEMBERED
  const text = isShort ? padded(start, length) : i64x2.splat(0)
  const place = placeOf(texts, text, length, column)
  if (isShort && load<i32>(place, 16) == column + 1 && <usize>load<u8>(place, 20) == length &&
    i8x16.all_true(i8x16.eq(v128.load(place), text))) {
    store<u8>(mark, 1, 1)
    if (load<u8>(place, 21) == 3) store<u8>(mark, 1, 2)
    store<f64>(cell, load<f64>(place, 24))
    return true
  }
  for (let i = start; i < stop; i++) if (<u32>load<u8>(i) == CR) return false
  const negative = usize(<u32>load<u8>(start) == MINUS)
  let value = longNumber(start + negative, stop, negative != 0)
  let kind = i32(longIsFloat)
  if (value != value) {
    value = odd(column, start, length)
    kind = oddKind()
    if (kind == 4) return false
    if (kind == 3) store<u8>(mark, 1, 2)
    if (isShort && kind >= 2) {
      v128.store(place, text)
      store<i32>(place, column + 1, 16)
      store<u8>(place, <u8>length, 20)
      store<u8>(place, <u8>kind, 21)
      store<f64>(place, value, 24)
    }
  }
  if (kind < 2) store<u8>(mark, 1)
  if (kind != 0) store<u8>(mark, 1, 1)
  store<f64>(cell, value)
  return true
}

/** About as many fields are found before they are read: they and their text stay in the nearest cache. */
const FIELDS_AT_ONCE = 2048
const MOST_COLUMNS = 32000

/** Writes where the ends of fields lie that `found` has a bit for, in the 64 bytes at `block`. Returns what is behind them. */
// @ts-ignore: decorator
@inline
function writeEnds(found: u64, block: usize, to: usize): usize {
  const behind = to + (<usize>popcnt(found) << 2)
  // Eight at a time, whether there are as many or not.
  do {
    store<u32>(to, block + <usize>ctz(found), 0)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 4)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 8)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 12)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 16)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 20)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 24)
    found &= found - 1
    store<u32>(to, block + <usize>ctz(found), 28)
    found &= found - 1
    to += 32
  } while (found != 0)
  return behind
}

/** Sixteen bytes each: what is kept in registers while a column is read. */
const constants = memory.data<u64>([
  0x3030303030303030, 0x3030303030303030, // '0'
  0xfefefefefefefefe, 0xfefefefefefefefe, // '.' less '0'
  0x0909090909090909, 0x0909090909090909, // 9
  0x010a010a010a010a, 0x010a010a010a010a, // 10, 1: two digits become one of a hundred
  0x0001006400010064, 0x0001006400010064, // 100, 1
  0x0001271000012710, 0x0001271000012710, // 10000, 1
  0x0706050403020100, 0x0f0e0d0c0b0a0908, // 0 … 15
])

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
  0x0706040302010080, 0x0705040302010080, 0x0706050403020100, 0x0706050403020100,
  0x0f0e0d0c0b0a0980, 0x0f0e0d0c0b0a0880, 0x0f0e0d0c0b090880, 0x0f0e0d0c0a090880, 0x0f0e0d0b0a090880,
  0x0f0e0c0b0a090880, 0x0f0d0c0b0a090880, 0x0f0e0d0c0b0a0908, 0x0f0e0d0c0b0a0908,
])
/** 10^(digits behind the point), for the same lanes; then, 16 places on, the same, negative, for negative numbers. */
const divisors = memory.data<f64>([
  1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0, 1e0, 0, 0, 0, 0, 0, 0, 0,
  -1e7, -1e6, -1e5, -1e4, -1e3, -1e2, -1e1, -1e0, -1e0,
])

/**
 * Reads fields of one column, two at a time, as long as they are numbers of at most eight bytes (besides a minus) without
 * exponent, into `cell` and what follows it. `end`: where the end of the first field stands, that of the next one
 * `stride` bytes behind it; one place before, the end of the field before.
 *
 * Returns how many were read, of `count`; an even number.
 */
function readShort(end: usize, count: i32, stride: usize, cell: usize, mark: usize): i32 {
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
      v128.load_lane<u64>(withoutPoint + (lane1 << 3), v128.load_zero<u64>(withoutPoint + (lane0 << 3)), 1, 72),
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

/** The exponent of a double, but for what its mantissa adds: for 10^-n, as in `nearestDouble`. */
// @ts-ignore: decorator
@inline
function exponentOf(n: u32): u64 {
  return <u64>(((-217706 * <i32>n) >> 16) + 63 + 1023 - 1)
}

/** For n = 0: none, else a point in lane n - 1 of sixteen: 10^(digits behind it). */
const middleDivisors = memory.data<f64>([
  1e0, 1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0,
])
/** So many short fields, one after the other, are left to `readShort`. */
const FEW_IN_TURN = 8

/**
 * Reads fields of one column as long as they are numbers of at most 15 digits in at most 16 bytes (besides a minus),
 * without exponent: quotients of exact doubles. The parameters are those of `readShort`. Returns how many were read.
 */
function readMiddle(end: usize, count: i32, stride: usize, cell: usize, mark: usize): i32 {
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
    store<u64>(cell, value | (<u64>(negative & u32(points != 0 || mantissa != 0)) << 63))
    anyPoint |= points
    cell += 8
  }
  const read = <i32>((end - first) / stride)
  if (read > 0) store<u8>(mark, 1)
  if (anyPoint != 0) store<u8>(mark, 1, 1)
  return read
}

/**
 * Reads fields of one column as long as they are decimal numbers of 13 to 21 bytes (besides a minus), with less than eight
 * digits before the point and at most 19 significant ones, without exponent. The parameters are those of `readShort`.
 * Returns how many were read.
 *
 * With so many digits behind the point a number is never half way between two doubles, and the upper 64 bits of the
 * power of five are enough but for about one number in a hundred.
 */
function readLong(end: usize, count: i32, stride: usize, cell: usize, mark: usize): i32 {
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
      i8x16.sub(v128.bitselect(v128.load(stop - 16), v128.load(stop - 17), lastBytes(min<usize>(part, 16))), zero),
      lastBytes(min<usize>(all, 16)),
    )
    const joined = ((bytes & before) | (load<u32>(at + 1) & ~before)) ^ <u32>ZEROS
    const firstDigits = <u32>(<u64>joined << (160 - (<u64>max<usize>(all, 16) << 3)))
    const fours = i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(lastDigits, tens), hundreds)
    const eights = i64x2.extract_lane(i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), thousands), 0)
    const leftmost = <u64>fourDigits(firstDigits)
    if (!areFourDigits(firstDigits) || leftmost > 1000 || v128.any_true(i8x16.sub_sat_u(lastDigits, nine))) break
    const mantissa = leftmost * 10000000000000000 + (<u64>eights & 0xffffffff) * 100000000 + (<u64>eights >> 32)
    const sign = <u64>negative << 63
    const leading = clz(mantissa)
    const a = mantissa << leading
    const b = load<u64>(FIVES + ((POWERS - part) << 4))
    const aLow = a & 0xffffffff, aHigh = a >> 32
    const bLow = b & 0xffffffff, bHigh = b >> 32
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
      const value = mantissa == 0 ? 0.0 : nearestDouble(mantissa, -<i32>part)
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

/** Reads one column's fields of `lines` lines. For the parameters see `readShort` and `parse`. */
function readColumn(
  end: usize, lines: i32, column: i32, columns: i32, cell: usize, mark: usize, texts: usize,
): bool {
  const stride = <usize>columns << 2
  for (let left = lines; left > 0; ) {
    const before = left
    for (let kind = 0; kind < 3 && left > 0; kind++) {
      const read = kind == 0
        ? readShort(end, left, stride, cell, mark)
        : kind == 1 ? readMiddle(end, left, stride, cell, mark) : readLong(end, left, stride, cell, mark)
      end += <usize>read * stride
      cell += <usize>read << 3
      left -= read
    }
    if (left < before) continue
    // A number of none of these kinds, or text, which is seldom alone.
    while (left > 0) {
      const start = load<u32>(end - 4) + 1
      if (!readOther(start, load<u32>(end), column, columns, cell, mark, texts)) return false
      end += stride
      cell += 8
      left--
      if (load<u8>(start) < LETTERS) break
    }
  }
  return true
}

/** The first byte of words is mostly one from here on. */
const LETTERS: u32 = 65

/**
 * Reads lines of `columns` fields that begin at `at` into the rows from `row` on of `out` (column order, `rows` values a
 * column). `records`: how many line feeds lie before `end`; the last one ends the last line. 64 bytes behind it can
 * be read. `marks`: three bytes per column, set where it has numbers, where it has anything but whole numbers, and where
 * it has text. `scratch`: the memory of texts, zeros at first, kept from call to call, and room for the ends of fields.
 *
 * Returns false for text that has to be read in another way; `out` is then of no use.
 */
export function parse(
  at: usize, end: usize, records: i32, columns: i32, row: usize, rows: usize, out: usize, marks: usize,
  scratch: usize,
): bool {
  if (columns > MOST_COLUMNS) return false
  const stride = <usize>columns << 2
  const atOnce = max(FIELDS_AT_ONCE / columns & ~1, 1)
  /** Where the end of the field before the first one stands. */
  const before = scratch + TEXT_BYTES
  store<u32>(before, at - 1)
  let next = before + 4
  let block = at
  let cell = out + (row << 3)
  for (let left = records; left > 0; ) {
    const lines = min(left, atOnce)
    const last = before + <usize>lines * stride
    while (next <= last) {
      if (block >= end) return false
      let found = delimiters(block)
      if (end - block < 64) found &= (<u64>1 << (end - block)) - 1
      next = writeEnds(found, block, next)
      block += 64
    }
    // With as many line feeds as lines, one at the end of each line leaves none for the middle.
    let returns = 0
    for (let place = before + stride; place <= last; place += stride) {
      const lineEnd = load<u32>(place)
      if (load<i8>(lineEnd) != LF) return false
      returns |= i32(load<u8>(lineEnd - 1) == CR)
    }
    // The fields of an only column begin where the last one's return ends.
    if (returns != 0 && columns == 1) return false
    for (let j = 0; j < columns; j++) {
      const isLast = j == columns - 1
      const lastEnd = load<u32>(last)
      if (isLast && returns != 0) endBeforeReturns(before, last, stride)
      const firstEnd = before + 4 + (<usize>j << 2)
      if (!readColumn(firstEnd, lines, j, columns, cell + <usize>j * (rows << 3), marks + 3 * j, scratch)) return false
      store<u32>(last, lastEnd)
    }
    memory.copy(before, last, next - last)
    next -= last - before
    cell += <usize>lines << 3
    left -= lines
  }
  return true
}

/** Moves the ends of lines before the returns that belong to them. */
function endBeforeReturns(before: usize, last: usize, stride: usize): void {
  for (let place = before + stride; place <= last; place += stride) {
    const lineEnd = load<u32>(place)
    const start = load<u32>(place - 4) + 1
    if (lineEnd > start && load<u8>(lineEnd - 1) == CR) store<u32>(place, lineEnd - 1)
  }
}
