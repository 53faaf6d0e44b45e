/** What Keras' callbacks EarlyStopping and ReduceLROnPlateau do at the end of an epoch. */
import { z } from 'zod'
import { float, float32 } from '../arrays.ts'
import { flag, integer, real } from '../hyperparameters.ts'
import { type Monitor, monitorOf, monitors, type ReduceOnPlateau } from './learning-rate.ts'

export const earlyStopping = (monitored: readonly Monitor[] = monitors) =>
  z
    .strictObject({
      monitor: monitorOf(monitored).default('val_loss'),
      patience: integer(0).default(0),
      min_delta: real(0, Number.POSITIVE_INFINITY, true).default(0),
      restore_best_weights: flag().default(false),
      start_from_epoch: integer(0).default(0),
    })
    .describe('an object of monitor, patience, min_delta, restore_best_weights and start_from_epoch')
export type EarlyStopping = z.output<ReturnType<typeof earlyStopping>>

export const watchState = z.object({
  /** Of EarlyStopping: the best figure so far, the epochs since, and the weights of the best epoch. */
  best: float().nullable(),
  wait: z.int(),
  weights: z.array(float32()).nullable(),
  /** Of ReduceLROnPlateau: the same, the epochs left to cool down, and the rate. */
  plateauBest: float().nullable(),
  plateauWait: z.int(),
  cooldown: z.int(),
  rate: float(),
})
export type WatchState = z.infer<typeof watchState>

export function startWatch(rate: number): WatchState {
  return {
    best: null,
    wait: 0,
    weights: null,
    plateauBest: null,
    plateauWait: 0,
    cooldown: 0,
    rate,
  }
}

/** Whether a figure is better than the best by more than `minDelta`. Accuracy is to grow, a loss to fall. */
function improves(monitor: string, figure: number, best: number | null, minDelta: number): boolean {
  if (best === null) return true
  return monitor.endsWith('accuracy') ? figure - minDelta > best : figure + minDelta < best
}

/**
 * Whether the fit is to stop after an epoch.
 *
 * @param epoch counted from 0
 * @param weights copies the weights
 */
export function stopsEarly(
  state: WatchState,
  { monitor, patience, min_delta, restore_best_weights, start_from_epoch }: EarlyStopping,
  figure: number,
  epoch: number,
  weights: () => Float32Array[],
): boolean {
  if (epoch < start_from_epoch) return false
  if (restore_best_weights && state.weights === null) state.weights = weights()
  state.wait++
  if (improves(monitor, figure, state.best, min_delta)) {
    state.best = figure
    state.wait = 0
    if (restore_best_weights) state.weights = weights()
    return false
  }
  return state.wait >= patience && epoch > 0
}

/** Reduces the rate where the figure no longer gets better. */
export function reduceRate(
  state: WatchState,
  { monitor, factor, patience, min_delta, cooldown, min_lr }: ReduceOnPlateau,
  figure: number,
): void {
  if (state.cooldown > 0) {
    state.cooldown--
    state.plateauWait = 0
  }
  if (improves(monitor, figure, state.plateauBest, min_delta)) {
    state.plateauBest = figure
    state.plateauWait = 0
    return
  }
  if (state.cooldown > 0) return
  state.plateauWait++
  if (state.plateauWait < patience || state.rate <= min_lr) return
  state.rate = Math.max(state.rate * factor, min_lr)
  state.cooldown = cooldown
  state.plateauWait = 0
}
