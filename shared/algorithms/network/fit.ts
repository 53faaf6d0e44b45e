import { JobError } from '../../errors/job-error.ts'
import { importOptional } from '../../runtime/optional-import.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classWeights, rowWeights } from '../class-weights.ts'
import type { Architecture } from './architecture.ts'
import { type NetworkProblem, trainBuiltin } from './builtin.ts'
import type { NetworkParams, NetworkRegressorParams } from './hyperparameters.ts'
import type { NetworkModel } from './model.ts'
import { classification, type LossWeights, regression } from './objective.ts'
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
  checkUnweighted(data)
  const { trainWithTfjs } = await importOptional(
    () => import('./tfjs.ts'),
    'TensorFlow.js: use the engine builtin, or deploy the image',
  )
  return trainWithTfjs(data, params, architecture, context)
}

function problemOf(data: TrainingData, params: NetworkParams): NetworkProblem {
  const { features, target, validation, classCount } = data
  const rows = rowMajor(features)
  const weights = rowWeights(data, classWeights(params.class_weight, data))
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
      lossWeights(weights, data.sampleWeights, split),
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
    objective: regression(
      target.subarray(0, inTraining),
      held,
      params.loss,
      lossWeights(data.sampleWeights, data.sampleWeights, split),
    ),
  }
  return trainBuiltin(problem, params, architecture, context)
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

/** @throws JobError for weights with TensorFlow.js, whose trainOnBatch has none. */
function checkUnweighted({ sampleWeights }: Pick<TrainingData, 'sampleWeights'>): void {
  if (sampleWeights === undefined) return
  throw new JobError(
    'bad_hyperparameter',
    'hyperparameters.engine "tfjs" does not take the weights of sample_weight_column: leave one of the two out, or use the engine builtin.',
  )
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
