import { z } from 'zod'
import { flag, integer, none, real } from '../hyperparameters.ts'

/** The figures of an epoch, by the names of Keras. A regression has no accuracy. */
export const monitors = ['loss', 'val_loss', 'accuracy', 'val_accuracy'] as const
export type Monitor = (typeof monitors)[number]

export const monitorOf = (names: readonly Monitor[]) => z.enum(names).describe(`one of ${names.join(', ')}`)

const initial_learning_rate = real(0)

/** Keras' ExponentialDecay and CosineDecay, by the number of updates done; ReduceLROnPlateau, by the epochs' figures. */
const exponential = z.strictObject({
  schedule: z.literal('exponential'),
  initial_learning_rate,
  decay_steps: integer(1),
  decay_rate: real(0),
  staircase: flag().default(false),
})
const cosine = z.strictObject({
  schedule: z.literal('cosine'),
  initial_learning_rate,
  decay_steps: integer(1),
  alpha: real(0, 1, true).default(0),
  warmup_target: real(0).optional(),
  warmup_steps: integer(0).default(0),
})
const reduceOnPlateau = (monitored: readonly Monitor[]) =>
  z.strictObject({
    schedule: z.literal('reduce_on_plateau'),
    initial_learning_rate: initial_learning_rate.optional(),
    monitor: monitorOf(monitored).default('val_loss'),
    factor: real(0, 0.999999).default(0.1),
    patience: integer(0).default(10),
    min_delta: real(0, Number.POSITIVE_INFINITY, true).default(1e-4),
    cooldown: integer(0).default(0),
    min_lr: real(0, Number.POSITIVE_INFINITY, true).default(0),
  })
export type ReduceOnPlateau = z.output<ReturnType<typeof reduceOnPlateau>>

export const learningRate = (monitored: readonly Monitor[] = monitors) =>
  z
    .union([
      real(0),
      none(),
      z.discriminatedUnion('schedule', [exponential, cosine, reduceOnPlateau(monitored)]),
    ])
    .describe(
      'a number above 0, null, or an object with the schedule exponential, cosine or reduce_on_plateau and its settings',
    )
export type LearningRate = z.output<ReturnType<typeof learningRate>>

/** The rate of the first update. @param otherwise where none is given */
export function initialRate(rate: LearningRate, otherwise: number): number {
  return typeof rate === 'number' ? rate : (rate?.initial_learning_rate ?? otherwise)
}

/** The settings of a rate that follows the epochs' figures. */
export function plateauOf(rate: LearningRate): ReduceOnPlateau | undefined {
  return typeof rate === 'object' && rate?.schedule === 'reduce_on_plateau' ? rate : undefined
}

/**
 * The rate of an update.
 *
 * @param before how many updates were done before it
 * @param reduced the rate where no schedule by updates is given
 */
export function rateAt(rate: LearningRate, before: number, reduced: number): number {
  if (typeof rate !== 'object' || rate === null || rate.schedule === 'reduce_on_plateau') return reduced
  const { initial_learning_rate: first, decay_steps } = rate
  if (rate.schedule === 'exponential') {
    const power = before / decay_steps
    return first * rate.decay_rate ** (rate.staircase ? Math.floor(power) : power)
  }
  const { alpha, warmup_target, warmup_steps } = rate
  const decayed = (from: number, step: number) => {
    const cosine = (1 + Math.cos((Math.PI * Math.min(step, decay_steps)) / decay_steps)) / 2
    return from * ((1 - alpha) * cosine + alpha)
  }
  if (warmup_target === undefined) return decayed(first, before)
  if (before < warmup_steps) return first + (warmup_target - first) * (before / warmup_steps)
  return decayed(warmup_target, before - warmup_steps)
}
