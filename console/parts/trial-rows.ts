import type { Job } from '../../shared/api/schemas.ts'

/** A combination of hyperparameters, or a candidate of the algorithm "auto". */
export type TrialRow = {
  /** From 1, in the order in which they were tried; of "auto" that has ended in the order of their scores. */
  readonly number: number
  readonly algorithm?: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly mean: number | null
  readonly deviation: number | null
  readonly seconds?: number
  readonly resources?: number
  readonly error?: string
  /** Of one that runs. */
  readonly percent?: number
  readonly isChosen: boolean
}

export function rowsOf({ leaderboard, search, trials }: Job): TrialRow[] {
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
  if (trials) {
    return trials.trials.map(({ mean_score, std_score, n_resources, ...trial }, k) => ({
      number: k + 1,
      ...trial,
      ...(n_resources !== undefined && { resources: n_resources }),
      mean: mean_score ?? null,
      deviation: std_score ?? null,
      isChosen: false,
    }))
  }
  const best = JSON.stringify(search?.best_parameters)
  return (search?.trials ?? []).map((trial, k) => ({
    number: k + 1,
    parameters: trial.parameters,
    ...(trial.n_resources !== undefined && { resources: trial.n_resources }),
    ...(trial.seconds !== undefined && { seconds: trial.seconds }),
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

/** A score, and when it was known: after so many seconds of training, or as the trial of that number. */
export type ScoredAt = { readonly x: number; readonly y: number; readonly isChosen: boolean }

/** By seconds where all rows have them, and are in the order in which they were tried; else by number. */
export function scoresByTime(rows: readonly TrialRow[]): { points: ScoredAt[]; isByTime: boolean } {
  const isByTime = rows.every(({ seconds, percent }) => seconds !== undefined || percent !== undefined)
  let elapsed = 0
  const points = rows.flatMap(({ mean, seconds = 0, number, isChosen }) => {
    elapsed += seconds
    return mean === null ? [] : [{ x: isByTime ? elapsed : number, y: mean, isChosen }]
  })
  return { points, isByTime }
}

/** Hyperparameters that are drawn at most. */
const MAX_PARAMETERS = 4

/** The scores over each hyperparameter that has several numbers; none of "auto", whose algorithms have others each. */
export function scoresByParameter(
  rows: readonly TrialRow[],
): { readonly name: string; readonly points: ScoredAt[] }[] {
  if (rows.some(({ algorithm }) => algorithm !== undefined)) return []
  const names = new Set(rows.flatMap(({ parameters }) => Object.keys(parameters)))
  return Array.from(names, (name) => ({
    name,
    points: rows.flatMap(({ parameters, mean, isChosen }) => {
      const x = parameters[name]
      return typeof x === 'number' && mean !== null ? [{ x, y: mean, isChosen }] : []
    }),
  }))
    .filter(({ points }) => new Set(points.map(({ x }) => x)).size > 1)
    .slice(0, MAX_PARAMETERS)
}
