import type { Job } from '../../shared/api/schemas.ts'

/** A combination of hyperparameters, or a candidate of the algorithm "auto". */
export type TrialRow = {
  /** From 1, in the order in which they were tried; of "auto" in the order of their scores. */
  readonly number: number
  readonly algorithm?: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly mean: number | null
  readonly deviation: number | null
  readonly seconds?: number
  readonly resources?: number
  readonly error?: string
  readonly isChosen: boolean
}

export function rowsOf({ leaderboard, search }: Job): TrialRow[] {
  if (leaderboard) {
    const { chosen, candidates } = leaderboard
    const chosenOne = JSON.stringify([chosen.algorithm, chosen.parameters])
    return candidates.map((candidate, k) => ({
      number: k + 1,
      algorithm: candidate.algorithm,
      parameters: candidate.parameters,
      seconds: candidate.seconds,
      ...outcomeOf(candidate),
      isChosen: JSON.stringify([candidate.algorithm, candidate.parameters]) === chosenOne,
    }))
  }
  const best = JSON.stringify(search?.best_parameters)
  return (search?.trials ?? []).map((trial, k) => ({
    number: k + 1,
    parameters: trial.parameters,
    ...(trial.n_resources !== undefined && { resources: trial.n_resources }),
    ...outcomeOf(trial),
    isChosen:
      JSON.stringify(trial.parameters) === best &&
      !('error' in trial) &&
      trial.mean_score === search?.best_score,
  }))
}

function outcomeOf(trial: { error: string } | { mean_score: number | null; std_score: number | null }) {
  return 'error' in trial
    ? { mean: null, deviation: null, error: trial.error }
    : { mean: trial.mean_score, deviation: trial.std_score }
}
