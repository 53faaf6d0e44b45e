import type { DiskMatrix } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkRows, checkTraining } from '../check-training.ts'
import type { LinearRegressionParams } from './hyperparameters.ts'
import type { LinearRegressionModel } from './model.ts'
import { fitLinear, fitWeighted } from './solve.ts'

/** @throws JobError if a feature or a coefficient is not finite. */
export async function fit(
  data: TrainingData<'regression'>,
  params: LinearRegressionParams,
  context: FitContext,
): Promise<Fit<LinearRegressionModel>> {
  checkTraining(data, { acceptsMissing: false })
  const { features, target, sampleWeights } = data
  const fit = await (sampleWeights === undefined
    ? fitLinear(features, target, params, context)
    : fitWeighted(features, target, params, context, sampleWeights))
  if (fit.status === 'done') checkFinite(fit.model)
  return fit
}

/**
 * As `fit`, with features in a file. Each correction of the coefficients by the residuals reads the file twice.
 *
 * @throws JobError if a coefficient is not finite.
 */
export async function fitFromDisk(
  data: TrainingData<'regression', DiskMatrix>,
  params: LinearRegressionParams,
  context: FitContext,
): Promise<Fit<LinearRegressionModel>> {
  checkRows(data)
  const fit = await fitLinear(data.features, data.target, params, context)
  if (fit.status === 'done') checkFinite(fit.model)
  return fit
}

function checkFinite({ coefficients, intercept }: LinearRegressionModel): void {
  if (Number.isFinite(intercept) && coefficients.every(Number.isFinite)) return
  throw new JobError(
    'diverged',
    'linear_regression found no finite solution: the numbers of the features or of the target are too large; divide them by a constant.',
  )
}
