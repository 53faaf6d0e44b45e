/**
 * What comes before the fit of a job's model where its algorithm is "auto": candidates are cross-validated while the time
 * lasts, and one is chosen. docs/auto.md.
 */
import { checkBudget } from '../algorithms/estimate.ts'
import { anyEstimatorFor } from '../algorithms/index.ts'
import { JobError } from '../errors/job-error.ts'
import { baselineScore } from '../evaluation/baseline.ts'
import { meanAndDeviation } from '../evaluation/scorers.ts'
import type { AutoState, CandidateOutcome } from '../job-store/checkpoint.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { DEFAULT_BUDGET_SECONDS } from '../search/auto-options.ts'
import { type AutoCandidate, planOf } from '../search/auto-space.ts'
import type { AutoData } from './auto-data.ts'
import { baselineWarnings, choiceAmong, leaderboardOf, meansOf, triedOf } from './auto-leaderboard.ts'
import type { AnyTrainer } from './choose-trainer.ts'
import { type Folds, keptFoldBytes, progressOf, scoreFolds, withFolds } from './cross-validate.ts'
import type { FitPart } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { type Call, isOfTrial, type Selected } from './selected-fit.ts'

/** The share of the budget that is kept for evaluation and storage. */
const KEPT_SHARE = 0.15
/** How much longer than the mean of its fits on folds a fit on all training rows may take. */
const FINAL_FIT = 1.5

/**
 * Does what is left of it in this call.
 *
 * @returns 'paused' when the call's time was too short.
 */
export async function chooseAlgorithm(
  job: TrainableJob,
  data: AutoData,
  call: Call,
  context: JobContext,
): Promise<Selected | 'paused'> {
  const race = raceOf(job, data, call, context)
  const { state } = race
  // A fit of the model that was begun ends the race, whatever the clock says now.
  const isOver = call.resumed?.auto !== undefined && call.resumed.stage === undefined
  const planned = () => planOf(data.task, data.shape, meansOf(state.candidates))
  const { metric } = data.folds(false)
  let plan = planned()
  for (; !isOver && state.candidates.length < plan.length; plan = planned()) {
    const outcome = await outcomeOf(plan, race)
    if (outcome === 'paused') return 'paused'
    state.candidates.push(outcome)
    const known = plan
    call.progress.tried(() => triedOf(known, state.candidates, metric))
  }
  return selected(plan, race)
}

type Race = {
  readonly job: TrainableJob
  readonly data: AutoData
  readonly call: Call
  readonly context: JobContext
  readonly state: AutoState
  /** Since the job's beginning, over all calls. */
  seconds(): number
  readonly budgetSeconds: number
}

function raceOf(job: TrainableJob, data: AutoData, call: Call, context: JobContext): Race {
  const { resumed, started } = call
  const asked = job.message.auto?.time_budget_seconds ?? DEFAULT_BUDGET_SECONDS
  return {
    job,
    data,
    call,
    context,
    state: resumed?.auto ?? { baseline: baselineOf(data.folds(false)), candidates: [], begun: 0 },
    seconds: () => (resumed?.elapsed ?? 0) + (performance.now() - started) / 1000,
    budgetSeconds: Math.min(asked, context.maxTrainingSeconds),
  }
}

function baselineOf(folds: Folds): number[] {
  return Array.from({ length: folds.count }, (_, index) => baselineScore(folds.metric, folds.prepared(index)))
}

/** The candidate's time is up. */
class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget'
}

