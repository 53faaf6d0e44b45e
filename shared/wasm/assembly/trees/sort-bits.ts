/** A radix sort of keys by their upper 32 bits; the lower 32 are an item that moves along. It is stable. */
import { at32, at64 } from '../memory/address'

/** Room for the counts of all digits: u32[3][2048], or u32[4][256]. */
export const DIGIT_COUNT_BYTES: usize = 3 * 2048 * 4
/** Up to this many keys, clearing and summing many counts would take longer than another pass. */
const FEW_KEYS: i32 = 1024

const SIGN: u32 = 0x80000000

/** Whole numbers in the order of the float32 numbers: negative ones are inverted, positive ones come after them; -0 is 0. */
export function orderedBits(bits: u32): u32 {
  const zeroed = bits == SIGN ? 0 : bits
  return zeroed ^ (<u32>(<i32>zeroed >> 31) | SIGN)
}

/** The float32 number that became `ordered`. */
export function numberOf(ordered: u32): f32 {
  return reinterpret<f32>(ordered & SIGN ? ordered ^ SIGN : ~ordered)
}

/**
 * Sorts `count` keys (u64), with as much spare memory and that of the counts. Returns where the sorted keys are: in either.
 */
export function sortByUpperBits(keys: usize, spare: usize, count: i32, counts: usize): usize {
  return count <= FEW_KEYS
    ? sortDigits(keys, spare, count, counts, 4, 8)
    : sortDigits(keys, spare, count, counts, 3, 11)
}

function sortDigits(keys: usize, spare: usize, count: i32, counts: usize, digits: i32, bits: u32): usize {
  const size = (<usize>4) << bits
  const mask = ((<u32>1) << bits) - 1
  const bytes = (<usize>count) << 3
  memory.fill(counts, 0, size * digits)
  for (let key = keys, last = keys + bytes; key < last; key += 8) {
    let rest = load<u32>(key, 4)
    let ofDigit = counts
    for (let digit = 0; digit < digits; digit++) {
      const slot = at32(ofDigit, rest & mask)
      store<u32>(slot, load<u32>(slot) + 1)
      rest >>= bits
      ofDigit += size
    }
  }
  let from = keys
  let to = spare
  for (let digit = 0; digit < digits; digit++) {
    const ofDigit = counts + size * digit
    let sum: u32 = 0
    for (let slot = ofDigit, last = ofDigit + size; slot < last; slot += 4) {
      const keysOfSlot = load<u32>(slot)
      store<u32>(slot, sum)
      sum += keysOfSlot
    }
    const shift = <u32>digit * bits
    for (let key = from, last = from + bytes; key < last; key += 8) {
      const slot = at32(ofDigit, (load<u32>(key, 4) >> shift) & mask)
      const position = load<u32>(slot)
      store<u32>(slot, position + 1)
      store<u64>(at64(to, position), load<u64>(key))
    }
    const kept = from
    from = to
    to = kept
  }
  return from
}
