/** A table prepared and fitted for a task, as a job does it. */
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import type { Encoding } from '../../shared/data/fit-features.ts'
import { prepare, prepareRegression } from '../../shared/data/prepare.ts'
import type { Table } from '../../shared/data/table.ts'
import type { Task } from '../../shared/data/task.ts'
import { trainingData } from '../../shared/training/training-data.ts'
import { uninterrupted } from './fit.ts'

export type Wanted = {
  readonly algorithm: AlgorithmName
  readonly hyperparameters: Record<string, unknown>
  readonly task: Task
}

/**
 * @param options.target the last column by default.
 * @param options.weighted whether rows have weights: 0, 0.5, 1, 1.5 and so on in turn.
 */
export async function fitTable(
  table: Table,
  { algorithm, hyperparameters, task }: Wanted,
  options: {
    readonly target?: string
    readonly encoding?: Encoding
    readonly threads?: number
    readonly weighted?: boolean
  } = {},
) {
  const { target = null, encoding = 'label', threads = 1, weighted = false } = options
  const entry = anyEstimatorFor(algorithm, task)
  const choices = { target, keepMissing: entry.acceptsMissing, encoding }
  const prepared = task === 'regression' ? prepareRegression(table, choices) : prepare(table, choices)
  const data = trainingData(prepared)
  const sampleWeights = Float64Array.from({ length: data.features.rows }, (_, i) => (i % 4) / 2)
  const fit = await entry
    .trainer(hyperparameters)
    .fit(weighted ? { ...data, sampleWeights } : data, uninterrupted(threads))
  if (fit.status !== 'done') throw new Error('The fit was paused.')
  const model: AnyRestored = fit.model
  return { prepared, model, history: fit.history }
}
