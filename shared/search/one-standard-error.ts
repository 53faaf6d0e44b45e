/** The choice among candidates that were scored on the same folds. */

export type ScoredCandidate = {
  /** Whether it is an algorithm as it comes: the simpler choice. */
  readonly isDefault: boolean
  /** One for each fold. */
  readonly scores: readonly number[]
  readonly mean: number
}

export type Choice = {
  /** Index of the chosen candidate. */
  readonly chosen: number
  /** Index of the candidate with the best mean score. */
  readonly best: number
  /** Of the best candidate's mean score. */
  readonly standardError: number
}

/**
 * The one-standard-error rule of Breiman, Friedman, Olshen and Stone (Classification and Regression Trees, 1984, section
 * 3.4.3): among the candidates whose mean score is within one standard error of the best, the simplest. An algorithm with
 * its defaults is simpler than one whose hyperparameters were chosen by these same scores. Among equally simple ones the
 * best mean wins, and of equal means the first. So the chosen one is never worse than the best of the defaults.
 *
 * @returns undefined where no candidate has a mean score.
 */
export function chooseByOneStandardError(
  candidates: readonly (ScoredCandidate | undefined)[],
): Choice | undefined {
  const best = bestOf(candidates, () => true)
  const winner = best === undefined ? undefined : candidates[best]
  if (best === undefined || winner === undefined) return undefined
  const standardError = standardErrorOf(winner.scores)
  const simple = bestOf(candidates, ({ isDefault, mean }) => isDefault && mean >= winner.mean - standardError)
  return { chosen: simple ?? best, best, standardError }
}

function bestOf(
  candidates: readonly (ScoredCandidate | undefined)[],
  isOne: (candidate: ScoredCandidate) => boolean,
): number | undefined {
  let best: number | undefined
  let mean = Number.NEGATIVE_INFINITY
  for (const [k, candidate] of candidates.entries()) {
    if (candidate === undefined || !(candidate.mean > mean) || !isOne(candidate)) continue
    best = k
    mean = candidate.mean
  }
  return best
}

/** Of the mean: the deviation of the sample, divided by the root of its size. */
export function standardErrorOf(scores: readonly number[]): number {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  return Math.sqrt(squares / (scores.length - 1) / scores.length)
}
