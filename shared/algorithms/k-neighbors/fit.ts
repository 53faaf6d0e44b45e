import { inRowMajor } from '../../data/row-major.ts'
import type { Task } from '../../data/task.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import type { KNeighborsParams } from './hyperparameters.ts'
import type { KNeighborsModel, KNeighborsRegressorModel, NeighborsModel } from './model.ts'

/** With more features than this, scikit-learn's `auto` chooses brute force. */
const MAX_TREE_FEATURES = 15

export async function fitClassifier(
  data: TrainingData,
  params: KNeighborsParams,
): Promise<Fit<KNeighborsModel>> {
  const { classCount, target } = data
  const model = { ...neighborsOf(data, params), classCount, target: Int32Array.from(target) }
  return { status: 'done', model, warnings: [] }
}

export async function fitRegressor(
  data: TrainingData<'regression'>,
  params: KNeighborsParams,
): Promise<Fit<KNeighborsRegressorModel>> {
  const model = { ...neighborsOf(data, params), target: Float64Array.from(data.target) }
  return { status: 'done', model, warnings: [] }
}

/** @throws JobError where there are fewer rows than neighbors. */
function neighborsOf(data: TrainingData<Task>, params: KNeighborsParams): NeighborsModel {
  checkTraining(data, { acceptsMissing: false })
  const { rows: count, columns } = data.features
  const { n_neighbors, weights, leaf_size, p } = params
  if (n_neighbors > count) {
    throw new JobError(
      'bad_hyperparameter',
      `hyperparameters.n_neighbors is ${n_neighbors}, and there are only ${count} training rows: use at most ${count}.`,
    )
  }
  const metric = metricOf(params)
  const rows = inRowMajor(data.features, new Float64Array(count * columns))
  return {
    featureCount: columns,
    rows,
    neighbors: n_neighbors,
    weights,
    metric,
    p,
    search: searchOf(params, metric, count, columns),
    leafSize: leaf_size,
  }
}

/** The metric minkowski is manhattan for p = 1 and euclidean for p = 2. */
function metricOf({ metric, p }: KNeighborsParams): NeighborsModel['metric'] {
  if (metric !== 'minkowski') return metric
  if (p === 1) return 'manhattan'
  return p === 2 ? 'euclidean' : 'minkowski'
}

/** scikit-learn's rule for `auto` (sklearn/neighbors/_base.py, `_fit`). */
function searchOf(
  { algorithm, n_neighbors, p }: KNeighborsParams,
  metric: NeighborsModel['metric'],
  rows: number,
  columns: number,
): NeighborsModel['search'] {
  if (algorithm !== 'auto') return algorithm
  const isFew = columns <= MAX_TREE_FEATURES && n_neighbors < Math.floor(rows / 2)
  return isFew && !(metric === 'minkowski' && p < 1) ? 'kd_tree' : 'brute'
}
