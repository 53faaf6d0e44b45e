import { type RandomGenerator, randomGenerator, randomGeneratorFrom } from '../../data/random-generator.ts'

/** Which features are tried at a node: scikit-learn's `max_features`. */
export type FeatureSampling = {
  /** Draws for a node: 1 for each feature that is tried, else 0. Only `allowed` ones are drawn. */
  mask(allowed?: readonly number[]): Uint8Array
  /** The state of the random numbers, for a checkpoint. */
  snapshot(): string
}

/** @param from the seed, or a snapshot */
export function openFeatureSampling(columns: number, share: number, from: number | string): FeatureSampling {
  const random: RandomGenerator = typeof from === 'number' ? randomGenerator(from) : randomGeneratorFrom(from)
  const all = Array.from({ length: columns }, (_, feature) => feature)
  return {
    mask(allowed = all) {
      const drawn = new Uint8Array(allowed.length)
      drawn.fill(1, 0, Math.max(1, Math.ceil(share * allowed.length)))
      if (share < 1) random.shuffle(drawn)
      const mask = new Uint8Array(columns)
      allowed.forEach((feature, i) => {
        mask[feature] = drawn[i]
      })
      return mask
    },
    snapshot: random.snapshot,
  }
}
