/** Where fields and lines end. */
import { COMMA, CR, LF } from './bytes'

function equal16(at: usize, byte: i8): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(byte)))
}

/** A bit for each of the 64 bytes at `at` that ends a field. */
export function delimiters(at: usize): u64 {
  return (
    equal16(at, COMMA) |
    equal16(at, LF) |
    ((equal16(at + 16, COMMA) | equal16(at + 16, LF)) << 16) |
    ((equal16(at + 32, COMMA) | equal16(at + 32, LF)) << 32) |
    ((equal16(at + 48, COMMA) | equal16(at + 48, LF)) << 48)
  )
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

/** Writes where the ends of fields lie that `found` has a bit for, in the 64 bytes at `block`. Returns what is behind them. */
export function writeEnds(found: u64, block: usize, to: usize): usize {
  const behind = to + ((<usize>popcnt(found)) << 2)
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

/** Moves the ends of lines before the returns that belong to them. */
export function endBeforeReturns(before: usize, last: usize, stride: usize): void {
  for (let place = before + stride; place <= last; place += stride) {
    const lineEnd = load<u32>(place)
    const start = load<u32>(place - 4) + 1
    if (lineEnd > start && load<u8>(lineEnd - 1) == CR) store<u32>(place, lineEnd - 1)
  }
}
