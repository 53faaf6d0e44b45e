import { z } from 'zod'
import { didYouMean } from '../errors/closest-match.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'

/** The feature columns that hyperparameters may name. */
export type NamedColumns = { readonly featureNames: readonly string[] }

/**
 * The number of the column that a hyperparameter names.
 *
 * @throws JobError where there is no such column.
 */
export function columnOf({ featureNames }: NamedColumns, hyperparameter: string, name: string): number {
  const at = featureNames.indexOf(name)
  if (at >= 0) return at
  throw new JobError(
    'bad_hyperparameter',
    `hyperparameters.${hyperparameter} names the column ${quote(name)}, which is not among the features${didYouMean(name, [...featureNames])}: use ${featureNames.slice(0, 20).map(quote).join(', ')}.`,
  )
}

/**
 * The constraints of `monotonic_cst`: 1, -1 or 0 per column.
 *
 * @throws JobError for a column that is not there.
 */
export function monotonicDirections(
  constraints: Readonly<Record<string, number>>,
  data: NamedColumns,
): Int8Array {
  const directions = new Int8Array(data.featureNames.length)
  for (const [name, direction] of Object.entries(constraints))
    directions[columnOf(data, 'monotonic_cst', name)] = direction
  return directions
}

/** Each column that a fit's hyperparameters name, with the hyperparameter that names it. */
export function namedColumns(
  hyperparameters: Readonly<Record<string, unknown>>,
): { readonly hyperparameter: string; readonly name: string }[] {
  const { monotonic_cst, interaction_cst, categorical_features } =
    columnHyperparameters.parse(hyperparameters)
  const named = {
    monotonic_cst: Object.keys(monotonic_cst ?? {}),
    interaction_cst: Array.isArray(interaction_cst) ? interaction_cst.flat() : [],
    categorical_features: Array.isArray(categorical_features) ? categorical_features : [],
  }
  return Object.entries(named).flatMap(([hyperparameter, names]) =>
    names.map((name) => ({ hyperparameter, name })),
  )
}

/** The hyperparameters that name columns, in every algorithm that has them. */
const columnHyperparameters = z.object({
  monotonic_cst: z.record(z.string(), z.number()).nullish(),
  interaction_cst: z.union([z.string(), z.array(z.array(z.string()))]).nullish(),
  categorical_features: z.union([z.string(), z.array(z.string())]).optional(),
})
