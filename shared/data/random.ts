/**
 * numpy's legacy `RandomState`: the Mersenne Twister MT19937 with Knuth's initialisation, and the draws that
 * scikit-learn makes of it. Equal seeds give numpy's own sequence, which is what makes
 * `train_test_split(random_state=42)` pick the same rows here and there.
 *
 * Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; numpy/random/src/mt19937 and
 * numpy/random/src/legacy for the order in which the draws consume the stream.
 */
export type RandomState = {
  /** The next 32 bits, as an unsigned integer. */
  uint32(): number
  /** A double in [0, 1) with 53 random bits (`random_sample`). */
  double(): number
  /** An integer in [0, max], by numpy's masked rejection (`random_interval`). max < 2^32. */
  interval(max: number): number
  /** `randint(0, high)`: an integer in [0, high). high ≤ 2^32. */
  randint(high: number): number
  /** `randint(0, high, size)`. */
  randints(high: number, size: number): Int32Array
  /** `permutation(n)`: the integers 0 … n-1, shuffled. */
  permutation(n: number): Int32Array
  /** Shuffles in place, as `shuffle` does. */
  shuffle(values: Int32Array): void
  /** A copy of the generator's state (625 words), to resume from with `randomStateFrom`. */
  snapshot(): Uint32Array
}

const N = 624
/** Of a `snapshot`. */
export const SNAPSHOT_WORDS = N + 1
const M = 397

/** `numpy.random.RandomState(seed)` for an integer seed in [0, 2^32). */
export function randomState(seed: number): RandomState {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`seed must be a whole number from 0 to 4294967295, not ${seed}`)
  }
  const state = new Uint32Array(SNAPSHOT_WORDS)
  state[0] = seed
  for (let i = 1; i < N; i++) {
    const previous = state[i - 1] ^ (state[i - 1] >>> 30)
    state[i] = Math.imul(1812433253, previous) + i
  }
  state[N] = N
  return randomStateFrom(state)
}

/** A generator that goes on from a `snapshot`. */
export function randomStateFrom(snapshot: Uint32Array): RandomState {
  const key = snapshot.slice(0, N)
  let position = snapshot[N]

  function refill(): void {
    for (let i = 0; i < N; i++) {
      const y = (key[i] & 0x80000000) | (key[(i + 1) % N] & 0x7fffffff)
      key[i] = key[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    position = 0
  }

  function uint32(): number {
    if (position === N) refill()
    let y = key[position++]
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    y ^= y >>> 18
    return y >>> 0
  }

  function interval(max: number): number {
    if (max === 0) return 0
    const mask = maskFor(max)
    let value = (uint32() & mask) >>> 0
    while (value > max) value = (uint32() & mask) >>> 0
    return value
  }

  function shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = interval(i)
      const kept = values[i]
      values[i] = values[j]
      values[j] = kept
    }
  }

  return {
    uint32,
    double: () => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992,
    interval,
    randint: (high) => interval(high - 1),
    randints: (high, size) => {
      const draws = new Int32Array(size)
      for (let i = 0; i < size; i++) draws[i] = interval(high - 1)
      return draws
    },
    permutation: (n) => {
      const values = Int32Array.from({ length: n }, (_, i) => i)
      shuffle(values)
      return values
    },
    shuffle,
    snapshot: () => {
      const copy = new Uint32Array(SNAPSHOT_WORDS)
      copy.set(key)
      copy[N] = position
      return copy
    },
  }
}

/** The smallest 2^k - 1 that is not below `max`. */
function maskFor(max: number): number {
  return max === 0 ? 0 : 0xffffffff >>> Math.clz32(max)
}
