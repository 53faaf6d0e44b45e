import { z } from 'zod'
import { type RandomState, SNAPSHOT_WORDS } from '../../data/random.ts'
import type { Checkpoint, FitContext, History } from '../algorithm.ts'
import { float, float32, int32, uint32 } from '../arrays.ts'
import { resumedFrom } from '../resume.ts'
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

const numbers = z.array(float())
const savedSchema = z.object({
  arrays: z.array(float32()),
  random: uint32(),
  order: int32(),
  position: z.object({ epoch: z.int(), step: z.int(), t: z.int(), loss: float(), hits: float() }),
  history: z.object({ loss: numbers, accuracy: numbers, val_loss: numbers, val_accuracy: numbers }),
  watch: watchState.optional(),
})

/**
 * Copies the checkpoint's arrays into `arrays` and returns the rest.
 *
 * @param rows of the training data
 * @returns undefined for a fit that begins.
 * @throws UnusableCheckpoint for a checkpoint that is not one of this network on these rows.
 */
export function resume(
  context: FitContext,
  arrays: readonly Float32Array[],
  rows: number,
): FitState | undefined {
  const resumed = resumedFrom(
    context,
    savedSchema,
    (saved) =>
      saved.random.length === SNAPSHOT_WORDS &&
      saved.order.length === rows &&
      saved.arrays.length === arrays.length &&
      arrays.every(({ length }, i) => saved.arrays[i].length === length),
  )
  if (resumed === undefined) return undefined
  const { arrays: values, order, ...rest } = resumed
  for (const [i, array] of arrays.entries()) array.set(values[i])
  return { ...rest, order: order.slice() }
}
