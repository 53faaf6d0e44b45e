/** What a job with the algorithm "auto" knows of its candidates, and which of them it chooses. */
import { algorithmNames } from '../algorithms/names.ts'
import { meanAndDeviation, type ScorerName } from '../evaluation/scorers.ts'
import type { AutoState, CandidateOutcome } from '../job-store/checkpoint.ts'
import type { LiveTrials } from '../jobs/records.ts'
import type { CrossValidation, Leaderboard } from '../jobs/result.ts'
import { type AutoCandidate, whyUnsuitable } from '../search/auto-space.ts'
import { chooseByOneStandardError, standardErrorOf } from '../search/one-standard-error.ts'
import type { AutoData } from './auto-data.ts'

type Outcomes = readonly CandidateOutcome[]

const hasScores = (
  outcome: CandidateOutcome | undefined,
): outcome is Extract<CandidateOutcome, { scores: unknown }> => outcome !== undefined && 'scores' in outcome

/** Per candidate its mean score; undefined without one. */
export function meansOf(outcomes: readonly (CandidateOutcome | undefined)[]): (number | undefined)[] {
  return outcomes.map((outcome) =>
    hasScores(outcome) ? meanAndDeviation(outcome.scores).mean_score : undefined,
  )
}

/** The choice among those that are done with; undefined where none has a score. */
export function choiceAmong(
  plan: readonly AutoCandidate[],
  outcomes: readonly (CandidateOutcome | undefined)[],
) {
  const means = meansOf(outcomes)
  return chooseByOneStandardError(
    outcomes.map((outcome, k) => {
      if (!hasScores(outcome)) return undefined
      const isDefault = Object.keys(plan[k].parameters).length === 0
      return { isDefault, scores: outcome.scores, mean: means[k] ?? Number.NaN }
    }),
  )
}

type Judged = {
  readonly plan: readonly AutoCandidate[]
  readonly state: AutoState
  readonly metric: ScorerName
  readonly data: Pick<AutoData, 'task' | 'shape'>
  readonly time: Pick<Leaderboard, 'time_budget_seconds' | 'seconds'>
}

/** @returns undefined where no candidate has a score. */
export function leaderboardOf({ plan, state, metric, data, time }: Judged): Leaderboard | undefined {
  const { candidates: outcomes, baseline } = state
  const choice = choiceAmong(plan, outcomes)
  if (choice === undefined) return undefined
  const entries = plan.map((candidate, k) => ({ ...candidate, outcome: outcomes[k] }))
  const scored = entries.flatMap(({ algorithm, parameters, outcome }) =>
    'scores' in outcome
      ? [{ algorithm, parameters: { ...parameters }, ...scoresOf(outcome.scores), seconds: outcome.seconds }]
      : [],
  )
  const failed = entries.flatMap(({ algorithm, parameters, outcome }) =>
    'error' in outcome ? [{ algorithm, parameters: { ...parameters }, ...outcome }] : [],
  )
  const untried = entries.flatMap(({ algorithm, parameters, outcome }) =>
    'notTried' in outcome ? [{ algorithm, parameters: { ...parameters }, reason: outcome.notTried }] : [],
  )
  const unsuitable = algorithmNames.flatMap((algorithm) => {
    const reason = whyUnsuitable(algorithm, data.task, data.shape)
    return reason === undefined ? [] : [{ algorithm, reason }]
  })
  const { algorithm, parameters } = plan[choice.chosen]
  return {
    metric,
    chosen: { algorithm, parameters: { ...parameters } },
    best_score: meansOf(outcomes)[choice.best] ?? null,
    standard_error: choice.standardError,
    baseline: scoresOf(baseline),
    candidates: [...scored.toSorted((a, b) => order(b.mean_score) - order(a.mean_score)), ...failed],
    not_tried: [...untried, ...unsuitable],
    ...time,
  }
}

/** What was tried so far, in its order, for people who wait. */
export function triedOf(plan: readonly AutoCandidate[], outcomes: Outcomes, metric: ScorerName): LiveTrials {
  const trials = outcomes.flatMap((outcome, k) => {
    if ('notTried' in outcome) return []
    const { algorithm, parameters } = plan[k]
    const { seconds } = outcome
    const came = 'error' in outcome ? { error: outcome.error } : meanAndDeviation(outcome.scores)
    return [{ algorithm, parameters: { ...parameters }, seconds, ...came }]
  })
  return { metric, planned: plan.length, trials }
}

const scoresOf = (scores: readonly number[]) => ({ scores: [...scores], ...meanAndDeviation(scores) })

const order = (mean: number) => (Number.isNaN(mean) ? Number.NEGATIVE_INFINITY : mean)

/** What the sender is told where the chosen algorithm is not clearly better than the baseline. */
export function baselineWarnings(
  { baseline, metric }: Pick<Leaderboard, 'baseline' | 'metric'>,
  { scores, mean_score }: CrossValidation,
): string[] {
  const gain = (mean_score ?? 0) - (baseline.mean_score ?? 0)
  if (gain > standardErrorOf(scores.map((score) => score ?? Number.NaN))) return []
  const shown = (score: number | null) => (score ?? 0).toFixed(3)
  return [
    `The best algorithm has the ${metric} ${shown(mean_score)}, and predicting the same for every row has ${shown(baseline.mean_score)}: the features may say nothing of the target.`,
  ]
}
