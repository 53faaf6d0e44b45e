/** A candidate of a job with the algorithm "auto": cross-validated, as far as the time budget allows. docs/auto.md. */
import { checkBudget } from '../algorithms/estimate.ts'
import { anyEstimatorFor } from '../algorithms/index.ts'
import { JobError } from '../errors/job-error.ts'
import type { CandidateOutcome } from '../job-store/checkpoint.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { DEFAULT_BUDGET_SECONDS } from '../search/auto-options.ts'
import type { AutoCandidate } from '../search/auto-space.ts'
import type { AutoData } from './auto-data.ts'
import { choiceAmong } from './auto-leaderboard.ts'
import type { AnyTrainer } from './choose-trainer.ts'
import { keptFoldBytes, scoreFolds, withFolds } from './cross-validate.ts'
import type { FitPart } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { isOfTrial } from './selected-fit.ts'

/** The share of the budget that is kept for evaluation and storage. */
const KEPT_SHARE = 0.15
/** How much longer than the mean of its fits on folds a fit on all training rows may take. */
export const FINAL_FIT = 1.5

/** A job with "auto" and its time. */
export type Race = {
  readonly job: TrainableJob
  readonly data: AutoData
  readonly context: JobContext
  /** Since the job's beginning, over all calls. */
  seconds(): number
  readonly budgetSeconds: number
}

/** The candidates, and what became of them so far; undefined for one that has not ended. */
export type Known = {
  readonly plan: readonly AutoCandidate[]
  readonly outcomes: readonly (CandidateOutcome | undefined)[]
}

/** An attempt at a candidate, in one call or in several. */
export type CandidateAttempt = {
  /** When its first call began, in seconds of the job. */
  readonly begun: number
  readonly isResumed: boolean
  /** Of the folds that are done; gets those that follow. */
  readonly scores: number[]
  partOf(fold: number): FitPart
}

export function budgetOf({ auto }: JobMessage, { maxTrainingSeconds }: JobContext): number {
  return Math.min(auto?.time_budget_seconds ?? DEFAULT_BUDGET_SECONDS, maxTrainingSeconds)
}

/** When the fits must have ended, in seconds of the job. */
export const usableSeconds = (budgetSeconds: number) => budgetSeconds * (1 - KEPT_SHARE)

/** The candidate's time is up. */
class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget'
}

/**
 * Scores a candidate on each fold, if there is time for it.
 *
 * @param index of the candidate in the plan.
 */
export async function scoreCandidate(
  index: number,
  known: Known,
  { begun, isResumed, scores, partOf }: CandidateAttempt,
  race: Race,
): Promise<CandidateOutcome | 'paused'> {
  const { data, seconds, budgetSeconds } = race
  const { algorithm, parameters } = known.plan[index]
  const spent = () => seconds() - begun
  try {
    const estimator = anyEstimatorFor(algorithm, data.task)
    if (race.job.message.sample_weight_column && !estimator.acceptsSampleWeights) {
      return { notTried: 'It takes no weights of the rows.' }
    }
    const folds = data.folds(estimator.acceptsMissing)
    const trainer = estimator.trainer(parameters)
    const time = { begun, deadline: deadlineOf(index, known, begun, folds.count, race) }
    const reason = isResumed ? undefined : whyNotNow(trainer, known, time, folds.count, race)
    if (reason !== undefined) return { notTried: reason }
    const inTime = (fold: number): FitPart => {
      const part = partOf(fold)
      return { ...part, progress: until(time.deadline, seconds, part.progress) }
    }
    const ended = await scoreFolds(race.job, trainer, folds, scores, inTime, race.context)
    return ended === 'paused' ? ended : { scores, seconds: spent() }
  } catch (error) {
    if (error instanceof OutOfBudget) {
      const reason = `The time budget of ${budgetSeconds} s ended it after ${spent().toFixed(1)} s.`
      return { error: reason, seconds: spent() }
    }
    if (!isOfTrial(error)) throw error
    return { error: error.message, seconds: spent() }
  }
}

/** When a candidate must have ended, in seconds of the job, so that the chosen one can still be fitted. */
function deadlineOf(
  index: number,
  { plan, outcomes }: Known,
  begun: number,
  foldCount: number,
  { budgetSeconds }: Race,
): number {
  const choice = choiceAmong(plan, outcomes)
  // The first one ends in any case, so that there is a model; where it has no score, the next.
  if (choice === undefined && !outcomes.slice(0, index).includes(undefined)) return Number.POSITIVE_INFINITY
  const usable = usableSeconds(budgetSeconds)
  const finalShare = FINAL_FIT / (foldCount - 1)
  const chosen = choice === undefined ? 0 : secondsOf(outcomes[choice.chosen])
  // It may be the chosen one itself.
  const ofItsOwn = begun + (usable - begun) / (1 + finalShare)
  return Math.min(usable - chosen * finalShare, ofItsOwn)
}

const secondsOf = (outcome: CandidateOutcome | undefined) =>
  outcome !== undefined && 'scores' in outcome ? outcome.seconds : 0

/** Why a candidate is not begun; undefined where it is. */
function whyNotNow(
  trainer: AnyTrainer,
  { plan, outcomes }: Known,
  { begun, deadline }: { readonly begun: number; readonly deadline: number },
  foldCount: number,
  { data, context, budgetSeconds }: Race,
): string | undefined {
  const { threads, memoryBytes, maxTrainingSeconds } = context
  const estimate = withFolds(
    trainer.estimate(data.shape, threads),
    data.shape,
    foldCount,
    1,
    keptFoldBytes(context),
  )
  try {
    checkBudget(data.shape, estimate, { memoryBytes, seconds: maxTrainingSeconds })
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    return error.message
  }
  // As long as the algorithm took with its defaults, or at least.
  const earlier = plan.findIndex(({ algorithm }) => algorithm === trainer.algorithm)
  const expected = Math.max(estimate.seconds, secondsOf(outcomes[earlier]))
  if (begun + expected <= deadline) return undefined
  return `The time budget of ${budgetSeconds} s had not enough left for it.`
}

/** Ends a fit that comes to a step after the deadline. */
function until(deadline: number, seconds: () => number, progress: FitPart['progress']): FitPart['progress'] {
  return {
    ...progress,
    step(at) {
      if (seconds() > deadline) throw new OutOfBudget()
      return progress.step(at)
    },
  }
}
