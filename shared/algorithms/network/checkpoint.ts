import type { RandomState } from '../../data/random.ts'
import type { Checkpoint, History } from '../algorithm.ts'
import { type WatchState, watchState } from './watch.ts'

/** Where a fit is: steps done in the epoch, updates in all, and the epoch's sums so far. */
export type Position = { epoch: number; step: number; t: number; loss: number; hits: number }

export type MutableHistory = { -readonly [K in keyof History]: number[] }

type FitState = {
  random: Uint32Array
  order: Int32Array
  position: Position
  history: MutableHistory
  /** Absent in checkpoints of TensorFlow.js, and of before there was any. */
  watch?: WatchState
}

/** The state of a fit that begins. */
export function begin(rows: number): Omit<FitState, 'random' | 'watch'> {
  return {
    order: Int32Array.from({ length: rows }, (_, i) => i),
    position: { epoch: 0, step: 0, t: 0, loss: 0, hits: 0 },
    history: { loss: [], accuracy: [], val_loss: [], val_accuracy: [] },
  }
}

/** A copy of everything that a fit goes on from. `arrays` are the weights and the optimiser's slots. */
export function checkpointOf(
  arrays: readonly Float32Array[],
  random: RandomState,
  order: Int32Array,
  position: Position,
  history: History,
  watch?: WatchState,
): Checkpoint {
  const { loss, accuracy, val_loss, val_accuracy } = history
  return {
    arrays: arrays.map((array) => array.slice()),
    random: random.snapshot(),
    order: order.slice(),
    position: { ...position },
    ...(watch === undefined ? {} : { watch: { ...watch } }),
    history: {
      loss: [...loss],
      accuracy: [...accuracy],
      val_loss: [...val_loss],
      val_accuracy: [...val_accuracy],
    },
  }
}

/**
 * Copies a checkpoint's arrays into `arrays` and returns the rest. Throws when it is not one of this network.
 */
export function resume(checkpoint: Checkpoint, arrays: readonly Float32Array[]): FitState {
  const saved = checkpoint.arrays
  if (!Array.isArray(saved) || saved.length !== arrays.length) throw damaged()
  for (const [i, array] of arrays.entries()) {
    const values: unknown = saved[i]
    if (!(values instanceof Float32Array) || values.length !== array.length) throw damaged()
    array.set(values)
  }
  const { random, order } = checkpoint
  if (!(random instanceof Uint32Array) || !(order instanceof Int32Array)) throw damaged()
  const position = fields(checkpoint.position)
  const history = fields(checkpoint.history)
  const number = (value: unknown): number => {
    if (typeof value !== 'number') throw damaged()
    return value
  }
  const numbers = (values: unknown): number[] => {
    if (!Array.isArray(values)) throw damaged()
    return values.map(number)
  }
  return {
    random,
    order: order.slice(),
    position: {
      epoch: number(position.epoch),
      step: number(position.step),
      t: number(position.t),
      loss: number(position.loss),
      hits: number(position.hits),
    },
    history: {
      loss: numbers(history.loss),
      accuracy: numbers(history.accuracy),
      val_loss: numbers(history.val_loss),
      val_accuracy: numbers(history.val_accuracy),
    },
    ...(checkpoint.watch === undefined ? {} : { watch: watchState.parse(checkpoint.watch) }),
  }
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw damaged()
  return { ...value }
}

const damaged = () => new Error('The checkpoint does not have the form of this network.')
