/** How a model and its rivals, which were fitted on the same rows, differ on the rows that none of them has seen. */

/** Rows that are listed at most. */
export const MAX_ROWS = 20

export type RivalRow<Value> = {
  /** Its place among the test rows. */
  readonly at: number
  readonly actual: Value
  readonly predicted: Value
  /** One for each rival. */
  readonly rivals: readonly Value[]
}

export type ClassComparison = {
  readonly class: number
  readonly testRows: number
  readonly right: number
  /** The model alone is right: no rival is. */
  readonly ahead: number
  /** The model alone is wrong: each rival is right. */
  readonly behind: number
}

/**
 * @param predicted per test row a class, as the others.
 * @returns the classes that the test rows have, and the first rows in which the model alone is right.
 */
export function compareClasses(
  actual: Int32Array,
  predicted: Int32Array,
  rivals: readonly Int32Array[],
): { readonly classes: ClassComparison[]; readonly rows: RivalRow<number>[] } {
  const found = new Map<number, { -readonly [K in keyof ClassComparison]: ClassComparison[K] }>()
  const rows: RivalRow<number>[] = []
  for (let i = 0; i < actual.length; i++) {
    const count = found.get(actual[i]) ?? { class: actual[i], testRows: 0, right: 0, ahead: 0, behind: 0 }
    found.set(actual[i], count)
    count.testRows++
    const isRight = predicted[i] === actual[i]
    if (isRight) count.right++
    const rightRivals = rivals.filter((rival) => rival[i] === actual[i]).length
    if (!isRight && rightRivals === rivals.length) count.behind++
    if (!isRight || rightRivals > 0) continue
    count.ahead++
    if (rows.length < MAX_ROWS) rows.push(rowAt(i, actual, predicted, rivals))
  }
  return { classes: [...found.values()].toSorted((a, b) => a.class - b.class), rows }
}

/**
 * @param predicted per test row a number, as the others.
 * @returns in how many rows the model is nearer than each rival, or farther than each, and those in which it is nearer by most.
 */
export function compareNumbers(
  actual: Float64Array,
  predicted: Float64Array,
  rivals: readonly Float64Array[],
): { readonly ahead: number; readonly behind: number; readonly rows: RivalRow<number>[] } {
  let behind = 0
  const gains: { readonly at: number; readonly gain: number }[] = []
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(predicted[i] - actual[i])
    const errors = rivals.map((rival) => Math.abs(rival[i] - actual[i]))
    if (error > Math.max(...errors)) behind++
    const gain = Math.min(...errors) - error
    if (gain > 0) gains.push({ at: i, gain })
  }
  const rows = gains
    .toSorted((a, b) => b.gain - a.gain || a.at - b.at)
    .slice(0, MAX_ROWS)
    .map(({ at }) => rowAt(at, actual, predicted, rivals))
  return { ahead: gains.length, behind, rows }
}

type Values = Int32Array | Float64Array

function rowAt(at: number, actual: Values, predicted: Values, rivals: readonly Values[]): RivalRow<number> {
  return { at, actual: actual[at], predicted: predicted[at], rivals: rivals.map((rival) => rival[at]) }
}
