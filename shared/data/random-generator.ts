/**
 * numpy's `default_rng`: the generator PCG64 (XSL-RR 128/64), seeded by a SeedSequence, and the one draw that is made of
 * it here.
 *
 * O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for random number generation",
 * 2014; numpy/random/bit_generator.pyx, numpy/random/src/pcg64 and numpy/random/src/distributions for the order in which
 * the draws consume the stream.
 */
export type RandomGenerator = {
  /** Shuffles in place, as `Generator.shuffle` does. */
  shuffle(values: Uint8Array): void
  /** The generator's state as text, to resume from with `randomGeneratorFrom`. */
  snapshot(): string
}

const MASK_64 = (1n << 64n) - 1n
const MASK_128 = (1n << 128n) - 1n
const MULTIPLIER = 47026247687942121848144207491837523525n

/** `numpy.random.default_rng(seed)` for a seed below 2^32. */
export function randomGenerator(seed: number): RandomGenerator {
  const words = seedWords(seed)
  const wide = (i: number) => (BigInt(words[i + 1]) << 32n) | BigInt(words[i])
  const sequence = (wide(4) << 64n) | wide(6)
  const increment = ((sequence << 1n) | 1n) & MASK_128
  const begun = ((((wide(0) << 64n) | wide(2)) + increment) * MULTIPLIER + increment) & MASK_128
  return generator(begun, increment, undefined)
}

/** A generator that goes on from a `snapshot`. */
export function randomGeneratorFrom(snapshot: string): RandomGenerator {
  const [state, increment, kept] = snapshot.split(' ')
  return generator(BigInt(state), BigInt(increment), kept === '' ? undefined : Number(kept))
}

function generator(begun: bigint, increment: bigint, halfKept: number | undefined): RandomGenerator {
  let state = begun
  /** A draw of 64 bits serves two of 32. */
  let kept = halfKept

  function uint32(): number {
    if (kept !== undefined) {
      const value = kept
      kept = undefined
      return value
    }
    state = (state * MULTIPLIER + increment) & MASK_128
    const folded = (state >> 64n) ^ (state & MASK_64)
    const rotation = state >> 122n
    const value = ((folded >> rotation) | (folded << (64n - rotation))) & MASK_64
    kept = Number(value >> 32n)
    return Number(value & 0xffffffffn)
  }

  /** An integer in [0, max], by numpy's masked rejection (`random_interval`). */
  function interval(max: number): number {
    const mask = 0xffffffff >>> Math.clz32(max)
    let value = (uint32() & mask) >>> 0
    while (value > max) value = (uint32() & mask) >>> 0
    return value
  }

  return {
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = interval(i)
        const value = values[i]
        values[i] = values[j]
        values[j] = value
      }
    },
    snapshot: () => `${state} ${increment} ${kept ?? ''}`,
  }
}

/** numpy's `SeedSequence(seed).generate_state(4, uint64)`, as eight words of 32 bits. */
function seedWords(seed: number): Uint32Array {
  let hashConstant = 0x43b0d7e5
  function hash(value: number): number {
    let mixed = value ^ hashConstant
    hashConstant = Math.imul(hashConstant, 0x931e8875)
    mixed = Math.imul(mixed, hashConstant)
    return mixed ^ (mixed >>> 16)
  }
  function mix(x: number, y: number): number {
    const mixed = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) | 0
    return mixed ^ (mixed >>> 16)
  }
  const pool = [seed, 0, 0, 0].map(hash)
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]))

  let outConstant = 0x8b51f9dd
  return Uint32Array.from({ length: 8 }, (_, i) => {
    let word = pool[i % 4] ^ outConstant
    outConstant = Math.imul(outConstant, 0x58f38ded)
    word = Math.imul(word, outConstant)
    return word ^ (word >>> 16)
  })
}
