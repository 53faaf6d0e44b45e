import type { DiskMatrix, Features } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { arithmeticFieldOf, arithmeticOf } from '../arithmetic.ts'
import { checkRows, checkTraining } from '../check-training.ts'
import { classWeights, rowWeights } from '../class-weights.ts'
import type { LogisticRegressionParams } from './hyperparameters.ts'
import type { Objective } from './lbfgs.ts'
import { type Loss, logisticLoss } from './loss.ts'
import { type Minimum, minimizeSmooth, minimizeWithL1 } from './minimize.ts'
import type { LogisticRegressionModel } from './model.ts'
import { l1Share, penaltyWarnings } from './penalty.ts'

/**
 * Fits a penalized logistic regression, multinomial for more than two classes: the minimum that scikit-learn's
 * solvers seek of C * (sum of the rows' losses) + penalty.
 *
 * Without an L1 part the solver is L-BFGS, with one it is FISTA, whatever `solver` names. 'liblinear' penalizes the
 * intercept and takes two classes only.
 */
export async function fit(
  data: TrainingData,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Fit<LogisticRegressionModel>> {
  checkTraining(data, { acceptsMissing: false })
  if (params.engine === 'ml-logistic-regression') {
    return (await import('./ml-logistic-regression.ts')).fit(data, params, context)
  }
  return fitBuiltin(data, params, context)
}

/** The same with features in a file, which is read once for each evaluation of the loss. */
export async function fitFromDisk(
  data: TrainingData<'classification', DiskMatrix>,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Fit<LogisticRegressionModel>> {
  checkRows(data)
  return fitBuiltin(data, params, context)
}

async function fitBuiltin(
  data: TrainingData<'classification', Features>,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Fit<LogisticRegressionModel>> {
  const { features, target, classCount } = data
  const isLiblinear = params.solver === 'liblinear'
  if (isLiblinear && classCount > 2) {
    throw new JobError(
      'bad_hyperparameter',
      `The solver liblinear takes two classes and the target has ${classCount}: use solver lbfgs.`,
    )
  }
  const weights = rowWeights(data, classWeights(params.class_weight, data, data.sampleWeights))
  const scores = classCount === 2 ? 1 : classCount
  const constant = isLiblinear && params.fit_intercept ? params.intercept_scaling : 0
  const arithmetic = arithmeticOf(context)
  const { threads } = context
  const loss = logisticLoss(features, target, { weights, scores, constant, threads, arithmetic })
  try {
    const minimum = await minimize(loss, scores, totalWeight(features.rows, weights), params, context)
    if (minimum.status === 'paused') {
      return { ...minimum, checkpoint: { ...minimum.checkpoint, ...arithmeticFieldOf(arithmetic) } }
    }
    const { point, iterations, converged } = minimum
    const warnings = penaltyWarnings(params)
    if (!converged) {
      warnings.push(
        `logistic_regression did not converge in ${iterations} iterations (max_iter ${params.max_iter}): raise max_iter or tol, or penalize more with a smaller C.`,
      )
    }
    const used = Math.min(iterations, params.max_iter)
    const model = modelOf(point, features.columns, classCount, constant, used)
    return { status: 'done', model: { ...model, ...arithmeticFieldOf(arithmetic) }, warnings }
  } finally {
    await loss.close()
  }
}

function totalWeight(rows: number, weights: Float64Array | undefined): number {
  return weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0)
}

/** The minimum of the penalized loss, divided by C * (the sum of the rows' weights). */
function minimize(
  loss: Loss,
  scores: number,
  totalWeight: number,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Minimum> {
  const strength = params.penalty === null ? 0 : 1 / (params.C * totalWeight)
  const share = l1Share(params)
  const objective = penalized(loss, scores, {
    l2: strength * (1 - share),
    hasIntercept: params.fit_intercept && params.solver !== 'liblinear',
  })
  return share > 0 && strength > 0
    ? minimizeWithL1(objective, loss.size, strength * share, scores, params, context)
    : minimizeSmooth(objective, loss.size, params, context)
}

/** The loss and the L2 penalty l2 / 2 * (squares of all but the intercepts), whose gradient is 0 where there are none. */
function penalized(
  loss: Loss,
  scores: number,
  { l2, hasIntercept }: { l2: number; hasIntercept: boolean },
): Objective {
  const coefficients = loss.size - scores
  return async (point, gradient) => {
    let value = await loss.evaluate(point, gradient)
    let squares = 0
    for (let i = 0; i < coefficients; i++) {
      squares += point[i] * point[i]
      gradient[i] += l2 * point[i]
    }
    value += (l2 / 2) * squares
    if (!hasIntercept) gradient.fill(0, coefficients)
    return value
  }
}

/** The model of parameters in the kernel's order. A constant feature's coefficients are the intercepts. */
function modelOf(
  point: Float64Array,
  featureCount: number,
  classCount: number,
  constant: number,
  iterations: number,
): LogisticRegressionModel {
  const scores = classCount === 2 ? 1 : classCount
  const coefficients = new Float64Array(scores * featureCount)
  const intercepts = new Float64Array(scores)
  for (let k = 0; k < scores; k++) {
    for (let f = 0; f < featureCount; f++) coefficients[k * featureCount + f] = point[f * scores + k]
    intercepts[k] = point[featureCount * scores + k] * (constant === 0 ? 1 : constant)
  }
  return { classCount, featureCount, coefficients, intercepts, link: 'softmax', iterations }
}
