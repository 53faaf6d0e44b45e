/** The cross-validation of a job: a fit for each fold of its training rows, scored on the rows that it has not seen. */
import type { FitEstimate, Shape } from '../algorithms/estimate.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import type { Matrix } from '../data/matrix.ts'
import { type AnyPrepared, type PrepareOptions, prepareAndRelease } from '../data/prepare.ts'
import { type CrossValidationOptions, foldCount } from '../data/split/cross-validation.ts'
import type { RowSample } from '../data/split/sample-rows.ts'
import type { OwnedTable } from '../data/table.ts'
import type { Task } from '../data/task.ts'
import { type ScorerName, scoreClasses, scoreNumbers } from '../evaluation/scorers.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { predictAll, type WatchAll } from '../prediction/open-predictor.ts'
import type { PlannedTrial } from '../search/trial-plan.ts'
import type { AnyTrainer } from './choose-trainer.ts'
import { type FinishedFit, type FitPart, fitJob, withTimeToPredict } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { withoutKernelFaults } from './kernel-fault.ts'
import { trainingData } from './training-data.ts'

/** The folds of a job, and how what is fitted on them is scored. */
export type Folds = {
  readonly count: number
  readonly task: Task
  readonly metric: ScorerName
  /** The rows of a fold, prepared anew for it. */
  prepared(index: number): AnyPrepared
  /** The same with a part of the rows of each fold. */
  sampled(sample: RowSample): Folds
}

export type Folding = {
  readonly cv: CrossValidationOptions
  readonly metric: ScorerName
  /** Of prepared folds that may stay in memory, to be fitted on again. */
  readonly keptBytes: number
  /** Of the rows of each fold. */
  readonly sample?: RowSample
}

/**
 * Encodings and scaling are fitted in each fold, on the rows that train in it, as scikit-learn's `cross_val_score` of a
 * Pipeline does.
 *
 * @param table is copied column by column for each fold, and stays as it is.
 */
export function foldsOfTable(
  table: OwnedTable,
  preparing: PrepareOptions & { readonly task: Task },
  folding: Folding,
): Folds {
  const { cv, metric, keptBytes, sample } = folding
  const kept = new Map<number, AnyPrepared>()
  let free = keptBytes
  return {
    count: foldCount(cv),
    task: preparing.task,
    metric,
    prepared(index) {
      const earlier = kept.get(index)
      if (earlier !== undefined) return earlier
      const columns = { rows: table.rows, columns: [...table.columns] }
      const prepared = prepareAndRelease(columns, { ...preparing, fold: { of: cv, index, sample } })
      free -= bytesOf(prepared.train.features) + bytesOf(prepared.test.features)
      if (free > 0) kept.set(index, prepared)
      return prepared
    },
    sampled: (part) => foldsOfTable(table, preparing, { ...folding, keptBytes: keptBytes / 2, sample: part }),
  }
}

/** The folds of a trial; keeps those of one round. */
export function foldsOfRounds(folds: Folds): (trial: PlannedTrial) => Folds {
  let kept: { readonly iteration: number | undefined; readonly folds: Folds } | undefined
  return ({ sample, iteration }) => {
    if (sample === undefined) return folds
    if (kept?.iteration !== iteration) kept = { iteration, folds: folds.sampled(sample) }
    return kept?.folds ?? folds
  }
}

const bytesOf = ({ rows, columns }: Matrix): number => 8 * rows * columns

/**
 * Fits on each fold and scores it, from where an earlier call stopped.
 *
 * @param scores of the folds that are done; gets those that follow.
 * @param partOf what `fitJob` is told of the fit of a fold.
 * @returns 'paused' when the call's time was too short: the scores so far are saved with the checkpoint.
 */
export async function scoreFolds(
  job: TrainableJob,
  trainer: AnyTrainer,
  folds: Folds,
  scores: number[],
  partOf: (index: number) => FitPart,
  context: JobContext,
): Promise<'done' | 'paused'> {
  while (scores.length < folds.count) {
    const index = scores.length
    const prepared = folds.prepared(index)
    const part = partOf(index)
    const fit = await fitJob(job, { trainer, data: trainingData(prepared) }, part, context)
    if (fit === 'paused') return fit
    const scored = await withTimeToPredict(job, fit, part, context, (watch) =>
      score(trainer.algorithm, fit, prepared, folds.metric, context.threads, watch),
    )
    if (scored === 'paused') return scored
    scores.push(scored)
  }
  return 'done'
}

function score(
  algorithm: AlgorithmName,
  { model }: FinishedFit,
  { test, train, task }: AnyPrepared,
  metric: ScorerName,
  threads: number,
  watch: WatchAll,
): Promise<number> {
  const { rows, columns } = train.features
  return withoutKernelFaults({ algorithm, rows, columns }, async () => {
    const [predicted] = await predictAll<Task>(model, [test.features], threads, watch)
    if ('classes' in predicted) {
      return scoreClasses(metric, { ...predicted, actual: Int32Array.from(test.target) })
    }
    if (task === 'regression') {
      return scoreNumbers(metric, { ...predicted, actual: Float64Array.from(test.target) })
    }
    throw new TypeError(`The model is of a ${model.task}, and the data are of a ${task}.`)
  })
}

/** The progress of one fit of several. */
export function progressOf(progress: FitPart['progress'], index: number, count: number): FitPart['progress'] {
  return {
    ...progress,
    step: (at) => progress.step({ ...at, fraction: (index + at.fraction) / count }),
  }
}

/** How much of the memory prepared folds may take that are kept to be fitted on again. */
export const keptFoldBytes = ({ memoryBytes }: Pick<JobContext, 'memoryBytes'>) => memoryBytes / 8

/**
 * What a fit needs with the fits on folds before it: the table, the matrices of all training rows, and the folds that may stay in
 * memory are kept meanwhile.
 *
 * @param keptBytes of such folds at most.
 */
export function withFolds(
  estimate: FitEstimate,
  { rows, columns }: Shape,
  folds: number,
  trials: number,
  keptBytes = 0,
): FitEstimate {
  const matrix = 8 * rows * columns
  const kept = 2 * matrix + Math.min(keptBytes, folds * matrix)
  return {
    ...estimate,
    bytes: estimate.bytes + kept,
    likelyBytes: (estimate.likelyBytes ?? estimate.bytes) + kept,
    seconds: estimate.seconds * (1 + trials * (folds - 1)),
  }
}
