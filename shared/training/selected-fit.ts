/** The fit of a job's model, once it is selected. */
import type { AnyPrepared } from '../data/prepare.ts'
import { JobError } from '../errors/job-error.ts'
import type { CrossValidation, Leaderboard, SearchResult } from '../jobs/result.ts'
import type { AnyTrainer } from './choose-trainer.ts'
import type { FitPart } from './fit-job.ts'

/** So many are compared with the model. */
export const MAX_RIVALS = 2

/** Another trial of the search, or candidate of "auto", that did well. */
export type Rival = {
  readonly trainer: AnyTrainer
  /** In what it differs from the message's, or from the defaults of its algorithm. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly meanScore: number | null
  /** That its cross-validation took, on so many folds. */
  readonly seconds: number
  readonly folds: number
  /** The data as its algorithm takes them, where those are not the message's. */
  readonly prepared?: () => AnyPrepared
}

export type Selected = {
  /** Of the job's model. */
  readonly trainer: AnyTrainer
  readonly part: FitPart
  readonly crossValidation?: CrossValidation
  readonly search?: SearchResult
  readonly leaderboard?: Leaderboard
  /** The data as the chosen algorithm takes them, where that is not the message's. */
  readonly prepared?: AnyPrepared
  /** The best first. */
  readonly rivals?: readonly Rival[]
  /** Whether the job has so many seconds left beside what it needs. */
  readonly hasTimeFor?: (seconds: number) => boolean
  readonly warnings: readonly string[]
}

/** What every fit of the job gets alike. */
export type Call = Omit<FitPart, 'reached'>

/** Errors that concern the whole job, whatever the hyperparameters of a trial. */
const OF_JOB: readonly JobError['code'][] = ['cancelled', 'time_limit_exceeded', 'no_progress', 'internal']

/** Whether the error concerns this trial alone, so that the job can continue. */
export function isOfTrial(error: unknown): error is JobError {
  return error instanceof JobError && !OF_JOB.includes(error.code)
}
