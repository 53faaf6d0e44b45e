import type { NetworkKernel } from './kernel.ts'

export type OptimizerName = 'adam' | 'adamw' | 'sgd' | 'rmsprop' | 'adagrad'

/** Keras' rate for an optimiser that is given none. */
export const defaultRate: Readonly<Record<OptimizerName, number>> = {
  adam: 0.001,
  adamw: 0.001,
  sgd: 0.01,
  rmsprop: 0.001,
  adagrad: 0.001,
}

const EPSILON = 1e-7
const BETA_1 = 0.9
const BETA_2 = 0.999
const RHO = 0.9
const WEIGHT_DECAY = 0.004
const INITIAL_ACCUMULATOR = 0.1

/** Where, in the kernel's memory, all weights lie in one piece, with their gradients and the optimiser's two slots. */
export type Parameters = {
  /** A multiple of 4. */
  readonly length: number
  readonly weights: number
  readonly gradients: number
  readonly slot1: number
  readonly slot2: number
}

/** Fills the slots as Keras builds them. */
export function startOptimizer(name: OptimizerName, kernel: NetworkKernel, at: Parameters): void {
  kernel.floats(at.slot1, at.length).fill(name === 'adagrad' ? INITIAL_ACCUMULATOR : 0)
  kernel.floats(at.slot2, at.length).fill(0)
}

/**
 * One update of all weights, step `t` counting from 1. Keras 3's formulas with its defaults (keras/src/optimizers):
 * Adam and AdamW (beta 0.9 and 0.999, decay 0.004), SGD, RMSprop (rho 0.9), Adagrad (accumulators from 0.1); epsilon 1e-7.
 */
export function applyOptimizer(
  name: OptimizerName,
  rate: number,
  t: number,
  kernel: NetworkKernel,
  at: Parameters,
): void {
  const weights = kernel.floats(at.weights, at.length)
  const gradients = kernel.floats(at.gradients, at.length)
  switch (name) {
    case 'adamw':
      for (let i = 0; i < weights.length; i++) weights[i] -= weights[i] * WEIGHT_DECAY * rate
      adam(rate, t, kernel, at)
      return
    case 'adam':
      adam(rate, t, kernel, at)
      return
    case 'sgd':
      for (let i = 0; i < weights.length; i++) weights[i] -= rate * gradients[i]
      return
    case 'rmsprop': {
      const velocity = kernel.floats(at.slot1, at.length)
      for (let i = 0; i < weights.length; i++) {
        velocity[i] = RHO * velocity[i] + (1 - RHO) * gradients[i] * gradients[i]
        weights[i] -= (rate * gradients[i]) / Math.sqrt(velocity[i] + EPSILON)
      }
      return
    }
    case 'adagrad': {
      const accumulator = kernel.floats(at.slot1, at.length)
      for (let i = 0; i < weights.length; i++) {
        accumulator[i] += gradients[i] * gradients[i]
        weights[i] -= (rate * gradients[i]) / Math.sqrt(accumulator[i] + EPSILON)
      }
    }
  }
}

function adam(rate: number, t: number, { functions }: NetworkKernel, at: Parameters): void {
  const alpha = (rate * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA_1 ** t)
  functions.adam(at.weights, at.gradients, at.slot1, at.slot2, at.length, alpha, BETA_1, BETA_2, EPSILON)
}
