import type { Feature } from './preparation.ts'

/** What a column of new rows holds that the model's training did not. */
export type UnknownValues = {
  readonly column: string
  /** Texts that are no category of the model. */
  readonly unseen: number
  /** Missing values, where training had none. */
  readonly missing: number
  /** Numbers below the minimum or above the maximum of training. */
  readonly out_of_range: number
  /** The first few different texts and numbers of these. */
  readonly examples: readonly (string | number)[]
  /** No row has a value, where training had some. */
  readonly all_missing?: true
  /** All rows (20 or more) have the same value, where training had several. */
  readonly constant?: true
}

/** The counts of one column while rows are predicted. */
export type ColumnTally = {
  rows: number
  /** All missing values, also where training had some. */
  missing: number
  unseen: number
  outOfRange: number
  /** What all rows so far have, if they have one value. */
  only: string | number | undefined
  hasSeveral: boolean
  readonly examples: Set<string | number>
}

const MAX_EXAMPLES = 5
/** Fewer rows may well agree by chance. */
const MIN_ROWS_OF_CONSTANT = 20

export function emptyTally(): ColumnTally {
  return {
    rows: 0,
    missing: 0,
    unseen: 0,
    outOfRange: 0,
    only: undefined,
    hasSeveral: false,
    examples: new Set(),
  }
}

export function addExample({ examples }: ColumnTally, value: string | number): void {
  if (examples.size < MAX_EXAMPLES) examples.add(value)
}

/** Notes a value, for the question whether there is only one. */
export function addValue(tally: ColumnTally, value: string | number): void {
  if (tally.only === undefined) tally.only = value
  else if (tally.only !== value) tally.hasSeveral = true
}

/** Adds the counts of more rows of the column. */
export function addTally(to: ColumnTally, more: ColumnTally): void {
  to.rows += more.rows
  to.missing += more.missing
  to.unseen += more.unseen
  to.outOfRange += more.outOfRange
  if (more.only !== undefined) addValue(to, more.only)
  if (more.hasSeveral) to.hasSeveral = true
  for (const example of more.examples) addExample(to, example)
}

/** The columns that hold something unknown, in the model's order. */
export function unknownValues(
  features: readonly Feature[],
  tallies: readonly ColumnTally[],
): UnknownValues[] {
  return features.flatMap((feature, j) => unknownIn(feature, tallies[j]) ?? [])
}

function unknownIn(feature: Feature, tally: ColumnTally): UnknownValues | undefined {
  const { rows, unseen, outOfRange, examples } = tally
  const missing = feature.missingSeen === false ? tally.missing : 0
  const isAllMissing = rows > 0 && tally.missing === rows && valuesInTraining(feature) > 0
  const isConstant =
    rows >= MIN_ROWS_OF_CONSTANT && tally.missing === 0 && !tally.hasSeveral && valuesInTraining(feature) > 1
  if (unseen + missing + outOfRange === 0 && !isAllMissing && !isConstant) return undefined
  return {
    column: feature.name,
    unseen,
    missing,
    out_of_range: outOfRange,
    examples: [...examples],
    ...(isAllMissing && { all_missing: true }),
    ...(isConstant && { constant: true }),
  }
}

/** How many different values training had: 0, 1, or 2 for several. A model that does not know says 0. */
function valuesInTraining(feature: Feature): number {
  if (feature.kind !== 'number') return Math.min(feature.categories.length, 2)
  if (feature.minimum === undefined) return 0
  return feature.minimum === feature.maximum ? 1 : 2
}

/** Whether the model's answers are in doubt: a column of one value is only worth a note. */
export function isInDoubt({ unseen, missing, out_of_range, all_missing }: UnknownValues): boolean {
  return unseen + missing + out_of_range > 0 || all_missing === true
}
