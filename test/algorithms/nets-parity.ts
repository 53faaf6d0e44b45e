/** What the tests of dnn and cnn share. */

import type { Checkpoint, Fit, Run, TrainingData } from '../../shared/algorithms/algorithm.ts'
import { cnn } from '../../shared/algorithms/cnn/index.ts'
import { dnn } from '../../shared/algorithms/dnn/index.ts'
import { networkHyperparameters } from '../../shared/algorithms/network/hyperparameters.ts'
import type { NetworkModel } from '../../shared/algorithms/network/model.ts'
import { type Matrix, zeros } from '../../shared/data/matrix.ts'
import { randomState } from '../../shared/data/random.ts'
import fixture from '../fixtures/nets.json' with { type: 'json' }

/** Keras' answers (test/fixtures/nets.py). */
export const keras = fixture

export type NetworkName = 'dnn' | 'cnn'

export const network = (name: NetworkName) => (name === 'dnn' ? dnn : cnn)

export const params = (given: object = {}) => networkHyperparameters().schema.parse(given)

type Done = Extract<Fit<NetworkModel>, { status: 'done' }>

/** A whole fit, without a pause. */
export async function fitted(
  name: NetworkName,
  data: TrainingData,
  given: object = {},
  threads = 1,
): Promise<Done> {
  return done(await network(name).fit(data, params(given), { threads, step: async () => 'continue' }))
}

export function done(fit: Fit<NetworkModel>): Done {
  if (fit.status !== 'done') throw new Error('The fit paused.')
  return fit
}

/** A fit that is asked to pause at every step, each part resumed from a copy of the checkpoint. */
export async function fitWithPauses(
  name: NetworkName,
  data: TrainingData,
  given: object,
): Promise<Done & { pauses: number }> {
  let resumeFrom: Checkpoint | undefined
  for (let pauses = 0; ; pauses++) {
    const run: Run = { threads: 1, step: async () => 'pause', ...(resumeFrom && { resumeFrom }) }
    const fit = await network(name).fit(data, params(given), run)
    if (fit.status === 'done') return { ...fit, pauses }
    resumeFrom = structuredClone(fit.checkpoint)
  }
}

/** Made-up rows of separable classes, a quarter as many for validation. */
export function someRows(rows: number, columns: number, classCount = 3, seed = 1): TrainingData {
  const random = randomState(seed)
  const part = (count: number) => {
    const features = zeros(count, columns)
    const target = Int32Array.from({ length: count }, (_, i) => i % classCount)
    for (let j = 0; j < columns; j++) {
      for (let i = 0; i < count; i++) {
        features.values[j * count + i] = 4 * random.double() - 2 + (j % classCount === target[i] ? 1 : 0)
      }
    }
    return { features, target }
  }
  const featureNames = Array.from({ length: columns }, (_, j) => `x${j}`)
  return { ...part(rows), classCount, featureNames, validation: part(Math.ceil(rows / 4)) }
}

export function accuracy(classes: Int32Array, actual: Int32Array): number {
  return classes.filter((k, i) => k === actual[i]).length / actual.length
}

export function rowsOf({ rows, columns, values }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => values[j * rows + i]),
  )
}
