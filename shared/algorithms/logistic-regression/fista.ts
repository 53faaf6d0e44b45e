/**
 * Accelerated proximal gradient descent for a smooth function plus an L1 penalty: FISTA (Beck and Teboulle, SIAM J.
 * Imaging Sciences 2(1), 2009) with a backtracked step and the gradient restart of O'Donoghue and Candès
 * ("Adaptive restart for accelerated gradient schemes", Found. Comput. Math. 15, 2015).
 */
import type { Objective } from './lbfgs.ts'

/** Where a minimisation is, between two iterations: plain data. */
export type FistaState = {
  readonly point: Float64Array
  /** The extrapolated point, from which the next step goes. */
  readonly ahead: Float64Array
  momentum: number
  /** The present bound on the gradient's Lipschitz constant. */
  lipschitz: number
  iterations: number
  /** The maximum component of the last proximal gradient. */
  residual: number
}

export function startFista(size: number): FistaState {
  const [point, ahead] = [new Float64Array(size), new Float64Array(size)]
  return { point, ahead, momentum: 1, lipschitz: 1, iterations: 0, residual: Number.POSITIVE_INFINITY }
}

/**
 * One iteration, in place, toward the minimum of `objective` + the sum of penalties[i] * |point[i]|.
 *
 * @returns whether the proximal gradient is within `tolerance`.
 */
export async function fistaIteration(
  objective: Objective,
  state: FistaState,
  penalties: Float64Array,
  tolerance: number,
): Promise<boolean> {
  const { point, ahead } = state
  const gradient = new Float64Array(point.length)
  const unused = new Float64Array(point.length)
  const value = await objective(ahead, gradient)
  const next = new Float64Array(point.length)
  state.lipschitz *= 0.9
  for (let fits = false; !fits; ) {
    let bound = value
    for (let i = 0; i < next.length; i++) {
      next[i] = shrink(ahead[i] - gradient[i] / state.lipschitz, penalties[i] / state.lipschitz)
      const d = next[i] - ahead[i]
      bound += gradient[i] * d + (state.lipschitz / 2) * d * d
    }
    fits = (await objective(next, unused)) <= bound + 1e-15 * Math.abs(bound)
    if (!fits) state.lipschitz *= 2
  }
  let residual = 0
  let uphill = 0
  for (let i = 0; i < next.length; i++) {
    const d = ahead[i] - next[i]
    residual = Math.max(residual, state.lipschitz * Math.abs(d))
    uphill += d * (next[i] - point[i])
  }
  const momentum = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * state.momentum ** 2)) / 2
  const factor = uphill > 0 ? 0 : (state.momentum - 1) / momentum
  for (let i = 0; i < next.length; i++) {
    ahead[i] = next[i] + factor * (next[i] - point[i])
    point[i] = next[i]
  }
  state.momentum = momentum
  state.iterations++
  state.residual = residual
  return residual <= tolerance
}

/** The soft threshold. */
function shrink(value: number, by: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - by)
}
