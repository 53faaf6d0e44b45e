import { JobError } from '../../errors/job-error.ts'
import type { TrainingData } from '../algorithm.ts'
import type { DecisionTreeParams } from '../decision-tree/hyperparameters.ts'

/** Hyperparameters as the kernel takes them: shares and names turned into numbers of rows and columns. */
export type TreeSettings = {
  readonly criterion: 'gini' | 'entropy' | 'log_loss'
  readonly splitter: 'best' | 'random'
  readonly maxFeatures: number
  readonly maxDepth: number
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
  /** A share of the summed weights. */
  readonly minWeightFractionLeaf: number
  /** -1: no limit. */
  readonly maxLeafNodes: number
  readonly minImpurityDecrease: number
}

/** Turns shares and names into numbers of rows and columns, rounded as scikit-learn rounds them. */
export function treeSettings(
  params: Omit<DecisionTreeParams, 'class_weight' | 'random_state' | 'ccp_alpha'>,
  rows: number,
  columns: number,
): TreeSettings {
  const leaf = params.min_samples_leaf
  const minSamplesLeaf = leaf < 1 ? Math.ceil(leaf * rows) : leaf
  const split = params.min_samples_split
  const minSamplesSplit = split <= 1 ? Math.max(2, Math.ceil(split * rows)) : split
  const largest = 2 ** 31 - 1
  return {
    criterion: params.criterion,
    splitter: params.splitter,
    maxFeatures: featureLimit(params.max_features, columns),
    maxDepth: Math.min(params.max_depth ?? largest, largest),
    minSamplesSplit: Math.min(Math.max(minSamplesSplit, 2 * minSamplesLeaf), largest),
    minSamplesLeaf: Math.min(minSamplesLeaf, 2 ** 30),
    minWeightFractionLeaf: params.min_weight_fraction_leaf,
    maxLeafNodes: Math.min(params.max_leaf_nodes ?? -1, 2 ** 30),
    minImpurityDecrease: params.min_impurity_decrease,
  }
}

/** How many of the columns a node looks at. */
export function featureLimit(given: DecisionTreeParams['max_features'], columns: number): number {
  if (given === null) return columns
  if (given === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(columns)))
  if (given === 'log2') return Math.max(1, Math.floor(Math.log2(columns)))
  if (given < 1) return Math.max(1, Math.floor(given * columns))
  if (given > columns) {
    throw new JobError(
      'bad_hyperparameter',
      `hyperparameters.max_features is ${given}, but there are only ${columns} feature columns: use at most ${columns}.`,
    )
  }
  return given
}

/** Throws JobError for data that no tree can be grown on. */
export function checkTrainable(data: TrainingData): void {
  if (data.features.rows === 0 || data.features.columns === 0) {
    throw new JobError(
      'dataset_empty',
      `There is nothing to train on: ${data.features.rows} rows x ${data.features.columns} feature columns; send a dataset with at least one of each.`,
    )
  }
  if (data.target.every((k) => k === data.target[0])) {
    throw new JobError(
      'bad_target',
      'All training rows have the same class: send rows of at least two classes.',
    )
  }
}
