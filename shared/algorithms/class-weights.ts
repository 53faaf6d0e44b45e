import { JobError } from '../errors.ts'

/**
 * The weight of each class: 1 for null; for `'balanced'`, rows / (classes * rows of the class) (King and Zen, 2001);
 * else what the object says of the class's index ("0", "1", …), and 1 for the classes it leaves out.
 *
 * @throws JobError where the object names a class that does not exist.
 */
export function classWeights(
  weights: 'balanced' | Readonly<Record<string, number>> | null,
  target: Int32Array,
  classCount: number,
): Float64Array {
  const result = new Float64Array(classCount).fill(1)
  if (weights === 'balanced') {
    const counts = classCounts(target, classCount)
    return result.map((_, k) => target.length / (classCount * counts[k]))
  }
  for (const [name, weight] of Object.entries(weights ?? {})) {
    const index = Number(name)
    if (!(Number.isInteger(index) && index >= 0 && index < classCount)) {
      throw new JobError(
        `class_weight names the class ${JSON.stringify(name)}, which the target does not have.`,
      )
    }
    result[index] = weight
  }
  return result
}

/** How many rows each class has. */
export function classCounts(target: Int32Array, classCount: number): Int32Array {
  const counts = new Int32Array(classCount)
  for (const k of target) counts[k]++
  return counts
}
