import { BETA_1, BETA_2, type Exports } from '../../wasm/kernels/network.ts'
import { initialRate, type LearningRate } from './learning-rate.ts'
import type { Parameter } from './plan.ts'

export const optimizerNames = [
  'adam',
  'adamw',
  'sgd',
  'rmsprop',
  'adagrad',
  'adadelta',
  'adamax',
  'nadam',
  'ftrl',
  'lion',
  'lamb',
] as const
export type OptimizerName = (typeof optimizerNames)[number]

/** An optimizer with all its settings, as plain data. */
export type Optimizer = {
  readonly name: OptimizerName
  /** Of the first update. */
  readonly rate: number
  readonly momentum: number
  readonly nesterov: boolean
  readonly decay: number
}

const INITIAL_ACCUMULATOR = 0.1

/** The optimizer with Keras' defaults for what is left out. */
export function optimizerOf(params: {
  readonly optimizer: OptimizerName
  readonly learning_rate?: LearningRate
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly weight_decay?: number
}): Optimizer {
  const name = params.optimizer
  return {
    name,
    rate: initialRate(params.learning_rate ?? null, name === 'sgd' ? 0.01 : 0.001),
    momentum: params.momentum ?? 0,
    nesterov: params.nesterov ?? false,
    decay: params.weight_decay ?? (name === 'adamw' ? 0.004 : 0),
  }
}

/** What the optimizer's first slot holds before the first update; the second holds 0. */
export function initialSlot(name: OptimizerName): number {
  return name === 'adagrad' || name === 'ftrl' ? INITIAL_ACCUMULATOR : 0
}

export type Updater = {
  /** Changes `count` weights of a parameter from the one at `first` (both multiples of 4, or up to the end). */
  update(parameter: Parameter, t: number, first: number, count: number, rate: number): void
  /** Ends the step of a whole parameter, of which all parts were updated; for optimizers that need it. */
  readonly finish?: (parameter: Parameter, rate: number) => void
}

/**
 * The update of step `t`, counted from 1, by Keras 3's formulas with its defaults (keras/src/optimizers):
 * betas 0.9 and 0.999 (Lion's second 0.99), AdamW's decay 0.004, rho 0.9 of RMSprop and 0.95 of Adadelta, accumulators
 * of Adagrad and Ftrl from 0.1; epsilon 1e-7.
 */
export function updaterOf({ name, momentum, nesterov, decay }: Optimizer, kernel: Exports): Updater {
  const { fround } = Math
  switch (name) {
    case 'adam':
    case 'adamw':
      return {
        update: ({ record }, t, first, count, rate) =>
          kernel.adam(record, first, count, adamRate(rate, t), decay, rate),
      }
    case 'sgd':
      return {
        update: ({ record }, _, first, count, rate) =>
          kernel.sgd(record, first, count, rate, momentum, nesterov),
      }
    case 'rmsprop':
      return {
        update: ({ record }, _, first, count, rate) => kernel.rmsprop(record, first, count, rate, momentum),
      }
    case 'adagrad':
    case 'adadelta':
    case 'ftrl':
    case 'lion': {
      const step = kernel[name]
      return { update: ({ record }, _, first, count, rate) => step(record, first, count, rate) }
    }
    case 'adamax':
      return {
        update: ({ record }, t, first, count, rate) =>
          kernel.adamax(record, first, count, rate, fround(1 - power(BETA_1, t))),
      }
    case 'nadam': {
      const factors = nadamFactors()
      return {
        update: ({ record }, t, first, count, rate) => {
          const { ofMean, ofGradient } = factors(t)
          kernel.nadam(record, first, count, rate, ofMean, ofGradient, fround(1 - power(BETA_2, t)))
        },
      }
    }
    case 'lamb':
      return {
        update: ({ record }, t, first, count) =>
          kernel.lambDirection(
            record,
            first,
            count,
            fround(1 - power(BETA_1, t)),
            fround(1 - power(BETA_2, t)),
          ),
        finish: ({ record, count }, rate) => kernel.lambMove(record, count, rate),
      }
  }
}

/** beta^t, rounded at every step as Keras does, which matters where t is small. */
function power(beta: number, t: number): number {
  return Math.fround(Math.fround(beta) ** t)
}

/** rate * sqrt(1 - beta2^t) / (1 - beta1^t) */
function adamRate(rate: number, t: number): number {
  const { fround } = Math
  return fround(fround(rate) * fround(Math.sqrt(fround(1 - power(BETA_2, t))))) / fround(1 - power(BETA_1, t))
}

/** What the mean of the gradients and the gradient count in Nadam's step t: Dozat's schedule of the momentum. */
function nadamFactors(): (t: number) => { ofMean: number; ofGradient: number } {
  const { fround } = Math
  const momentumOf = (t: number) => fround(fround(BETA_1) * fround(1 - 0.5 * fround(fround(0.96) ** t)))
  let [known, product] = [0, 1]
  return (t) => {
    if (t < known) [known, product] = [0, 1]
    while (known < t) product = fround(product * momentumOf(++known))
    const [now, next] = [momentumOf(t), momentumOf(t + 1)]
    const ahead = fround(product * next)
    return { ofMean: next / fround(1 - ahead), ofGradient: fround(1 - now) / fround(1 - product) }
  }
}
