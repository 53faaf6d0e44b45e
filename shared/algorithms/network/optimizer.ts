import { BETA_1, BETA_2, type Exports } from '../../wasm/kernels/network.ts'
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
export function updateOf(optimizer: Optimizer, kernel: Exports): Update {
  const { rate, momentum, nesterov, decay } = optimizer
  switch (optimizer.name) {
    case 'adam':
    case 'adamw':
      return ({ record }, t, first, count) =>
        kernel.adam(record, first, count, adamRate(rate, t), decay, rate)
    case 'sgd':
      return ({ record }, _, first, count) => kernel.sgd(record, first, count, rate, momentum, nesterov)
    case 'rmsprop':
      return ({ record }, _, first, count) => kernel.rmsprop(record, first, count, rate, momentum)
    case 'adagrad':
      return ({ record }, _, first, count) => kernel.adagrad(record, first, count, rate)
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
