import type { Task } from '../../data/task.ts'
import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
import type { TrainingData } from '../algorithm.ts'
import { columnOf, monotonicDirections } from '../named-columns.ts'
import type { BoostingParams } from './hyperparameters.ts'

/** The hyperparameters that name columns, by the columns' numbers. */
export type ColumnRules = {
  readonly categorical: readonly number[]
  /** 1, -1 or 0 per column. */
  readonly monotonic: Int8Array
  readonly groups?: readonly (readonly number[])[]
}

type Named = Pick<
  TrainingData<Task, { readonly columns: number }>,
  'featureNames' | 'textFeatures' | 'features'
>

/** @throws JobError for a column that the data do not have, or constraints that no fit can keep. */
export function columnRules(data: Named, params: BoostingParams, outputs: number): ColumnRules {
  const categorical = categoricalColumns(data, params)
  const monotonic = monotonicDirections(params.monotonic_cst ?? {}, data)
  for (const [at, direction] of monotonic.entries()) {
    if (direction === 0) continue
    if (outputs > 1)
      throw bad(
        'monotonic_cst constrains a fit of three classes or more, where it has no meaning: leave it out.',
      )
    if (categorical.includes(at))
      throw bad(
        `monotonic_cst names the categorical column ${quote(data.featureNames[at])}, which has no order: leave it out.`,
      )
  }
  return { categorical, monotonic, groups: interactionGroups(data, params.interaction_cst) }
}

function categoricalColumns(data: Named, { categorical_features: given }: BoostingParams): number[] {
  if (given === 'none') return []
  if (given === 'text')
    return [...(data.textFeatures ?? []).entries()].flatMap(([j, isText]) => (isText ? [j] : []))
  const found = new Set(given.map((name) => columnOf(data, 'categorical_features', name)))
  return [...found].sort((a, b) => a - b)
}

function interactionGroups(
  data: Named,
  given: BoostingParams['interaction_cst'],
): readonly (readonly number[])[] | undefined {
  if (given === null) return undefined
  const all = Array.from({ length: data.features.columns }, (_, j) => j)
  if (given === 'no_interactions') return all.map((j) => [j])
  const groups =
    given === 'pairwise'
      ? all.flatMap((i) => all.slice(i + 1).map((j) => [i, j]))
      : given.map((names) => names.map((name) => columnOf(data, 'interaction_cst', name)))
  const rest = all.filter((j) => !groups.some((group) => group.includes(j)))
  return rest.length > 0 ? [...groups, rest] : groups
}

const bad = (sentence: string) => new JobError('bad_hyperparameter', `hyperparameters.${sentence}`)
