/** Fields that are no plain decimal numbers. */
import { CR, firstBytes, MINUS, POINT } from './bytes'
import { odd, oddKind } from './host'
import { nearestDouble, POWERS } from './nearest-double'

/** A double does not hold all integers beyond 2^53. */
const MAX_SAFE_INTEGER: f64 = 9007199254740991

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
  if (!isFloat) return negative ? -(<f64>mantissa) + 0.0 : <f64>mantissa
  if (q < -POWERS || q > POWERS) return NaN
  const value = mantissa == 0 ? 0.0 : nearestDouble(mantissa, q)
  return negative ? -value : value
}

/** Texts of at most this many bytes are remembered with their value. */
const REMEMBERED: usize = 16

/** The memory of texts: 2^12 places of 32 bytes: a text, padded with zeros; its column + 1; its length and kind; its value. */
const SLOT_BITS = 12

export const TEXT_BYTES: usize = 32 << SLOT_BITS

/** Of a value that is not a number, whose lowest bits are free. */
const NAN_BITS: u64 = 0x7ff8000000000000

function padded(at: usize, length: usize): v128 {
  return v128.and(v128.load(at), firstBytes(length))
}

/** Where in `texts` a column's short text is remembered, if it is. */
function slotOf(texts: usize, text: v128, length: usize, column: i32): usize {
  let hash = i64x2.extract_lane(text, 0) * <i64>0x9e3779b97f4a7c15
  hash = (hash ^ i64x2.extract_lane(text, 1) ^ ((<i64>column) << 8) ^ <i64>length) * <i64>0xbf58476d1ce4e5b9
  return texts + ((<usize>(<u64>hash >> (64 - SLOT_BITS))) << 5)
}

/**
 * Reads the field `start` … `stop` that is no plain decimal number: one with many digits or an exponent, a text, a missing
 * value. False where the file has to be read in another way. For the rest of the parameters see `parse`.
 */
export function readOther(
  start: usize,
  stop: usize,
  column: i32,
  columns: i32,
  cell: usize,
  mark: usize,
  texts: usize,
): bool {
  // A line of one column that is empty is no row, and a return on its own ends a line: both are refused.
  if (columns == 1 && stop == start) return false
  const length = stop - start
  const isShort = length <= REMEMBERED
  const text = isShort ? padded(start, length) : i64x2.splat(0)
  const slot = slotOf(texts, text, length, column)
  if (
    isShort &&
    load<i32>(slot, 16) == column + 1 &&
    <usize>load<u8>(slot, 20) == length &&
    i8x16.all_true(i8x16.eq(v128.load(slot), text))
  ) {
    store<u8>(mark, 1, 1)
    if (load<u8>(slot, 21) == 3) store<u8>(mark, 1, 2)
    store<f64>(cell, load<f64>(slot, 24))
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
    if (kind > 4) {
      value = reinterpret<f64>(NAN_BITS | <u64>(kind - 4))
      kind = 2
    }
    if (kind == 3) store<u8>(mark, 1, 2)
    if (isShort && kind >= 2) {
      v128.store(slot, text)
      store<i32>(slot, column + 1, 16)
      store<u8>(slot, <u8>length, 20)
      store<u8>(slot, <u8>kind, 21)
      store<f64>(slot, value, 24)
    }
  }
  if (kind < 2) store<u8>(mark, 1)
  if (kind == 0 && abs(value) > MAX_SAFE_INTEGER) store<u8>(mark, 1, 3)
  if (kind != 0) store<u8>(mark, 1, 1)
  store<f64>(cell, value)
  return true
}
