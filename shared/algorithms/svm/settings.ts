import type { Matrix } from '../../data/matrix.ts'
import type { KernelParams } from './hyperparameters.ts'
import type { Settings } from './problem.ts'

/** What the hyperparameters say of every problem of a fit. */
export function settingsOf(features: Matrix, params: KernelParams): Settings {
  return {
    kernel: params.kernel,
    degree: params.degree,
    coef0: params.coef0,
    gamma: gammaOf(features, params),
    tolerance: params.tol,
    shrinking: params.shrinking,
    maxIterations: params.max_iter,
  }
}

/** 'scale': 1 / (features * variance of all values); 'auto': 1 / features. */
function gammaOf(features: Matrix, { gamma }: KernelParams): number {
  if (typeof gamma === 'number') return gamma
  if (gamma === 'auto') return 1 / features.columns
  const { values } = features
  // Sums of differences to one of the values, which are exactly 0 where all values are equal.
  const origin = values[0]
  let sum = 0
  for (const value of values) sum += value - origin
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - origin - mean) ** 2
  const variance = squares / values.length
  return variance === 0 ? 1 : 1 / (features.columns * variance)
}
