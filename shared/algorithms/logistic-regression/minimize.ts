import { z } from 'zod'
import type { Fit, FitContext } from '../algorithm.ts'
import { float, float64 } from '../arrays.ts'
import { resumedFrom } from '../resume.ts'
import { type FistaState, fistaIteration, startFista } from './fista.ts'
import type { LogisticRegressionParams } from './hyperparameters.ts'
import {
  type LbfgsOptions,
  type LbfgsOutcome,
  type LbfgsState,
  lbfgsIteration,
  maxAbs,
  type Objective,
  startLbfgs,
} from './lbfgs.ts'

/** Where a minimization ended, or its checkpoint. */
export type Minimum =
  | { status: 'done'; point: Float64Array; iterations: number; converged: boolean }
  | Extract<Fit<never>, { status: 'paused' }>

const lbfgsCheckpoint = z.object({
  solver: z.literal('lbfgs'),
  point: float64(),
  gradient: float64(),
  value: float(),
  steps: z.array(float64()),
  changes: z.array(float64()),
  iterations: z.int(),
  evaluations: z.int(),
})

/**
 * L-BFGS for a smooth objective. With the solver lbfgs it takes scipy's steps and stops where scipy does; for the other
 * names it goes on to a hundredth of `tol`, near the optimum at which they end.
 */
export async function minimizeSmooth(
  objective: Objective,
  size: number,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Minimum> {
  const options: LbfgsOptions = {
    gradientTolerance: params.solver === 'lbfgs' ? params.tol : params.tol / 100,
    valueTolerance: 64 * Number.EPSILON,
    maxIterations: params.max_iter,
  }
  const resumed = resumedFrom(
    context,
    lbfgsCheckpoint,
    ({ point, gradient, steps, changes }) =>
      steps.length === changes.length &&
      [point, gradient, ...steps, ...changes].every(({ length }) => length === size),
  )
  const state: LbfgsState = resumed ?? (await startLbfgs(objective, size))
  let outcome: LbfgsOutcome = 'running'
  while (outcome === 'running') {
    outcome = await lbfgsIteration(objective, state, options)
    if (outcome !== 'running') break
    const progress = progressOf(
      maxAbs(state.gradient),
      options.gradientTolerance,
      state.iterations,
      params.max_iter,
    )
    const detail = { iteration: state.iterations, loss: state.value }
    if ((await context.step({ fraction: progress, detail })) === 'pause') {
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
  momentum: float(),
  lipschitz: float(),
  iterations: z.int(),
  residual: float(),
})

/**
 * FISTA for a smooth objective and the L1 penalty `l1` * (the sum of the absolute values of all but the last `scores`
 * parameters, which are intercepts).
 */
export async function minimizeWithL1(
  objective: Objective,
  size: number,
  l1: number,
  scores: number,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Minimum> {
  const tolerance = params.tol / 100
  const penalties = new Float64Array(size).fill(l1, 0, size - scores)
  const resumed = resumedFrom(
    context,
    fistaCheckpoint,
    ({ point, ahead }) => point.length === size && ahead.length === size,
  )
  const state: FistaState = resumed ?? startFista(size)
  let converged = false
  while (!converged && state.iterations < params.max_iter) {
    converged = await fistaIteration(objective, state, penalties, tolerance)
    const fraction = progressOf(state.residual, tolerance, state.iterations, params.max_iter)
    const detail = { iteration: state.iterations }
    if (!converged && (await context.step({ fraction, detail })) === 'pause') {
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
