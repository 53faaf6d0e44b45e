import { z } from 'zod'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { float64 } from '../arrays.ts'
import { checkTraining } from '../check-training.ts'
import { classCounts, classWeights } from '../class-weights.ts'
import { type FistaState, fistaIteration, startFista } from './fista.ts'
import { type LogisticRegressionParams, logisticRegressionHyperparameters } from './hyperparameters.ts'
import {
  greatest,
  type LbfgsOptions,
  type LbfgsOutcome,
  type LbfgsState,
  lbfgsIteration,
  type Objective,
  startLbfgs,
} from './lbfgs.ts'
import { type Loss, logisticLoss } from './loss.ts'
import type { LogisticRegressionModel } from './model.ts'

/**
 * Fits a penalised logistic regression, multinomial for more than two classes: the minimum that scikit-learn's
 * solvers seek of C * (sum of the rows' losses) + penalty.
 *
 * Without an L1 part the solver is L-BFGS, with one it is FISTA, whatever `solver` names. With 'lbfgs' it takes
 * scipy's steps and stops where scipy does; for the other names it goes on to a hundredth of `tol`, near the
 * optimum at which they end. 'liblinear' penalises the intercept and takes two classes only.
 */
export async function fit(
  data: TrainingData,
  params: LogisticRegressionParams,
  run: Run,
): Promise<Fit<LogisticRegressionModel>> {
  checkTraining(data)
  checkEngine(params)
  if (params.engine === 'ml-logistic-regression') {
    return (await import('./ml-logistic-regression.ts')).fit(data, params, run)
  }
  const { penalty, warnings } = penaltyOf(params, data.classCount)
  const { features, target, classCount } = data
  const scores = classCount === 2 ? 1 : classCount
  const weights = classWeights(params.class_weight, classCounts(target, classCount))
  const liblinear = params.solver === 'liblinear'
  const constant = liblinear && params.fit_intercept ? params.intercept_scaling : 0
  const loss = logisticLoss(features, target, weights, scores, constant, run.threads)
  try {
    let totalWeight = 0
    for (const k of target) totalWeight += weights ? weights[k] : 1
    const strength = penalty.none ? 0 : 1 / (params.C * totalWeight)
    const objective = penalised(loss, scores, {
      l2: strength * (1 - penalty.l1Ratio),
      intercept: params.fit_intercept && !liblinear,
    })
    const outcome =
      penalty.l1Ratio > 0 && strength > 0
        ? await withFista(objective, loss.size, strength * penalty.l1Ratio, scores, params, run)
        : await withLbfgs(objective, loss.size, params, run)
    if (outcome.status === 'paused') return outcome
    if (!outcome.converged) {
      warnings.push(
        `logistic_regression did not converge in ${outcome.iterations} iterations (max_iter ${params.max_iter}): raise max_iter or tol, or penalise more with a smaller C.`,
      )
    }
    const iterations = Math.min(outcome.iterations, params.max_iter)
    const model = modelOf(outcome.point, features.columns, classCount, constant, iterations)
    return { status: 'done', model, warnings }
  } finally {
    await loss.close()
  }
}

type Penalty = { readonly none: boolean; readonly l1Ratio: number }

/** What scikit-learn 1.9 makes of `penalty`, `C` and `l1_ratio`, with its rules on which solver takes what. */
function penaltyOf(
  params: LogisticRegressionParams,
  classCount: number,
): { penalty: Penalty; warnings: string[] } {
  const { solver, dual, l1_ratio, C } = params
  const ratio = l1_ratio ?? 0
  const implied = ratio === 0 ? 'l2' : ratio === 1 ? 'l1' : 'elasticnet'
  const penalty = params.penalty === undefined ? implied : params.penalty
  const warnings: string[] = []
  if (solver !== 'liblinear' && solver !== 'saga' && (penalty === 'l1' || penalty === 'elasticnet')) {
    const asked =
      params.penalty === undefined ? `l1_ratio ${ratio}, which is penalty ${penalty}` : `penalty ${penalty}`
    throw new JobError(
      'bad_hyperparameter',
      `The solver ${solver} supports only the penalty l2 (l1_ratio 0) or none, not ${asked}: use solver saga.`,
    )
  }
  if (solver !== 'liblinear' && dual)
    throw new JobError('bad_hyperparameter', `The solver ${solver} does not support dual: use false.`)
  if (solver === 'liblinear') {
    if (penalty === 'elasticnet') {
      throw new JobError(
        'bad_hyperparameter',
        'The solver liblinear does not support the penalty elasticnet: use solver saga.',
      )
    }
    if (penalty === null)
      throw new JobError(
        'bad_hyperparameter',
        'The solver liblinear needs a penalty: use solver lbfgs for none.',
      )
    if (dual && penalty === 'l1') {
      throw new JobError(
        'bad_hyperparameter',
        'The solver liblinear does not support dual with the penalty l1: use dual false.',
      )
    }
    if (classCount > 2) {
      throw new JobError(
        'bad_hyperparameter',
        `The solver liblinear takes two classes and the target has ${classCount}: use solver lbfgs.`,
      )
    }
  }
  if (params.penalty === 'elasticnet' && l1_ratio === null) {
    throw new JobError(
      'bad_hyperparameter',
      'The penalty elasticnet needs l1_ratio: give a number from 0 to 1.',
    )
  }
  if (params.penalty === null && (C !== 1 || ratio !== 0)) {
    warnings.push('penalty null leaves out the penalty, so C and l1_ratio were ignored.')
  } else if (params.penalty !== undefined && penalty !== 'elasticnet' && ratio !== 0 && implied !== penalty) {
    warnings.push(`l1_ratio ${ratio} was ignored, because penalty ${penalty} was asked for.`)
  }
  const l1Ratio = penalty === 'l1' ? 1 : penalty === 'elasticnet' ? ratio : 0
  return { penalty: { none: penalty === null, l1Ratio }, warnings }
}

