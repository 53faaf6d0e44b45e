/**
 * What comes before the fit of a job's model where its algorithm is "auto": candidates are cross-validated while the time
 * lasts, and one is chosen. docs/auto.md.
 */
import { anyEstimatorFor } from '../algorithms/index.ts'
import { JobError } from '../errors/job-error.ts'
import { baselineScore } from '../evaluation/baseline.ts'
import { meanAndDeviation } from '../evaluation/scorers.ts'
import type { AutoState, CandidateOutcome } from '../job-store/checkpoint.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { Leaderboard } from '../jobs/result.ts'
import { type AutoCandidate, planOf } from '../search/auto-space.ts'
import type { AutoData } from './auto-data.ts'
import { baselineWarnings, choiceAmong, leaderboardOf, meansOf, triedOf } from './auto-leaderboard.ts'
import { type Folds, progressOf } from './cross-validate.ts'
import { candidatesOf, type EndedTrials, plannedCandidates, secondsSinceBegun } from './fan-out.ts'
import type { FitPart } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { budgetOf, type Race, scoreCandidate, usableSeconds } from './score-candidate.ts'
import { type Call, MAX_RIVALS, type Rival, type Selected } from './selected-fit.ts'

/**
 * Does what is left of it in this call.
 *
 * @param ended the candidates, where they ran in calls of their own.
 * @returns 'paused' when the call's time was too short.
 */
export async function chooseAlgorithm(
  job: TrainableJob,
  data: AutoData,
  call: Call,
  context: JobContext,
  ended?: EndedTrials,
): Promise<Selected | 'paused'> {
  const race = raceOf(job, data, call, context, ended)
  const { state } = race
  // A fit of the model that was begun ends the race, whatever the clock says now.
  const isOver = call.resumed?.auto !== undefined && call.resumed.stage === undefined
  const planned = () =>
    ended ? plannedCandidates(ended.plan) : planOf(data.task, data.shape, meansOf(state.candidates))
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

type OwnRace = Race & { readonly call: Call; readonly state: AutoState }

function raceOf(
  job: TrainableJob,
  data: AutoData,
  call: Call,
  context: JobContext,
  ended: EndedTrials | undefined,
): OwnRace {
  const { resumed, started } = call
  const fresh = () => ({ baseline: baselineOf(data.folds(false)), begun: 0 })
  return {
    job,
    data,
    call,
    context,
    state: ended
      ? { ...fresh(), candidates: candidatesOf(ended) }
      : (resumed?.auto ?? { ...fresh(), candidates: [] }),
    seconds: ended
      ? () => secondsSinceBegun(ended.plan)
      : () => (resumed?.elapsed ?? 0) + (performance.now() - started) / 1000,
    budgetSeconds: budgetOf(job.message, context),
  }
}

function baselineOf(folds: Folds): number[] {
  return Array.from({ length: folds.count }, (_, index) => baselineScore(folds.metric, folds.prepared(index)))
}

/** Scores the next candidate of the plan, if there is time for it. */
function outcomeOf(plan: readonly AutoCandidate[], race: OwnRace): Promise<CandidateOutcome | 'paused'> {
  const { data, state, call } = race
  const index = state.candidates.length
  const stage = `candidate ${index} `
  const isResumed = call.resumed?.stage?.startsWith(stage) === true
  if (!isResumed) state.begun = race.seconds()
  const scores = isResumed ? [...(call.resumed?.foldScores ?? [])] : []
  const { count } = data.folds(false)
  const partOf = (fold: number): FitPart => ({
    ...call,
    reached: { stage: `${stage}fold ${fold}`, foldScores: scores, auto: state },
    progress: progressOf(call.progress, index * count + fold, plan.length * count + 1),
  })
  const known = { plan, outcomes: state.candidates }
  return scoreCandidate(index, known, { begun: state.begun, isResumed, scores, partOf }, race)
}

function selected(plan: readonly AutoCandidate[], race: OwnRace): Selected {
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
    rivals: rivalsOf(leaderboard, data),
    hasTimeFor: (seconds) => race.seconds() + seconds < usableSeconds(budgetSeconds),
    warnings: baselineWarnings(leaderboard, crossValidation),
  }
}

/** The best candidate of each of the next best algorithms. */
function rivalsOf({ candidates, chosen }: Leaderboard, data: AutoData): Rival[] {
  const scored = candidates.flatMap((candidate) =>
    'error' in candidate || candidate.mean_score === null || candidate.algorithm === chosen.algorithm
      ? []
      : [candidate],
  )
  const best = new Map(scored.toReversed().map((candidate) => [candidate.algorithm, candidate]))
  return scored
    .filter((candidate) => best.get(candidate.algorithm) === candidate)
    .slice(0, MAX_RIVALS)
    .map(({ algorithm, parameters, mean_score, seconds, scores }) => {
      const estimator = anyEstimatorFor(algorithm, data.task)
      return {
        trainer: estimator.trainer(parameters),
        parameters,
        meanScore: mean_score,
        seconds,
        folds: scores.length,
        prepared: () => data.prepared(estimator.acceptsMissing),
      }
    })
}
