import { JobError } from '../../errors/job-error.ts'
import { randomState } from '../random.ts'

/** How rows are divided into folds, each of which is the test rows once. */
export type FoldOptions = {
  readonly folds: number
  /** The seed by which rows are shuffled; undefined: they keep their order. */
  readonly seed?: number
}

/**
 * scikit-learn's `KFold`.
 *
 * @returns per row the fold in which it is a test row.
 * @throws JobError (bad_split) for fewer rows than folds.
 */
export function plainFolds(rows: number, { folds, seed }: FoldOptions): Int32Array {
  if (rows < folds) {
    throw new JobError(
      'bad_split',
      `${folds} folds need as many rows, and there are ${rows}: use fewer folds.`,
    )
  }
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  if (seed !== undefined) randomState(seed).shuffle(order)
  const foldOf = new Int32Array(rows)
  let next = 0
  for (let fold = 0; fold < folds; fold++) {
    const size = Math.floor(rows / folds) + (fold < rows % folds ? 1 : 0)
    for (const end = next + size; next < end; next++) foldOf[order[next]] = fold
  }
  return foldOf
}

/**
 * scikit-learn's `StratifiedKFold`: every fold has the same share of each class, as nearly as whole rows allow.
 *
 * @param classes per row, from 0 on.
 * @returns per row the fold in which it is a test row.
 * @throws JobError (bad_split) where every class has fewer rows than there are folds.
 */
export function stratifiedFolds(classes: Int32Array, { folds, seed }: FoldOptions): Int32Array {
  const { encoded, counts } = byFirstAppearance(classes)
  if (counts.every((count) => count < folds)) {
    throw new JobError(
      'bad_split',
      `${folds} folds need a class of as many rows, and the largest has ${Math.max(0, ...counts)}: use fewer folds.`,
    )
  }
  const perFold = allocation(counts, folds)
  const random = seed === undefined ? undefined : randomState(seed)
  const foldsOfClass = counts.map((count, k) => {
    const values = new Int32Array(count)
    let next = 0
    for (let fold = 0; fold < folds; fold++) next = fillFrom(values, next, perFold[fold][k], fold)
    random?.shuffle(values)
    return values
  })
  const used = new Int32Array(counts.length)
  return encoded.map((k) => foldsOfClass[k][used[k]++])
}

/** The classes numbered in the order in which they appear, and how many rows each has. */
function byFirstAppearance(classes: Int32Array): { encoded: Int32Array; counts: number[] } {
  const numberOf = new Map<number, number>()
  const counts: number[] = []
  const encoded = classes.map((k) => {
    const number = numberOf.get(k) ?? numberOf.size
    numberOf.set(k, number)
    counts[number] = (counts[number] ?? 0) + 1
    return number
  })
  return { encoded, counts }
}

/** How many rows of each class every fold gets: the rows in the order of their classes, dealt out like cards. */
function allocation(counts: readonly number[], folds: number): number[][] {
  const dealt = Array.from({ length: folds }, () => counts.map(() => 0))
  let row = 0
  counts.forEach((count, k) => {
    for (const end = row + count; row < end; row++) dealt[row % folds][k]++
  })
  return dealt
}

function fillFrom(values: Int32Array, start: number, count: number, value: number): number {
  values.fill(value, start, start + count)
  return start + count
}

/** The training and the test rows of a fold, ascending. */
export function rowsOfFold(foldOf: Int32Array, fold: number): { train: Int32Array; test: Int32Array } {
  const order = foldOf.map((_, i) => i)
  return {
    train: order.filter((i) => foldOf[i] !== fold),
    test: order.filter((i) => foldOf[i] === fold),
  }
}
