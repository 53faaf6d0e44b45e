import { JobError } from '../../errors.ts'

/** Counts the rows of each class. */
export function countClasses(target: Int32Array, classCount: number): Float64Array {
  const counts = new Float64Array(classCount)
  for (const k of target) counts[k]++
  return counts
}

/**
 * A weight per class, or undefined when all weigh 1 (scikit-learn's `compute_class_weight`). "balanced" is
 * rows / (classes present * rows of the class).
 *
 * @param classWeight an object is keyed by the class's index; classes that it does not name weigh 1.
 */
export function classWeights(
  classWeight: 'balanced' | Readonly<Record<string, number>> | null,
  counts: Float64Array,
): Float64Array | undefined {
  if (classWeight === null) return undefined
  if (classWeight === 'balanced') return balancedWeights(counts)
  const weights = new Float64Array(counts.length).fill(1)
  for (const [name, weight] of Object.entries(classWeight)) {
    const k = Number(name)
    if (!Number.isInteger(k) || k < 0 || k >= counts.length) {
      throw new JobError(
        `hyperparameters.class_weight names the class ${JSON.stringify(name)}, which the target does not have: use its own values.`,
      )
    }
    weights[k] = weight
  }
  if (counts.every((count, k) => count === 0 || weights[k] === 0)) {
    throw new JobError('hyperparameters.class_weight gives every class the weight 0: give one of them more.')
  }
  return weights
}

/** Classes without rows weigh 0. */
export function balancedWeights(counts: Float64Array): Float64Array {
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (count > 0 ? rows / (present * count) : 0))
}

/** The sum of weights when all are whole numbers, which is exact in any order; else undefined. */
export function wholeSum(weights: Float64Array): number | undefined {
  let sum = 0
  for (const weight of weights) {
    if (!Number.isInteger(weight)) return undefined
    sum += weight
  }
  return sum
}

/** numpy's pairwise summation, bit for bit (numpy/_core/src/umath/loops_utils.h.src, `pairwise_sum`). */
export function pairwiseSum(values: Float64Array, from = 0, count = values.length): number {
  if (count < 8) {
    let sum = -0
    for (let i = 0; i < count; i++) sum += values[from + i]
    return sum
  }
  if (count > 128) {
    const half = Math.floor(count / 2)
    const first = half - (half % 8)
    return pairwiseSum(values, from, first) + pairwiseSum(values, from + first, count - first)
  }
  const r = values.slice(from, from + 8)
  const whole = count - (count % 8)
  for (let i = 8; i < whole; i += 8) for (let k = 0; k < 8; k++) r[k] += values[from + i + k]
  let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]))
  for (let i = whole; i < count; i++) sum += values[from + i]
  return sum
}
