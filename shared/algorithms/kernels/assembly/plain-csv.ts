/**
 * Reads CSV text without quotes in memory into columns. Decimal numbers are converted here, correctly rounded: those
 * of a few digits before and after the point as the quotient of two exact doubles, eight digits at a time; those of up
 * to 19 digits by the product with a 128-bit power of five (Lemire, "Number parsing at a gigabyte per second", 2021).
 * Any other field is handed to `odd`, so that there is one set of rules.
 *
 * Fields are found first, 64 bytes at a time: where one ends then does not wait for the conversion of the one before.
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

const tens = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000])
/** Powers of ten, by which a number is divided; then the same, negative, for a negative one. */
const divisors = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, -1e0, -1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7, -1e8,
])

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

/** The first `n` of the eight bytes in `x`, digits less '0', as a number. */
// @ts-ignore: decorator
@inline
function digits(x: u64, n: u64): u64 {
  return n == 0 ? 0 : eightDigits(x << (64 - (n << 3)))
}

// @ts-ignore: decorator
@inline
function eightDigits(x: u64): u64 {
  x = (x * 2561) >> 8
  x = ((x & 0x00ff00ff00ff00ff) * 6553601) >> 16
  return ((x & 0x0000ffff0000ffff) * 42949672960001) >> 32
}

/** The same for n < 4, 0 among them, without a branch. */
// @ts-ignore: decorator
@inline
function frontDigits(x: u64, n: u64): u64 {
  const half = 32 - (n << 2)
  x = (x << half) << half
  x = (x * 2561) >> 8
  x = ((x & 0x00ff00ff00ff00ff) * 6553601) >> 16
  return ((x & 0x0000ffff0000ffff) * 42949672960001) >> 32
}

/** Sixteen digits, the first one the greatest, as a number: in pairs, fours and eights. */
// @ts-ignore: decorator
@inline
function sixteenDigits(d: v128): u64 {
  const pairs = i16x8.add(
    i16x8.mul(v128.and(d, i16x8.splat(255)), i16x8.splat(10)),
    i16x8.shr_u(d, 8),
  )
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1))
  const eights = i32x4.dot_i16x8_s(
    i16x8.narrow_i32x4_s(fours, fours),
    i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1),
  )
  return <u64>i32x4.extract_lane(eights, 0) * 100000000 + <u64>i32x4.extract_lane(eights, 1)
}

/** Loaded from n on: the last n bytes set. */
const lastMasks = memory.data<u64>([0, 0, -1, -1])

// @ts-ignore: decorator
@inline
function lastBytes(n: usize): v128 {
  return v128.load(lastMasks + n)
}

/** Whether all eight bytes in `x` (less '0') are digits. */
// @ts-ignore: decorator
@inline
function areDigits(x: u64): bool {
  return (((x + 0x7676767676767676) | x) & 0x8080808080808080) == 0
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
/** Loaded from 16 - n on: the first n bytes set. */
const masks = memory.data<u64>([-1, -1, 0, 0])

// @ts-ignore: decorator
@inline
function padded(at: usize, length: usize): v128 {
  return v128.and(v128.load(at), v128.load(masks + REMEMBERED - length))
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

/**
 * Reads `records` lines of `columns` fields that begin at `at` into the rows from `row` on of `out` (column order,
 * `rows` values a column). The line feed of the last line lies before `end`; 64 bytes behind it can be read.
 * `marks`: three bytes per column, set where it has numbers, where it has anything but whole numbers, and where it has
 * text. `texts`: the memory of texts, zeros at first, kept from call to call.
 *
 * Returns false for text that has to be read in another way; `out` is then of no use.
 */
export function parse(
  at: usize, end: usize, records: i32, columns: i32, row: usize, rows: usize, out: usize, marks: usize,
  texts: usize,
): bool {
  const stride = rows << 3
  const lastColumn = columns - 1
  let start = at
  let firstCell = out + (row << 3)
  let cell = firstCell
  let column = 0
  let mark = marks
  let whole: u64 = 1
  for (let block = at; block < end; block += 64) {
    let found = delimiters(block)
    if (end - block < 64) found &= (<u64>1 << (end - block)) - 1
    while (found != 0) {
      const delimiter = block + <usize>ctz(found)
      found &= found - 1
      const endsLine = column == lastColumn
      if ((load<i8>(delimiter) == LF) != endsLine) return false
      const stop = delimiter - usize(endsLine && delimiter > start && <u32>load<u8>(delimiter - 1) == CR)

      const negative = usize(<u32>load<u8>(start) == MINUS)
      const first = start + negative
      let x = load<u64>(first) ^ ZEROS
      // Mostly the point is where it was in the field before; whether all before it are digits is seen below.
      if (first + <usize>whole >= stop || <u32>load<u8>(first + <usize>whole) != POINT) whole = digitCount(x)
      const afterWhole = first + <usize>whole
      let value: f64 = 0
      let isFloat = true
      let done = false
      if (afterWhole == stop) {
        isFloat = false
        done = whole > 0
        const mantissa = digits(x, whole)
        value = <f64>select<i64>(-(<i64>mantissa), <i64>mantissa, negative != 0)
      } else if (<u32>load<u8>(afterWhole) == POINT && whole < 8) {
        const part = stop - afterWhole - 1
        const all = whole + <u64>part
        if (all <= 8) {
          // The digits on both sides of the point, moved together.
          const before = (<u64>1 << (whole << 3)) - 1
          x = (x & before) | ((load<u64>(first + 1) ^ ZEROS) & ~before)
          x <<= 64 - (all << 3)
          done = all > 0 && areDigits(x)
          value = <f64>(<i64>eightDigits(x)) / load<f64>(divisors + ((part + 9 * negative) << 3))
        } else if (part <= 8) {
          const areWhole = digitCount(x) >= whole
          let mantissa = digits(x, whole)
          x = load<u64>(afterWhole + 1) ^ ZEROS
          done = areWhole && digitCount(x) >= <u64>part
          mantissa = mantissa * load<u64>(tens + (part << 3)) + digits(x, <u64>part)
          value = <f64>(<i64>mantissa) / load<f64>(divisors + ((part + 9 * negative) << 3))
        } else if (all <= 19) {
          // The digits on both sides of the point, moved together: the last sixteen, and up to three before them.
          const before = (<u64>1 << (whole << 3)) - 1
          x = (x & before) | ((load<u64>(first + 1) ^ ZEROS) & ~before)
          const front = select<u64>(all - 16, 0, all > 16)
          const last = v128.and(
            i8x16.sub(
              v128.bitselect(v128.load(stop - 16), v128.load(stop - 17), lastBytes(min<usize>(part, 16))),
              i8x16.splat(48),
            ),
            lastBytes(<usize>(all - front)),
          )
          done = digitCount(x) >= front && !v128.any_true(i8x16.gt_u(last, i8x16.splat(9)))
          const mantissa = frontDigits(x, front) * 10000000000000000 + sixteenDigits(last)
          value = mantissa == 0 ? 0.0 : nearestDouble(mantissa, -<i32>part)
          value = reinterpret<f64>(reinterpret<u64>(value) | (<u64>negative << 63))
        }
      }
      if (done) {
        store<u8>(mark, 1)
        if (isFloat) store<u8>(mark, 1, 1)
        store<f64>(cell, value)
      } else if (!readOther(start, stop, column, columns, cell, mark, texts)) {
        return false
      }
      start = delimiter + 1
      if (endsLine) {
        if (--records == 0) return true
        firstCell += 8
        cell = firstCell
        column = 0
        mark = marks
      } else {
        cell += stride
        column++
        mark += 3
      }
    }
  }
  return false
}
