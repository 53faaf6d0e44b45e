import { JobError } from '../errors/job-error.ts'
import { list, plural, quote } from '../errors/sentences.ts'
import { nameHint } from './name-hint.ts'
import type { Column } from './table.ts'

/** What a message says of the columns; null or absent is the default. */
export type ColumnChoice = {
  /** The only features. */
  readonly feature_columns?: readonly string[] | null
  /** Columns to leave out. */
  readonly drop_columns?: readonly string[] | null
  readonly target_column?: string | null
  readonly sample_weight_column?: string | null
}

/**
 * Removes the columns that the sender does not want from `columns`, in place. Where the message names no target, it is the
 * last column that is left; with `feature_columns`, the last one that is not among them. It is moved to the end.
 *
 * @param helping columns that split or weigh the rows: they are kept, and are not the target by default.
 * @throws JobError (bad_features) for a name that the dataset does not have, (bad_target) where no target is left.
 */
export function chooseColumns(
  columns: Column[],
  choice: ColumnChoice,
  helping: readonly string[] = [],
): void {
  const { feature_columns: chosen, drop_columns: dropped } = choice
  if (!chosen && !dropped && helping.length === 0) return
  if (chosen) checkNames('feature_columns', chosen, columns)
  if (dropped) checkNames('drop_columns', dropped, columns)
  checkDropped(choice, helping)
  const out = new Set(dropped)
  const left = columns.filter(({ name }) => !out.has(name))
  const target = choice.target_column ?? defaultTarget(left, [...(chosen ?? []), ...helping])
  const wanted = chosen ? new Set([...chosen, ...helping]) : undefined
  const features = left.filter(({ name }) => name !== target && (wanted?.has(name) ?? true))
  columns.splice(0, columns.length, ...features, ...left.filter(({ name }) => name === target))
}

function defaultTarget(columns: readonly Column[], others: readonly string[]): string {
  const last = columns.findLast(({ name }) => !others.includes(name))
  if (last !== undefined) return last.name
  throw new JobError(
    'bad_target',
    'The columns that the message names leave none to be the target: name it in target_column.',
  )
}

/** @throws JobError (bad_features) for `drop_columns` that leave out what another field of the message names. */
export function checkDropped(
  { drop_columns: dropped, target_column: target, sample_weight_column: weight }: ColumnChoice,
  helping: readonly string[],
): void {
  const needed = dropped?.find((name) => name === target || helping.includes(name))
  if (needed === undefined) return
  const what =
    needed === target
      ? 'the target_column'
      : needed === weight
        ? 'the sample_weight_column'
        : 'the column that splits the rows'
  throw new JobError(
    'bad_features',
    `drop_columns names ${quote(needed)}, which is ${what}: take it out of drop_columns.`,
  )
}

function checkNames(field: string, wanted: readonly string[], columns: readonly Column[]): void {
  const names = columns.map(({ name }) => name)
  const known = new Set(names)
  const unknown = wanted.filter((name) => !known.has(name))
  if (unknown.length === 0) return
  const more = unknown.length === 1 ? '' : `, and neither ${list(unknown.slice(1).map(quote), 5)}`
  throw new JobError(
    'bad_features',
    `${field} names ${quote(unknown[0])}${more}, but the dataset has no such column${nameHint(unknown[0], names)}: its ${plural(names.length, 'column')} ${names.length === 1 ? 'is' : 'are'} ${list(names, 12)}.`,
  )
}

/** @throws JobError (bad_message) for fields that exclude each other. */
export function checkColumnChoice({
  feature_columns,
  drop_columns,
  target_column,
  sample_weight_column,
}: ColumnChoice): void {
  if (feature_columns && drop_columns) {
    throw new JobError(
      'bad_message',
      'feature_columns and drop_columns cannot be given together, because the first says which columns are the only features: leave out one or the other.',
    )
  }
  if (target_column && feature_columns?.includes(target_column)) {
    throw new JobError(
      'bad_message',
      `feature_columns names ${quote(target_column)}, which is the target_column: take it out of feature_columns.`,
    )
  }
  if (!sample_weight_column) return
  if (sample_weight_column === target_column) {
    throw new JobError(
      'bad_message',
      `sample_weight_column is ${quote(sample_weight_column)}, which is the target_column: name another column.`,
    )
  }
  if (feature_columns?.includes(sample_weight_column)) {
    throw new JobError(
      'bad_message',
      `feature_columns names ${quote(sample_weight_column)}, which is the sample_weight_column: take it out of feature_columns.`,
    )
  }
}
