import { JobError } from '../../errors/job-error.ts'
import { importOptional } from '../../runtime/optional-import.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classWeights } from '../class-weights.ts'
import type { Architecture } from './architecture.ts'
import { type NetworkProblem, trainBuiltin } from './builtin.ts'
import type { NetworkParams, NetworkRegressorParams } from './hyperparameters.ts'
import type { NetworkModel } from './model.ts'
import { classification, regression } from './objective.ts'
import { rowMajor } from './row-major.ts'
import { splitOff } from './validation-split.ts'

/** Trains a network with the engine that `params` names. Throws JobError where TensorFlow.js is not packaged. */
export async function fitNetwork(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkTraining(data, { acceptsMissing: false })
  if (params.engine === 'builtin') {
    return trainBuiltin(problemOf(data, params), params, architecture, context)
  }
  const { trainWithTfjs } = await importOptional(
    () => import('./tfjs.ts'),
    'TensorFlow.js: use the engine builtin, or deploy the image',
  )
  return trainWithTfjs(data, params, architecture, context)
}

function problemOf(data: TrainingData, params: NetworkParams): NetworkProblem {
  const { features, target, validation, classCount } = data
  const rows = rowMajor(features)
  const weights = classWeights(params.class_weight, data)
  const split = splitOff(features.rows, params.validation_split)
  const inTraining = split ?? features.rows
  return {
    rows: rows.subarray(0, inTraining * features.columns),
    validationRows:
      split === undefined ? rowMajor(validation.features) : rows.subarray(split * features.columns),
    columns: features.columns,
    objective: classification(
      target.subarray(0, inTraining),
      split === undefined ? validation.target : target.subarray(split),
      classCount,
      weights,
    ),
  }
}

/** Trains a network with one linear output on numbers. */
export async function fitNetworkRegression(
  data: TrainingData<'regression'>,
  params: NetworkRegressorParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkTraining(data, { acceptsMissing: false })
  checkSingle(data.target)
  const { features, target, validation } = data
  const rows = rowMajor(features)
  const split = splitOff(features.rows, params.validation_split)
  const inTraining = split ?? features.rows
  const held = split === undefined ? validation.target : target.subarray(split)
  const problem = {
    rows: rows.subarray(0, inTraining * features.columns),
    validationRows:
      split === undefined ? rowMajor(validation.features) : rows.subarray(split * features.columns),
    columns: features.columns,
    objective: regression(target.subarray(0, inTraining), held, params.loss),
  }
  return trainBuiltin(problem, params, architecture, context)
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