/** Refuses the hyperparameters of the other engine. */
function checkEngine(params: LogisticRegressionParams): void {
  const own = ['numSteps', 'learningRate'] as const
  if (params.engine === 'builtin') {
    for (const name of own) {
      if (params[name] !== undefined) {
        throw new JobError(
          'bad_hyperparameter',
          `${name} belongs to the engine ml-logistic-regression: leave it out, or ask for that engine.`,
        )
      }
    }
    return
  }
  const defaults: Readonly<Record<string, unknown>> = logisticRegressionHyperparameters.schema.parse({})
  for (const [name, value] of Object.entries(params)) {
    const known = name === 'engine' || name === 'random_state' || own.some((option) => option === name)
    if (!known && value !== defaults[name]) {
      throw new JobError(
        'bad_hyperparameter',
        `The engine ml-logistic-regression knows no ${name}: leave it out, or use the engine builtin.`,
      )
    }
  }
}

/** The loss and the L2 penalty l2 / 2 * (squares of all but the intercepts), whose gradient is 0 without them. */
function penalised(
  loss: Loss,
  scores: number,
  { l2, intercept }: { l2: number; intercept: boolean },
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
    if (!intercept) gradient.fill(0, coefficients)
    return value
  }
}

type Solved =
  | { status: 'done'; point: Float64Array; iterations: number; converged: boolean }
  | Extract<Fit<never>, { status: 'paused' }>

const lbfgsCheckpoint = z.object({
  solver: z.literal('lbfgs'),
  point: float64(),
  gradient: float64(),
  value: z.number(),
  steps: z.array(float64()),
  changes: z.array(float64()),
  iterations: z.int(),
  evaluations: z.int(),
})

async function withLbfgs(
  objective: Objective,
  size: number,
  params: LogisticRegressionParams,
  run: Run,
): Promise<Solved> {
  const options: LbfgsOptions = {
    gradientTolerance: params.solver === 'lbfgs' ? params.tol : params.tol / 100,
    valueTolerance: 64 * Number.EPSILON,
    maxIterations: params.max_iter,
  }
  const state: LbfgsState = run.resumeFrom
    ? lbfgsCheckpoint.parse(run.resumeFrom)
    : await startLbfgs(objective, size)
  let outcome: LbfgsOutcome = 'running'
  while (outcome === 'running') {
    outcome = await lbfgsIteration(objective, state, options)
    if (outcome !== 'running') break
    const progress = progressOf(
      greatest(state.gradient),
      options.gradientTolerance,
      state.iterations,
      params.max_iter,
    )
    const detail = { iteration: state.iterations, loss: state.value }
    if ((await run.step({ fraction: progress, detail })) === 'pause') {
      return { status: 'paused', checkpoint: { solver: 'lbfgs', ...state } }
    }
  }
  const { point, iterations } = state
  return { status: 'done', point, iterations, converged: outcome === 'converged' }
}

const fistaCheckpoint = z.object({
  solver: z.literal('fista'),
  point: float64(),
  ahead: float64(),
  momentum: z.number(),
  lipschitz: z.number(),
  iterations: z.int(),
  residual: z.number(),
})

async function withFista(
  objective: Objective,
  size: number,
  l1: number,
  scores: number,
  params: LogisticRegressionParams,
  run: Run,
): Promise<Solved> {
  const tolerance = params.tol / 100
  const penalties = new Float64Array(size).fill(l1, 0, size - scores)
  const state: FistaState = run.resumeFrom ? fistaCheckpoint.parse(run.resumeFrom) : startFista(size)
  let converged = false
  while (!converged && state.iterations < params.max_iter) {
    converged = await fistaIteration(objective, state, penalties, tolerance)
    const fraction = progressOf(state.residual, tolerance, state.iterations, params.max_iter)
    const detail = { iteration: state.iterations }
    if (!converged && (await run.step({ fraction, detail })) === 'pause') {
      return { status: 'paused', checkpoint: { solver: 'fista', ...state } }
    }
  }
  const { point, iterations } = state
  return { status: 'done', point, iterations, converged }
}

/** How far the gradient has come down from 1 to the tolerance, on a logarithmic scale, or the iterations spent. */
function progressOf(gradient: number, tolerance: number, iterations: number, maxIterations: number): number {
  const spent = iterations / maxIterations
  if (!(tolerance > 0 && tolerance < 1)) return Math.min(1, spent)
  const fallen = Math.log(Math.max(gradient, tolerance)) / Math.log(tolerance)
  return Math.min(1, Math.max(0, fallen, spent))
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
