/** Bits of a digit: the counts of a digit, and of all six, stay in the L1 cache. */
const DIGIT_BITS = 11
const DIGITS = Math.ceil(64 / DIGIT_BITS)
const MASK = 2 ** DIGIT_BITS - 1

/** Fewer numbers are sorted faster by comparing them. */
const MIN_COUNT = 2048

/**
 * Sorts numbers, none of them NaN, in increasing order, -0 before 0: a radix sort of their bits, turned so that they
 * sort as whole numbers.
 */
export function sortNumbers(numbers: Float64Array): Float64Array {
  if (numbers.length < MIN_COUNT) return numbers.sort()
  const count = numbers.length
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * count)
  const counts = new Uint32Array(DIGITS << DIGIT_BITS)
  for (let i = 0; i < 2 * count; i += 2) {
    const high = words[i + 1]
    const flip = high >> 31
    const low = words[i] ^ flip
    const turned = high ^ (flip | 0x80000000)
    words[i] = low
    words[i + 1] = turned
    counts[low & MASK]++
    counts[2048 + ((low >>> 11) & MASK)]++
    counts[4096 + (((low >>> 22) | (turned << 10)) & MASK)]++
    counts[6144 + ((turned >>> 1) & MASK)]++
    counts[8192 + ((turned >>> 12) & MASK)]++
    counts[10240 + (turned >>> 23)]++
  }
  let from: Uint32Array = words
  let to: Uint32Array = new Uint32Array(2 * count)
  for (let digit = 0; digit < DIGITS; digit++) {
    const ofDigit = counts.subarray(digit << DIGIT_BITS, (digit + 1) << DIGIT_BITS)
    // All numbers have the same digit, as those that are rounded have.
    if (ofDigit.includes(count)) continue
    let sum = 0
    for (let slot = 0; slot <= MASK; slot++) {
      const numbersOfSlot = ofDigit[slot]
      ofDigit[slot] = sum
      sum += numbersOfSlot
    }
    moveByDigit(from, to, ofDigit, digit)
    const kept = from
    from = to
    to = kept
  }
  for (let i = 0; i < 2 * count; i += 2) {
    const turned = from[i + 1]
    const flip = ~turned >> 31
    words[i] = from[i] ^ flip
    words[i + 1] = turned ^ (flip | 0x80000000)
  }
  return numbers
}

/** Moves each number (two words, the lower first) to the next position of its digit. */
function moveByDigit(from: Uint32Array, to: Uint32Array, positions: Uint32Array, digit: number): void {
  const shift = digit * DIGIT_BITS
  for (let i = 0; i < from.length; i += 2) {
    const low = from[i]
    const high = from[i + 1]
    const bits =
      shift >= 32
        ? high >>> (shift - 32)
        : shift > 21
          ? (low >>> shift) | (high << (32 - shift))
          : low >>> shift
    const slot = bits & MASK
    const position = 2 * positions[slot]
    positions[slot]++
    to[position] = low
    to[position + 1] = high
  }
}
