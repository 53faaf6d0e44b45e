import { type ClassTarget, classLabel } from '../data/preparation.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import type { TrainingData } from './algorithm.ts'

/** The hyperparameter `class_weight`. An object has a weight per class, by the name of the class. */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>> | null

/** How many rows each class has. */
export function classCounts(target: Int32Array, classCount: number): Int32Array {
  const counts = new Int32Array(classCount)
  for (const k of target) counts[k]++
  return counts
}

/**
 * A weight per class, or undefined when all weigh 1 (scikit-learn's `compute_class_weight`). "balanced" is
 * rows / (classes present * rows of the class). Classes that an object does not name weigh 1.
 *
 * @param counting per row what it counts for "balanced"; absent: 1.
 * @throws JobError for a name that is not a class, two names of one class, or no class with a weight.
 */
export function classWeights(
  classWeight: ClassWeight,
  data: Pick<TrainingData, 'target' | 'classCount' | 'targetColumn'>,
  counting?: Float64Array,
): Float64Array | undefined {
  if (classWeight === null) return undefined
  const counts = classCounts(data.target, data.classCount)
  if (classWeight === 'balanced') return balancedWeights(counting ? sumsOf(data, counting) : counts)
  const weights = weightsByName(classWeight, data.classCount, data.targetColumn)
  if (counts.every((count, k) => count === 0 || weights[k] === 0)) {
    throw new JobError(
      'bad_hyperparameter',
      'hyperparameters.class_weight gives every class the weight 0: give one of them more.',
    )
  }
  return weights
}

function sumsOf({ target, classCount }: Pick<TrainingData, 'target' | 'classCount'>, counting: Float64Array) {
  const sums = new Float64Array(classCount)
  for (let i = 0; i < target.length; i++) sums[target[i]] += counting[i]
  return sums
}

/** Per row its own weight times that of its class; undefined where all weigh 1. */
export function rowWeights(
  { target, sampleWeights }: Pick<TrainingData, 'target' | 'sampleWeights'>,
  perClass: Float64Array | undefined,
): Float64Array | undefined {
  if (perClass === undefined) return sampleWeights
  return Float64Array.from(target, (k, i) => (sampleWeights?.[i] ?? 1) * perClass[k])
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

function weightsByName(
  classWeight: Readonly<Record<string, number>>,
  classCount: number,
  targetColumn: ClassTarget | undefined,
): Float64Array {
  const indexOf = classesByName(classCount, targetColumn)
  const weights = new Float64Array(classCount).fill(1)
  const namedBy = new Map<number, string>()
  for (const [name, weight] of Object.entries(classWeight)) {
    const k = indexOf.get(name)
    if (k === undefined) throw unknownClass(name, targetColumn)
    const other = namedBy.get(k)
    if (other !== undefined) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.class_weight names one class twice, by ${quote(other)} and by ${quote(name)}: give it one weight.`,
      )
    }
    namedBy.set(k, name)
    weights[k] = weight
  }
  return weights
}

/**
 * The classes' indices by the names that an object may use: the label as Python prints it, else the value as JSON has
 * it, else, for a text target, its code, as scikit-learn's user names it. Without a target column, the index.
 */
function classesByName(classCount: number, targetColumn: ClassTarget | undefined): Map<string, number> {
  const indices = Array.from({ length: classCount }, (_, k) => k)
  const codes = indices.map(String)
  if (targetColumn === undefined) return new Map(codes.map((name, k) => [name, k]))
  const labels = indices.map((k) => classLabel(targetColumn, k))
  const values = targetColumn.classes.map(String)
  const byPriority = [labels, values, targetColumn.dtype === 'text' ? codes : []]
  const byName = new Map<string, number>()
  for (const names of byPriority) {
    for (const [k, name] of names.entries()) if (!byName.has(name)) byName.set(name, k)
  }
  return byName
}

function unknownClass(name: string, targetColumn: ClassTarget | undefined): JobError {
  const given = `hyperparameters.class_weight names the class ${quote(name)}`
  if (targetColumn === undefined) {
    return new JobError('bad_hyperparameter', `${given}, which the target does not have: use its own values.`)
  }
  const labels = targetColumn.classes.slice(0, 20).map((_, k) => classLabel(targetColumn, k))
  return new JobError(
    'bad_hyperparameter',
    `${given}, which the target column ${JSON.stringify(targetColumn.name)} does not have among the training rows: its classes are ${labels.join(', ')}.`,
  )
}
