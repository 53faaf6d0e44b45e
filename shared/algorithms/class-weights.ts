import { JobError } from '../errors/job-error.ts'

/** How many rows each class has. */
export function classCounts(target: Int32Array, classCount: number): Int32Array {
  const counts = new Int32Array(classCount)
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
  counts: Int32Array,
): Float64Array | undefined {
  if (classWeight === null) return undefined
  if (classWeight === 'balanced') return balancedWeights(counts)
  const weights = new Float64Array(counts.length).fill(1)
  for (const [name, weight] of Object.entries(classWeight)) {
    const k = Number(name)
    if (!Number.isInteger(k) || k < 0 || k >= counts.length) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.class_weight names the class ${JSON.stringify(name)}, which the target does not have: use its own values.`,
      )
    }
    weights[k] = weight
  }
  if (counts.every((count, k) => count === 0 || weights[k] === 0)) {
    throw new JobError(
      'bad_hyperparameter',
      'hyperparameters.class_weight gives every class the weight 0: give one of them more.',
    )
  }
  return weights
}

/** Classes without rows weigh 0. */
export function balancedWeights(counts: Int32Array | Float64Array): Float64Array {
  let present = 0
  let rows = 0
  for (const count of counts) {
    if (count > 0) present++
    rows += count
  }
  return Float64Array.from(counts, (count) => (count > 0 ? rows / (present * count) : 0))
}
