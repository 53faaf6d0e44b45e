/** The trials of a search, some of which may follow from those before. */
import type { AlgorithmName } from '../algorithms/names.ts'
import type { RowSample } from '../data/split/sample-rows.ts'
import type { Candidate } from './candidates.ts'

export type PlannedTrial = {
  /** Of a candidate of "auto"; without one, that of the message. */
  readonly algorithm?: AlgorithmName
  readonly parameters: Candidate
  /** Of the rows of each fold; without one, all of them. */
  readonly sample?: RowSample
  /** Of successive halving: the round, from 0, and what each of its trials has of the resource. */
  readonly iteration?: number
  readonly n_resources?: number
}

/** The training rows, the folds of a cross-validation, and the classes (1 for a regression). */
export type Size = { readonly rows: number; readonly folds: number; readonly classCount: number }

export type TrialPlan = {
  /** Trials, if none is left out. */
  readonly total: number
  /**
   * @param means of the trials that have ended; undefined for one without a score.
   * @returns these, and at least one that comes next; no more where the search has come to its end.
   */
  trials(means: readonly (number | undefined)[]): readonly PlannedTrial[]
}
