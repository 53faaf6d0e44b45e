import type { Task } from '../../data/task.ts'
import type { DiskMatrix, Features } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import { importOptional } from '../../runtime/optional-import.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkRows, checkTraining } from '../check-training.ts'
import { classWeights, rowWeights } from '../class-weights.ts'
import type { Architecture } from './architecture.ts'
import { type NetworkProblem, trainBuiltin } from './builtin.ts'
import type { NetworkParams, NetworkRegressorParams } from './hyperparameters.ts'
import type { NetworkModel } from './model.ts'
import { classification, type LossWeights, regression } from './objective.ts'
import { openRows } from './rows.ts'
import { splitOff } from './validation-split.ts'

/** Trains a network with the engine that `params` names. Throws JobError where TensorFlow.js is not packaged. */
export async function fitNetwork(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkTraining(data, { acceptsMissing: false })
  if (params.engine === 'builtin') return fitBuiltin(data, params, architecture, context)
  const { trainWithTfjs } = await importOptional(
    () => import('./tfjs.ts'),
    'TensorFlow.js: use the engine builtin, or deploy the image',
  )
  return trainWithTfjs(data, params, architecture, context)
}

/** The same by the engine builtin with features in a file, from which each batch is read. */
export async function fitNetworkFromDisk(
  data: TrainingData<'classification', DiskMatrix>,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkRows(data)
  return fitBuiltin(data, params, architecture, context)
}

function fitBuiltin(
  data: TrainingData<'classification', Features>,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const { features, target, validation, classCount } = data
  const weights = rowWeights(data, classWeights(params.class_weight, data))
  return withRows(data, params, (rows, split) => {
    const objective = classification(
      target.subarray(0, rows.rows.count),
      split === undefined ? validation.target : target.subarray(split),
      classCount,
      lossWeights(weights, data.sampleWeights, split),
    )
    return trainBuiltin({ ...rows, columns: features.columns, objective }, params, architecture, context)
  })
}

/** Trains a network with one linear output on numbers. */
export async function fitNetworkRegression(
  data: TrainingData<'regression'>,
  params: NetworkRegressorParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkTraining(data, { acceptsMissing: false })
  return fitNumbers(data, params, architecture, context)
}

/** The same with features in a file, from which each batch is read. */
export async function fitNetworkRegressionFromDisk(
  data: TrainingData<'regression', DiskMatrix>,
  params: NetworkRegressorParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkRows(data)
  return fitNumbers(data, params, architecture, context)
}

function fitNumbers(
  data: TrainingData<'regression', Features>,
  params: NetworkRegressorParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkSingle(data.target)
  const { features, target, validation, sampleWeights } = data
  return withRows(data, params, (rows, split) => {
    const objective = regression(
      target.subarray(0, rows.rows.count),
      split === undefined ? validation.target : target.subarray(split),
      params.loss,
      lossWeights(sampleWeights, sampleWeights, split),
    )
    return trainBuiltin({ ...rows, columns: features.columns, objective }, params, architecture, context)
  })
}

/**
 * Trains with the rows open, and closes them.
 *
 * @param train is given how many of the rows are trained on; undefined for all, where the test rows validate.
 */
async function withRows(
  { features, validation }: TrainingData<Task, Features>,
  params: Pick<NetworkParams, 'validation_split'>,
  train: (
    rows: Pick<NetworkProblem, 'rows' | 'validationRows'>,
    split: number | undefined,
  ) => Promise<Fit<NetworkModel>>,
): Promise<Fit<NetworkModel>> {
  const split = splitOff(features.rows, params.validation_split)
  const rows = openRows(features)
  try {
    if (split !== undefined) {
      const parts = { rows: rows.part(0, split), validationRows: rows.part(split, features.rows) }
      return await train(parts, split)
    }
    const validationRows = openRows(validation.features)
    try {
      return await train({ rows, validationRows }, split)
    } finally {
      validationRows.close()
    }
  } finally {
    rows.close()
  }
}

/**
 * The rows held back count by their own weights alone, as in Keras' fit; test rows have none.
 *
 * @param split how many of the rows are trained on; undefined for all
 */
function lossWeights(
  training: Float64Array | undefined,
  held: Float64Array | undefined,
  split: number | undefined,
): LossWeights {
  return {
    rows: training?.subarray(0, split),
    validation: split === undefined ? undefined : held?.subarray(split),
  }
}

/** @throws JobError for a number that single precision, in which networks compute, does not hold. */
function checkSingle(target: Float64Array): void {
  const tooLarge = target.find((value) => !Number.isFinite(Math.fround(value)))
  if (tooLarge === undefined) return
  throw new JobError(
    'bad_target',
    `The target has the number ${tooLarge}, and a network computes in single precision, which ends at 3.4e38: divide the target by a constant.`,
  )
}
