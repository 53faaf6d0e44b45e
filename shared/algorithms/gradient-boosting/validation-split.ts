import { type RandomState, randomState } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import { classCounts } from '../class-weights.ts'

export type ValidationSplit = { readonly train: Int32Array; readonly validation: Int32Array }

/** scikit-learn's `train_test_split`: the rows for training and for early stopping, each in a random order. */
export function validationSplit(rows: number, fraction: number, seed: number): ValidationSplit {
  const count = validationRows(rows, fraction)
  const order = randomState(seed).permutation(rows)
  return { validation: order.slice(0, count), train: order.slice(count) }
}

/**
 * As `validationSplit`, with `stratify`: each class has its share in both parts.
 *
 * @throws JobError for a class of one row, or too few rows for all classes.
 */
export function stratifiedSplit(
  target: Int32Array,
  classCount: number,
  fraction: number,
  seed: number,
): ValidationSplit {
  const rows = target.length
  const wanted = validationRows(rows, fraction)
  const counts = classCounts(target, classCount)
  if (counts.some((count) => count < 2) || wanted < classCount || rows - wanted < classCount) {
    throw new JobError(
      'bad_target',
      `hyperparameters.early_stopping sets ${wanted} of ${rows} rows aside, and every class needs a row among them and one besides: send more rows of the rare classes, raise validation_fraction, or set early_stopping to false.`,
    )
  }
  const random = randomState(seed)
  const trainCounts = apportion(counts, rows - wanted, random)
  const rest = counts.map((count, k) => count - trainCounts[k])
  const validationCounts = apportion(rest, wanted, random)
  const train: number[] = []
  const validation: number[] = []
  for (let k = 0; k < classCount; k++) {
    const members = Int32Array.from(target.keys()).filter((i) => target[i] === k)
    const order = random.permutation(counts[k])
    for (let i = 0; i < trainCounts[k]; i++) train.push(members[order[i]])
    for (let i = 0; i < validationCounts[k]; i++) validation.push(members[order[trainCounts[k] + i]])
  }
  return { train: shuffled(train, random), validation: shuffled(validation, random) }
}

function validationRows(rows: number, fraction: number): number {
  const count = fraction >= 1 ? fraction : Math.ceil(fraction * rows)
  if (count < rows) return count
  throw new JobError(
    'bad_hyperparameter',
    `hyperparameters.validation_fraction takes ${count} of the ${rows} training rows, which leaves none to train on: use less.`,
  )
}

function shuffled(rows: readonly number[], random: RandomState): Int32Array {
  const order = Int32Array.from(rows)
  random.shuffle(order)
  return order
}

/** How many of `draws` each class gets, in proportion (scikit-learn's `_approximate_mode`). */
function apportion(counts: Int32Array, draws: number, random: RandomState): Int32Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const exact = Array.from(counts, (count) => (count / total) * draws)
  const result = Int32Array.from(exact, Math.floor)
  let missing = draws - result.reduce((sum, count) => sum + count, 0)
  const remainders = exact.map((value, k) => value - result[k])
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing <= 0) break
    const tied = [...remainders.keys()].filter((k) => remainders[k] === value)
    const order = random.permutation(tied.length)
    const added = Math.min(tied.length, missing)
    for (let i = 0; i < added; i++) result[tied[order[i]]]++
    missing -= added
  }
  return result
}
