import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import type { LinearRegressionParams } from './hyperparameters.ts'
import type { LinearRegressionModel } from './model.ts'
import { fitLinear } from './solve.ts'

/** @throws JobError where a feature is not finite, or the coefficients are not. */
export async function fit(
  data: TrainingData<'regression'>,
  params: LinearRegressionParams,
  context: FitContext,
): Promise<Fit<LinearRegressionModel>> {
  checkTraining(data, { acceptsMissing: false })
  const fit = await fitLinear(data.features, data.target, params, context, data.sampleWeights)
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
