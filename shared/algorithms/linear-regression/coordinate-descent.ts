import { z } from 'zod'
import type { FitContext } from '../algorithm.ts'
import { float64, int32 } from '../arrays.ts'
import { resumedFrom } from '../resume.ts'
import type { Gram } from './gram.ts'

/** The penalties of the objective 1/2 |y - X w|² + l1 |w|₁ + l2/2 |w|². */
export type Penalty = {
  readonly l1: number
  readonly l2: number
  /** Whether all coefficients must be at least 0. */
  readonly positive: boolean
}

export type Stop = { readonly tolerance: number; readonly maxIterations: number }

const descentState = z.object({
  stage: z.literal('descent'),
  /** w, and XᵀX w. */
  coefficients: float64(),
  moved: float64(),
  /** The features whose coefficients may differ from 0, in increasing order. */
  active: int32(),
  iterations: z.int(),
})
export type DescentState = z.infer<typeof descentState>

export type Descent =
  | { readonly status: 'done'; readonly state: DescentState; readonly converged: boolean }
  | { readonly status: 'paused'; readonly checkpoint: DescentState }

/** Multiplications between two calls of `context.step`: some 50 ms. */
const WORK_PER_STEP = 3e7

/**
 * Lasso and the elastic net by cyclic coordinate descent, step for step as scikit-learn takes them
 * (sklearn/linear_model/_cd_fast.pyx): it ends when the duality gap is at most tolerance * |y|², and features that
 * the gap proves to be 0 are left out ("Gap Safe Screening Rules for Sparsity Enforcing Penalties", 2017, equation
 * 11).
 */
export async function coordinateDescent(
  gram: Gram,
  penalty: Penalty,
  { tolerance, maxIterations }: Stop,
  context: FitContext,
): Promise<Descent> {
  const { size, products, targetSquares } = gram
  const limit = tolerance * targetSquares
  const resumed =
    context.resumeFrom?.stage === 'gram'
      ? undefined
      : resumedFrom(
          context,
          descentState,
          ({ coefficients, moved, active }) =>
            coefficients.length === size && moved.length === size && active.every((j) => j >= 0 && j < size),
        )
  const state: DescentState = resumed ?? startState(size)
  if (resumed === undefined) {
    const gap = dualityGap(gram, state, penalty)
    if (gap.value <= limit) return { status: 'done', state, converged: true }
    state.active = state.active.filter((j) => products[j * size + j] !== 0)
    screen(gram, state, penalty, gap)
  }
  let work = 0
  while (state.iterations < maxIterations) {
    const { largest, change } = sweep(gram, state, penalty)
    state.iterations++
    const isLast = state.iterations === maxIterations
    if (largest === 0 || change / largest <= tolerance || isLast) {
      const gap = dualityGap(gram, state, penalty)
      if (gap.value <= limit) return { status: 'done', state, converged: true }
      screen(gram, state, penalty, gap)
    }
    work += size * state.active.length
    if (work < WORK_PER_STEP || isLast) continue
    work = 0
    const progress = {
      fraction: state.iterations / maxIterations,
      detail: { iteration: state.iterations },
    }
    if ((await context.step(progress)) === 'pause') return { status: 'paused', checkpoint: state }
  }
  return { status: 'done', state, converged: false }
}

function startState(size: number): DescentState {
  return {
    stage: 'descent',
    coefficients: new Float64Array(size),
    moved: new Float64Array(size),
    active: Int32Array.from({ length: size }, (_, j) => j),
    iterations: 0,
  }
}

/** Minimizes along each active coordinate. Returns the largest coefficient and the largest change. */
function sweep({ size, products, withTarget }: Gram, state: DescentState, { l1, l2, positive }: Penalty) {
  const { coefficients, moved, active } = state
  let largest = 0
  let change = 0
  for (const j of active) {
    const square = products[j * size + j]
    const before = coefficients[j]
    const free = withTarget[j] - moved[j] + before * square
    const shrunk = Math.max(Math.abs(free) - l1, 0) / (square + l2)
    coefficients[j] = positive && free < 0 ? 0 : Math.sign(free) * shrunk
    const step = coefficients[j] - before
    if (step !== 0) addTimes(moved, products, j * size, step)
    change = Math.max(change, Math.abs(step))
    largest = Math.max(largest, Math.abs(coefficients[j]))
  }
  return { largest, change }
}

function addTimes(to: Float64Array, from: Float64Array, at: number, factor: number): void {
  for (let k = 0; k < to.length; k++) to[k] += factor * from[at + k]
}

type Gap = { readonly value: number; readonly correlations: Float64Array; readonly dualNorm: number }

/**
 * The duality gap: an upper bound of the objective's distance from its minimum. Without l1, what scikit-learn uses in
 * its place.
 */
function dualityGap(
  { size, withTarget, targetSquares }: Gram,
  { coefficients, moved }: DescentState,
  { l1, l2, positive }: Penalty,
): Gap {
  let squares = 0
  let absolute = 0
  let withW = 0
  let movedW = 0
  for (let j = 0; j < size; j++) {
    squares += coefficients[j] ** 2
    absolute += Math.abs(coefficients[j])
    withW += withTarget[j] * coefficients[j]
    movedW += moved[j] * coefficients[j]
  }
  const residualSquares = targetSquares + movedW - 2 * withW
  const residualTarget = targetSquares - withW
  const correlations = withTarget.map((value, j) => value - moved[j] - (l1 === 0 ? 0 : l2 * coefficients[j]))
  if (l1 === 0) {
    const dualNorm = correlations.reduce((sum, value) => sum + value * value, 0)
    if (l2 === 0) return { value: dualNorm, correlations, dualNorm }
    const value = residualSquares + (l2 / 2) * squares - residualTarget + dualNorm / (2 * l2)
    return { value, correlations, dualNorm }
  }
  const dualNorm = correlations.reduce(
    (most, value) => Math.max(most, positive ? value : Math.abs(value)),
    positive ? Number.NEGATIVE_INFINITY : 0,
  )
  const smooth = residualSquares + l2 * squares
  const scale = dualNorm > l1 ? l1 / dualNorm : 1
  const primal = smooth / 2 + l1 * absolute
  const dual = (-scale * scale * smooth) / 2 + scale * residualTarget
  return { value: primal - dual, correlations, dualNorm }
}

/** Removes the features whose coefficients the gap proves to be 0. */
function screen(
  { size, products }: Gram,
  state: DescentState,
  { l1, l2 }: Penalty,
  { value, correlations, dualNorm }: Gap,
): void {
  if (l1 === 0) return
  const radius = Math.sqrt(2 * Math.abs(value)) / l1
  const { coefficients, moved } = state
  state.active = state.active.filter((j) => {
    const correlation = Math.abs(correlations[j] / Math.max(l1, dualNorm))
    if ((1 - correlation) / Math.sqrt(products[j * size + j] + l2) <= radius) return true
    if (coefficients[j] !== 0) addTimes(moved, products, j * size, -coefficients[j])
    coefficients[j] = 0
    return false
  })
}
