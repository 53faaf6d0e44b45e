import type { DiskMatrix, Features } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkRows, checkTraining } from '../check-training.ts'
import { classWeights, rowWeights } from '../class-weights.ts'
import { boost } from './boost.ts'
import { columnRules } from './constraints.ts'
import type { GradientBoostingParams, GradientBoostingRegressorParams } from './hyperparameters.ts'
import type { GradientBoostingModel } from './model.ts'
import { stratifiedSplit, validationSplit } from './validation-split.ts'

/** Fits scikit-learn's HistGradientBoostingClassifier. */
export async function fitClassifier(
  data: TrainingData,
  params: GradientBoostingParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  checkTraining(data, { acceptsMissing: true })
  return fitClasses(data, params, context)
}

/** As `fitClassifier`, with features in a file: only their bins are kept in memory. */
export async function fitClassifierFromDisk(
  data: TrainingData<'classification', DiskMatrix>,
  params: GradientBoostingParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  checkRows(data)
  return fitClasses(data, params, context)
}

async function fitClasses(
  data: TrainingData<'classification', Features>,
  params: GradientBoostingParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  const { features, featureNames, target, classCount } = data
  const perClass = classWeights(params.class_weight, data)
  const input = {
    features,
    featureNames,
    target: Float64Array.from(target),
    classCount,
    weights: rowWeights(data, perClass),
    loss: params.loss,
    level: 0.5,
    rules: columnRules(data, params, classCount > 2 ? classCount : 1),
    split: (fraction: number, seed: number) => stratifiedSplit(target, classCount, fraction, seed),
  }
  return boost(input, params, context)
}

/** Fits scikit-learn's HistGradientBoostingRegressor. */
export async function fitRegressor(
  data: TrainingData<'regression'>,
  params: GradientBoostingRegressorParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  checkTraining(data, { acceptsMissing: true })
  return fitNumbers(data, params, context)
}

/** As `fitRegressor`, with features in a file. */
export async function fitRegressorFromDisk(
  data: TrainingData<'regression', DiskMatrix>,
  params: GradientBoostingRegressorParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  checkRows(data)
  return fitNumbers(data, params, context)
}

async function fitNumbers(
  data: TrainingData<'regression', Features>,
  params: GradientBoostingRegressorParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  const { features, featureNames, target } = data
  checkDomain(target, params.loss)
  const input = {
    features,
    featureNames,
    target,
    weights: data.sampleWeights,
    classCount: 0,
    loss: params.loss,
    level: params.quantile ?? 0.5,
    rules: columnRules(data, params, 1),
    split: (fraction: number, seed: number) => validationSplit(target.length, fraction, seed),
  }
  return boost(input, params, context)
}

/** @throws JobError for targets that the loss is not defined for (gamma: above 0; poisson: at least 0, not all 0). */
function checkDomain(target: Float64Array, loss: GradientBoostingRegressorParams['loss']): void {
  const least = target.reduce((smallest, value) => Math.min(smallest, value), Number.POSITIVE_INFINITY)
  if (loss === 'gamma' && least <= 0) {
    throw new JobError(
      'bad_target',
      `hyperparameters.loss gamma is for numbers above 0, and the target has ${least}: use squared_error, or leave those rows out.`,
    )
  }
  if (loss === 'poisson' && (least < 0 || target.every((value) => value === 0))) {
    throw new JobError(
      'bad_target',
      `hyperparameters.loss poisson is for numbers of at least 0 that are not all 0, and the smallest is ${least}: use squared_error, or leave those rows out.`,
    )
  }
}
