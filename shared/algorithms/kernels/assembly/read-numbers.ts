/**
 * Reads the numbers of CSV text in memory into columns. Decimal numbers of a few digits before and after the point,
 * for which the quotient of two exact doubles is correctly rounded, are converted here, eight digits at a time
 * (Lemire, "Number parsing at a gigabyte per second", 2021). Any other field is handed to `odd`, so that there is one
 * set of rules.
 *
 * Fields are found first, 64 bytes at a time: where one ends then does not wait for the conversion of the one before.
 */

const COMMA: i8 = 44
const LF: i8 = 10
const CR: u32 = 13
const MINUS: u32 = 45
const POINT: u32 = 46
const ZEROS: u64 = 0x3030303030303030

/** The value of the field of `length` bytes at `at`. */
@external("env", "odd")
declare function odd(at: usize, length: usize): f64
/** What the last odd field was: 0 integer, 1 float, 2 missing, 3 text. */
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
  if (n == 0) return 0
  x <<= 64 - (n << 3)
  x = (x * 2561) >> 8
  x = ((x & 0x00ff00ff00ff00ff) * 6553601) >> 16
  return ((x & 0x0000ffff0000ffff) * 42949672960001) >> 32
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

/**
 * Reads `records` lines of `columns` fields that begin at `at` into the rows from `row` on of `out` (column order,
 * `rows` values a column). The line feed of the last line lies before `end`; 64 bytes behind it can be read.
 * `floats`: a byte per column, set where it holds anything but whole numbers.
 *
 * Returns false when the text is no table of numbers; `out` is then of no use.
 */
export function parse(
  at: usize, end: usize, records: i32, columns: i32, row: usize, rows: usize, out: usize, floats: usize,
): bool {
  const stride = rows << 3
  let start = at
  let firstCell = out + (row << 3)
  let cell = firstCell
  let column = 0
  for (let block = at; block < end; block += 64) {
    let found = delimiters(block)
    while (found != 0) {
      const delimiter = block + <usize>ctz(found)
      found &= found - 1
      const endsLine = load<i8>(delimiter) == LF
      if (delimiter >= end || endsLine != (column == columns - 1)) return false
      const stop = delimiter - usize(endsLine && delimiter > start && <u32>load<u8>(delimiter - 1) == CR)

      const negative = usize(<u32>load<u8>(start) == MINUS)
      const first = start + negative
      let x = load<u64>(first) ^ ZEROS
      const whole = digitCount(x)
      const afterWhole = first + <usize>whole
      let mantissa = digits(x, whole)
      let value: f64 = 0
      let isFloat = true
      let done = false
      if (afterWhole == stop) {
        isFloat = false
        done = whole > 0
        value = <f64>select<i64>(-(<i64>mantissa), <i64>mantissa, negative != 0)
      } else if (<u32>load<u8>(afterWhole) == POINT && whole < 8) {
        const part = stop - afterWhole - 1
        x = load<u64>(afterWhole + 1) ^ ZEROS
        if (part <= 8 && digitCount(x) >= <u64>part && whole + <u64>part > 0) {
          done = true
          mantissa = mantissa * load<u64>(tens + (part << 3)) + digits(x, <u64>part)
          value = <f64>(<i64>mantissa) / load<f64>(divisors + ((part + 9 * negative) << 3))
        }
      }
      if (!done) {
        // A line of one column that is empty is no row, and a return on its own ends a line: both are refused.
        if (columns == 1 && stop == start) return false
        for (let i = start; i < stop; i++) if (<u32>load<u8>(i) == CR) return false
        value = odd(start, stop - start)
        const kind = oddKind()
        if (kind == 3) return false
        isFloat = kind != 0
      }
      if (isFloat) store<u8>(floats + <usize>column, 1)
      store<f64>(cell, value)
      start = delimiter + 1
      if (endsLine) {
        if (--records == 0) return true
        firstCell += 8
        cell = firstCell
        column = 0
      } else {
        cell += stride
        column++
      }
    }
  }
  return false
}
