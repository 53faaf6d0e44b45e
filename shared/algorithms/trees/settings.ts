import type { z } from 'zod'
import { JobError } from '../../errors/job-error.ts'
import { isShare } from '../count-or-share.ts'
import { monotonicDirections } from '../named-columns.ts'
import type { maxFeatures, RegressionCriterion, treeHyperparameters } from './hyperparameters.ts'

/** `max_features` as it is given: a name, a count, a share, or null for all columns. */
export type MaxFeatures = z.output<ReturnType<typeof maxFeatures>>

export type Criterion = 'gini' | 'entropy' | 'log_loss' | RegressionCriterion

/** What decides how a tree grows, of the hyperparameters of a tree alone and of a forest's tree. */
export type TreeParams = Omit<
  z.output<z.ZodObject<typeof treeHyperparameters>>,
  'criterion' | 'random_state' | 'ccp_alpha'
> & {
  readonly criterion: Criterion
  readonly splitter: 'best' | 'random'
  readonly max_features: MaxFeatures
}

/** Hyperparameters as the kernel takes them: shares and names turned into numbers of rows and columns. */
export type TreeSettings = {
  readonly criterion: Criterion
  readonly splitter: 'best' | 'random'
  /** How many of the columns a node looks at. */
  readonly maxFeatures: number
  readonly maxDepth: number
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
  /** A share of the summed weights. */
  readonly minWeightFractionLeaf: number
  /** -1: no limit. */
  readonly maxLeafNodes: number
  readonly minImpurityDecrease: number
  /** Per column, as the kernel takes them; null: no column is monotonic. */
  readonly directions: Int8Array | null
}

/** What decides over the settings besides the hyperparameters. */
type Named = {
  readonly features: { readonly rows: number; readonly columns: number }
  readonly featureNames: readonly string[]
  /** Of a classification. */
  readonly classCount?: number
}

/**
 * Turns shares and names into numbers of rows and columns, rounded as scikit-learn rounds them.
 *
 * @throws JobError for more max_features than there are columns, or a monotonic_cst that the data do not allow.
 */
export function treeSettings(params: TreeParams, data: Named): TreeSettings {
  const { rows, columns } = data.features
  const { max_features, min_samples_leaf, min_samples_split } = params
  if (typeof max_features === 'number' && max_features > columns) {
    throw new JobError(
      'bad_hyperparameter',
      `hyperparameters.max_features is ${max_features}, but there are only ${columns} feature columns: use at most ${columns}.`,
    )
  }
  const minSamplesLeaf = isShare(min_samples_leaf) ? Math.ceil(min_samples_leaf * rows) : min_samples_leaf
  const minSamplesSplit = isShare(min_samples_split)
    ? Math.max(2, Math.ceil(Number(min_samples_split) * rows))
    : Number(min_samples_split)
  const maxInt32 = 2 ** 31 - 1
  return {
    criterion: params.criterion,
    splitter: params.splitter,
    maxFeatures: featureLimit(max_features, columns),
    maxDepth: Math.min(params.max_depth ?? maxInt32, maxInt32),
    minSamplesSplit: Math.min(Math.max(minSamplesSplit, 2 * minSamplesLeaf), maxInt32),
    minSamplesLeaf: Math.min(minSamplesLeaf, 2 ** 30),
    minWeightFractionLeaf: params.min_weight_fraction_leaf,
    maxLeafNodes: Math.min(params.max_leaf_nodes ?? -1, 2 ** 30),
    minImpurityDecrease: params.min_impurity_decrease,
    directions: params.monotonic_cst === null ? null : directionsOf(params.monotonic_cst, data),
  }
}

/**
 * A node's value is the share of the first of two classes, and the constraints are on the probability of the second: so
 * their signs are turned (_classes.py).
 */
function directionsOf(constraints: Readonly<Record<string, number>>, data: Named): Int8Array {
  const { classCount } = data
  if (classCount !== undefined && classCount > 2)
    throw new JobError(
      'bad_hyperparameter',
      `hyperparameters.monotonic_cst needs a target of two classes or of numbers, and this one has ${classCount} classes: leave it out.`,
    )
  const directions = monotonicDirections(constraints, data)
  return classCount === undefined ? directions : directions.map((direction) => -direction)
}

/** How many of the columns a node looks at: at least one, at most all. */
export function featureLimit(maxFeatures: MaxFeatures, columns: number): number {
  if (maxFeatures === null) return columns
  if (maxFeatures === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(columns)))
  if (maxFeatures === 'log2') return Math.max(1, Math.floor(Math.log2(columns)))
  const number = Number(maxFeatures)
  if (isShare(maxFeatures)) return Math.max(1, Math.floor(number * columns))
  return Math.min(number, columns)
}
