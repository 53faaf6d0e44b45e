/** The cross-validation of a job: a fit for each fold of its training rows, scored on the rows that it has not seen. */
import type { FitEstimate, Shape } from '../algorithms/estimate.ts'
import { type AnyPrepared, type PrepareOptions, prepareAndRelease } from '../data/prepare.ts'
import { foldCount } from '../data/split/cross-validation.ts'
import type { OwnedTable } from '../data/table.ts'
import type { Task } from '../data/task.ts'
import { r2Score } from '../evaluation/regression-metrics.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { CrossValidation } from '../jobs/result.ts'
import type { AnyTrainer } from './choose-trainer.ts'
import { type FinishedFit, type FitPart, fitJob } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { withoutKernelFaults } from './kernel-fault.ts'
import { trainingData } from './training-data.ts'

type Data = {
  readonly trainer: AnyTrainer
  readonly preparing: PrepareOptions & { readonly task: Task }
  /** The table, where the job asks for a cross-validation. */
  readonly kept: OwnedTable | undefined
}

type CrossValidated = {
  readonly foldScores?: readonly number[]
  readonly crossValidation?: CrossValidation
  /** The progress of the fit after the folds. */
  readonly after: FitPart['progress']
}

/**
 * Does what is left of the cross-validation that the message asks for: nothing where it asks for none. Encodings and
 * scaling are fitted in each fold, on the rows that train in it, as scikit-learn's `cross_val_score` of a Pipeline does.
 *
 * @returns 'paused' when the call's time was too short. Then the scores so far are saved with the checkpoint.
 */
export async function crossValidate(
  job: TrainableJob,
  { trainer, preparing, kept }: Data,
  part: FitPart,
  context: JobContext,
): Promise<CrossValidated | 'paused'> {
  const { cv } = job.message
  if (!cv || kept === undefined) return { after: part.progress }
  const folds = foldCount(cv)
  const scores = [...(part.resumed?.foldScores ?? [])]
  while (scores.length < folds) {
    const index = scores.length
    const table = { rows: kept.rows, columns: [...kept.columns] }
    const prepared = prepareAndRelease(table, { ...preparing, fold: { of: cv, index } })
    const fit = await fitJob(
      job,
      { trainer, data: trainingData(prepared) },
      { ...part, foldScores: scores, progress: ofPart(part.progress, index, folds + 1) },
      context,
    )
    if (fit === 'paused') return fit
    scores.push(await score(job, fit, prepared))
  }
  const crossValidation = { metric: METRICS[preparing.task], scores, ...meanAndDeviation(scores) }
  return { foldScores: scores, crossValidation, after: ofPart(part.progress, folds, folds + 1) }
}

const METRICS = { classification: 'accuracy', regression: 'r2' } as const

/** The progress of one fit of several. */
function ofPart(progress: FitPart['progress'], index: number, count: number): FitPart['progress'] {
  return { step: (at) => progress.step({ ...at, fraction: (index + at.fraction) / count }) }
}

/** How well a fit predicts the rows of its fold: scikit-learn's accuracy_score, or r2_score. */
function score(
  job: TrainableJob,
  { model }: FinishedFit,
  { test, train, task }: AnyPrepared,
): Promise<number> {
  const { rows, columns } = train.features
  return withoutKernelFaults({ algorithm: job.message.algorithm, rows, columns }, () => {
    const predicted = model.predict(test.features)
    if ('classes' in predicted) return shareOfEqual(predicted.classes, test.target)
    if (task === 'regression') return r2Score({ ...predicted, actual: Float64Array.from(test.target) })
    throw new TypeError(`The model is of a ${model.task}, and the data are of a ${task}.`)
  })
}

function shareOfEqual(predicted: Int32Array, actual: ArrayLike<number>): number {
  return predicted.reduce((count, k, i) => count + (k === actual[i] ? 1 : 0), 0) / predicted.length
}

function meanAndDeviation(scores: readonly number[]): { mean_score: number; std_score: number } {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  return { mean_score: mean, std_score: Math.sqrt(squares / scores.length) }
}

/** What a fit needs with its cross-validation: the table and the matrices of all training rows are kept meanwhile. */
export function withFolds(estimate: FitEstimate, { rows, columns }: Shape, folds: number): FitEstimate {
  const share = (folds - 1) / folds
  return {
    ...estimate,
    bytes: estimate.bytes + 2 * 8 * rows * columns,
    seconds: estimate.seconds * (1 + folds * share),
  }
}