/** Scores the next candidate of the plan, if there is time for it. */
async function outcomeOf(plan: readonly AutoCandidate[], race: Race): Promise<CandidateOutcome | 'paused'> {
  const { data, state, call, seconds } = race
  const index = state.candidates.length
  const { algorithm, parameters } = plan[index]
  const stage = `candidate ${index} `
  const isResumed = call.resumed?.stage?.startsWith(stage) === true
  if (!isResumed) state.begun = seconds()
  const scores = isResumed ? [...(call.resumed?.foldScores ?? [])] : []
  const spent = () => seconds() - state.begun
  try {
    const estimator = anyEstimatorFor(algorithm, data.task)
    if (race.job.message.sample_weight_column && !estimator.acceptsSampleWeights) {
      return { notTried: 'It takes no weights of the rows.' }
    }
    const folds = data.folds(estimator.acceptsMissing)
    const trainer = estimator.trainer(parameters)
    const deadline = deadlineOf(plan, folds.count, race)
    const reason = isResumed ? undefined : whyNotNow(trainer, plan, deadline, folds.count, race)
    if (reason !== undefined) return { notTried: reason }
    const parts = plan.length * folds.count + 1
    const partOf = (fold: number): FitPart => ({
      ...call,
      reached: { stage: `${stage}fold ${fold}`, foldScores: scores, auto: state },
      progress: until(deadline, seconds, progressOf(call.progress, index * folds.count + fold, parts)),
    })
    const ended = await scoreFolds(race.job, trainer, folds, scores, partOf, race.context)
    return ended === 'paused' ? ended : { scores, seconds: spent() }
  } catch (error) {
    if (error instanceof OutOfBudget) {
      const reason = `The time budget of ${race.budgetSeconds} s ended it after ${spent().toFixed(1)} s.`
      return { error: reason, seconds: spent() }
    }
    if (!isOfTrial(error)) throw error
    return { error: error.message, seconds: spent() }
  }
}

/** When the next candidate must have ended, in seconds of the job, so that the chosen one can still be fitted. */
function deadlineOf(
  plan: readonly AutoCandidate[],
  foldCount: number,
  { state, budgetSeconds }: Race,
): number {
  const choice = choiceAmong(plan, state.candidates)
  // The first one ends in any case, so that there is a model.
  if (choice === undefined) return Number.POSITIVE_INFINITY
  const usable = budgetSeconds * (1 - KEPT_SHARE)
  const finalShare = FINAL_FIT / (foldCount - 1)
  const chosen = secondsOf(state.candidates[choice.chosen])
  // It may be the chosen one itself.
  const ofItsOwn = state.begun + (usable - state.begun) / (1 + finalShare)
  return Math.min(usable - chosen * finalShare, ofItsOwn)
}

const secondsOf = (outcome: CandidateOutcome) => ('scores' in outcome ? outcome.seconds : 0)

/** Why the next candidate is not begun; undefined where it is. */
function whyNotNow(
  trainer: AnyTrainer,
  plan: readonly AutoCandidate[],
  deadline: number,
  foldCount: number,
  { state, data, context, budgetSeconds }: Race,
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
  const expected = Math.max(estimate.seconds, secondsOf(state.candidates[earlier] ?? { notTried: '' }))
  if (state.begun + expected <= deadline) return undefined
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

function selected(plan: readonly AutoCandidate[], race: Race): Selected {
  const { data, call, state, budgetSeconds } = race
  const choice = choiceAmong(plan, state.candidates)
  const time = { time_budget_seconds: budgetSeconds, seconds: race.seconds() }
  const { metric, count } = data.folds(false)
  const leaderboard = leaderboardOf({ plan, state, metric, data, time })
  const outcome = choice && state.candidates[choice.chosen]
  if (leaderboard === undefined || outcome === undefined || !('scores' in outcome)) {
    const first = state.candidates.find((candidate) => 'error' in candidate)
    throw new JobError(
      'bad_features',
      `No algorithm could be fitted: ${first?.error ?? 'no fit has a score.'}`,
    )
  }
  const { algorithm, parameters } = leaderboard.chosen
  const estimator = anyEstimatorFor(algorithm, data.task)
  const crossValidation = { metric, scores: outcome.scores, ...meanAndDeviation(outcome.scores) }
  const parts = plan.length * count + 1
  return {
    trainer: estimator.trainer(parameters),
    prepared: data.prepared(estimator.acceptsMissing),
    part: { ...call, reached: { auto: state }, progress: progressOf(call.progress, parts - 1, parts) },
    crossValidation,
    leaderboard,
    warnings: baselineWarnings(leaderboard, crossValidation),
  }
}
