import type { Exports } from '../../wasm/kernels/network.ts'
import type { Parameter } from './plan.ts'

export type OptimizerName = 'adam' | 'adamw' | 'sgd' | 'rmsprop' | 'adagrad'

/** An optimizer with all its settings, as plain data. */
export type Optimizer = {
  readonly name: OptimizerName
  readonly rate: number
  readonly momentum: number
  readonly nesterov: boolean
  readonly decay: number
}

/** Keras' learning rate of an optimizer that is given none. */
const defaultRate: Readonly<Record<OptimizerName, number>> = {
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
const INITIAL_ACCUMULATOR = 0.1

/** The optimizer with Keras' defaults for what is left out. */
export function optimizerOf(params: {
  readonly optimizer: OptimizerName
  readonly learning_rate?: number | null
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly weight_decay?: number
}): Optimizer {
  const name = params.optimizer
  return {
    name,
    rate: params.learning_rate ?? defaultRate[name],
    momentum: params.momentum ?? 0,
    nesterov: params.nesterov ?? false,
    decay: params.weight_decay ?? (name === 'adamw' ? 0.004 : 0),
  }
}

/** What the optimizer's slots hold before the first update. */
export function initialSlot(name: OptimizerName): number {
  return name === 'adagrad' ? INITIAL_ACCUMULATOR : 0
}

/** Changes `count` weights of a parameter from the one at `first` (both multiples of 4, or up to the end). */
export type Update = (parameter: Parameter, t: number, first: number, count: number) => void

/**
 * The update of step `t`, counted from 1, by Keras 3's formulas with its defaults (keras/src/optimizers):
 * Adam and AdamW (betas 0.9 and 0.999, decay 0.004), SGD, RMSprop (rho 0.9), Adagrad (accumulators from 0.1);
 * epsilon 1e-7.
 */
export function updateOf(optimizer: Optimizer, functions: Exports): Update {
  const { adam, sgd, rmsprop, adagrad } = functions
  const { rate, momentum, nesterov, decay } = optimizer
  return ({ weights, gradients, slot1, slot2 }, t, first, count) => {
    const bytes = first * Float32Array.BYTES_PER_ELEMENT
    const [w, g, s1, s2] = [weights + bytes, gradients + bytes, slot1 + bytes, slot2 + bytes]
    const n = Math.ceil(count / 4) * 4
    switch (optimizer.name) {
      case 'adam':
      case 'adamw': {
        return void adam(w, g, s1, s2, n, adamRate(rate, t), 1 - BETA_1, 1 - BETA_2, EPSILON, decay, rate)
      }
      case 'sgd':
        return void sgd(w, g, s1, n, rate, momentum, Number(nesterov))
      case 'rmsprop':
        return void rmsprop(w, g, s1, s2, n, rate, RHO, 1 - RHO, momentum, EPSILON)
      case 'adagrad':
        return void adagrad(w, g, s1, n, rate, EPSILON)
    }
  }
}

/**
 * rate * sqrt(1 - beta2^t) / (1 - beta1^t), rounded at every step as Keras does, which matters where t is
 * small.
 */
function adamRate(rate: number, t: number): number {
  const { fround } = Math
  const [power1, power2] = [fround(fround(BETA_1) ** t), fround(fround(BETA_2) ** t)]
  return fround(fround(rate) * fround(Math.sqrt(fround(1 - power2)))) / fround(1 - power1)
}
