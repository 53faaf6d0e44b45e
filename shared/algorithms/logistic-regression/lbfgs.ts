/**
 * Limited-memory BFGS as scipy.optimize.minimize(method="L-BFGS-B") runs it on a problem without bounds, so that it
 * takes the same steps and stops at the same point.
 *
 * Liu and Nocedal, "On the limited memory BFGS method", Mathematical Programming 45, 1989; Zhu, Byrd, Lu and Nocedal,
 * "Algorithm 778: L-BFGS-B", ACM TOMS 23(4), 1997 (first step, updates left out, restarts, stopping rules).
 */
import { startLineSearch } from './line-search.ts'

/** Writes the gradient at `point` and resolves to the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => Promise<number>

/** Where a minimisation is, between two iterations: plain data. */
export type LbfgsState = {
  readonly point: Float64Array
  readonly gradient: Float64Array
  value: number
  /** The last steps and the changes of the gradient over them, oldest first. */
  readonly steps: Float64Array[]
  readonly changes: Float64Array[]
  iterations: number
  evaluations: number
}

export type LbfgsOptions = {
  /** Stops where no component of the gradient is larger. */
  readonly gradientTolerance: number
  /** Stops where an iteration decreases the value by no more than this, relative to the larger of it and 1. */
  readonly valueTolerance: number
  readonly maxIterations: number
}

export type LbfgsOutcome = 'running' | 'converged' | 'out of iterations' | 'stuck'

/** Pairs of a step and a change that are kept. */
const MAX_PAIRS = 10
const MAX_EVALUATIONS_PER_SEARCH = 50
const MAX_EVALUATIONS = 15000

export async function startLbfgs(objective: Objective, size: number): Promise<LbfgsState> {
  const point = new Float64Array(size)
  const gradient = new Float64Array(size)
  const value = await objective(point, gradient)
  return { point, gradient, value, steps: [], changes: [], iterations: 0, evaluations: 1 }
}

/** One iteration, in place. 'stuck' means that no step decreases the value any more. */
export async function lbfgsIteration(
  objective: Objective,
  state: LbfgsState,
  { gradientTolerance, valueTolerance, maxIterations }: LbfgsOptions,
): Promise<LbfgsOutcome> {
  const { point, gradient, steps, changes } = state
  if (state.iterations === 0 && maxAbs(gradient) <= gradientTolerance) return 'converged'
  const from = point.slice()
  const gradientThere = gradient.slice()
  const valueThere = state.value
  const direction = newDirection(state)
  const slopeThere = dot(gradient, direction)

  let step = state.iterations === 0 ? 1 / Math.sqrt(dot(direction, direction)) : 1
  let slope = slopeThere
  let found = false
  if (slopeThere < 0) {
    const search = startLineSearch(valueThere, slopeThere, step)
    for (let k = 0; k < MAX_EVALUATIONS_PER_SEARCH && !found; k++) {
      for (let i = 0; i < point.length; i++) point[i] = from[i] + step * direction[i]
      state.value = await objective(point, gradient)
      state.evaluations++
      slope = dot(gradient, direction)
      const next = search(step, state.value, slope)
      found = next === undefined
      step = next ?? step
    }
  }
  if (!found) {
    point.set(from)
    gradient.set(gradientThere)
    state.value = valueThere
    if (steps.length === 0) return 'stuck'
    steps.length = 0
    changes.length = 0
    return 'running'
  }

  state.iterations++
  if (state.iterations >= maxIterations || state.evaluations > MAX_EVALUATIONS) return 'out of iterations'
  if (maxAbs(gradient) <= gradientTolerance) return 'converged'
  const scale = Math.max(Math.abs(valueThere), Math.abs(state.value), 1)
  if (valueThere - state.value <= valueTolerance * scale) return 'converged'

  const curvature = (slope - slopeThere) * step
  if (curvature > Number.EPSILON * -slopeThere * step) {
    if (steps.length === MAX_PAIRS) {
      steps.shift()
      changes.shift()
    }
    steps.push(direction.map((d) => d * step))
    changes.push(gradient.map((g, i) => g - gradientThere[i]))
  }
  return 'running'
}

/** Minus the approximate inverse Hessian times the gradient, by the two-loop recursion. */
function newDirection({ gradient, steps, changes }: LbfgsState): Float64Array {
  const direction = gradient.map((g) => -g)
  const last = steps.length - 1
  if (last < 0) return direction
  const alphas = new Float64Array(steps.length)
  for (let k = last; k >= 0; k--) {
    alphas[k] = dot(steps[k], direction) / dot(steps[k], changes[k])
    addScaled(direction, -alphas[k], changes[k])
  }
  const scale = dot(steps[last], changes[last]) / dot(changes[last], changes[last])
  for (let i = 0; i < direction.length; i++) direction[i] *= scale
  for (let k = 0; k <= last; k++) {
    const beta = dot(changes[k], direction) / dot(steps[k], changes[k])
    addScaled(direction, alphas[k] - beta, steps[k])
  }
  return direction
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function addScaled(to: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * values[i]
}

/** The maximum absolute value; NaN where there is one. */
export function maxAbs(values: Float64Array): number {
  let result = 0
  for (const value of values) result = Math.max(result, Math.abs(value))
  return result
}
