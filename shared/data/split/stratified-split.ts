import { JobError } from '../../errors/job-error.ts'
import { plural, quote } from '../../errors/sentences.ts'
import { type RandomState, randomState } from '../random.ts'
import type { Split } from './random-split.ts'

/**
 * scikit-learn's `StratifiedShuffleSplit`: each class has the same share of both parts, as nearly as whole rows allow.
 *
 * @param classes per row, from 0 to `labels.length - 1`.
 * @param labels the classes' own values, for errors.
 * @throws JobError (bad_split) for a class of one row, or parts of fewer rows than there are classes.
 */
export function stratifiedSplit(
  classes: Int32Array,
  labels: readonly (string | number)[],
  testRows: number,
  seed: number,
): Split {
  const rowsOf: number[][] = labels.map(() => [])
  classes.forEach((k, row) => {
    rowsOf[k].push(row)
  })
  const counts = rowsOf.map((rows) => rows.length)
  const trainRows = classes.length - testRows
  check(counts, labels, trainRows, testRows)
  const random = randomState(seed)
  const trainCounts = drawCounts(counts, trainRows, random)
  const left = counts.map((count, k) => count - trainCounts[k])
  const testCounts = drawCounts(left, testRows, random)
  const train: number[] = []
  const test: number[] = []
  rowsOf.forEach((rows, k) => {
    const order = random.permutation(rows.length)
    const testEnd = trainCounts[k] + testCounts[k]
    for (let i = 0; i < trainCounts[k]; i++) train.push(rows[order[i]])
    for (let i = trainCounts[k]; i < testEnd; i++) test.push(rows[order[i]])
  })
  return { train: shuffled(train, random), test: shuffled(test, random) }
}

/**
 * How many rows to draw of each class, in all `draws`: the mode of the multivariate hypergeometric distribution, ties
 * decided at random (scikit-learn's `_approximate_mode`).
 */
function drawCounts(counts: readonly number[], draws: number, random: RandomState): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const exact = counts.map((count) => (count / total) * draws)
  const drawn = exact.map(Math.floor)
  let missing = draws - drawn.reduce((sum, count) => sum + count, 0)
  const remainders = exact.map((count, k) => count - drawn[k])
  const descending = Array.from(new Set(remainders)).sort((a, b) => b - a)
  for (const remainder of descending) {
    if (missing <= 0) break
    const tied = remainders.flatMap((each, k) => (each === remainder ? [k] : []))
    const added = Math.min(tied.length, missing)
    for (const i of random.permutation(tied.length).subarray(0, added)) drawn[tied[i]]++
    missing -= added
  }
  return drawn
}

function shuffled(rows: readonly number[], random: RandomState): Int32Array {
  return random.permutation(rows.length).map((i) => rows[i])
}

function check(
  counts: readonly number[],
  labels: readonly (string | number)[],
  trainRows: number,
  testRows: number,
): void {
  const single = counts.findIndex((count) => count < 2)
  if (single >= 0) {
    throw new JobError(
      'bad_split',
      `split.stratify needs at least two rows of each class, and the class ${quote(labels[single])} has ${plural(counts[single], 'row')}: leave stratify out, or send more rows of that class.`,
    )
  }
  const parts: [string, number][] = [
    ['training', trainRows],
    ['test', testRows],
  ]
  for (const [name, rows] of parts) {
    if (rows >= counts.length) continue
    throw new JobError(
      'bad_split',
      `split.stratify needs as many ${name} rows as there are classes (${counts.length}), and there would be ${rows}: choose another test_size, or leave stratify out.`,
    )
  }
}
