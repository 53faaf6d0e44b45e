/** Fits, whole or in parts, and how far two answers are from each other. */
import { deserialize, serialize } from 'node:v8'
import type { Fit, FitContext } from '../../shared/algorithms/algorithm.ts'

type Done<Model> = Extract<Fit<Model>, { status: 'done' }>

/** The execution context of a fit that is never paused. */
export const uninterrupted = (threads = 1): FitContext => ({ threads, step: async () => 'continue' })

/** The model of a fit that was not paused. */
export function done<Model>(fit: Fit<Model>): Done<Model> {
  if (fit.status !== 'done') throw new Error('The fit was paused.')
  return fit
}

/**
 * Fits in parts, each from a copy of the checkpoint as a store would give it back. A part is asked to pause at the steps
 * that `pauseAt` names, counted from 0 over all parts.
 */
export async function fitInParts<Model>(
  train: (run: FitContext) => Promise<Fit<Model>>,
  pauseAt: (step: number) => boolean,
  threads = 1,
): Promise<Done<Model> & { pauses: number; steps: number }> {
  let steps = 0
  let resumeFrom: FitContext['resumeFrom']
  for (let pauses = 0; ; pauses++) {
    const step: FitContext['step'] = async () => (pauseAt(steps++) ? 'pause' : 'continue')
    const fit = await train({ threads, step, ...(resumeFrom === undefined ? {} : { resumeFrom }) })
    if (fit.status === 'done') return { ...fit, pauses, steps }
    resumeFrom = deserialize(serialize(fit.checkpoint))
  }
}

/** Fits with a pause at every step. */
export const fitWithPauses = <Model>(train: (run: FitContext) => Promise<Fit<Model>>, threads = 1) =>
  fitInParts(train, () => true, threads)

/** The share of equal values. */
export function accuracy(predicted: Int32Array, truth: Int32Array): number {
  return predicted.filter((k, i) => k === truth[i]).length / truth.length
}

/** The largest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`)
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]))
  return largest
}
