import type { Nodes } from './growing-model.ts'
import type { BoostingParams } from './hyperparameters.ts'
import { meanLoss } from './loss.ts'
import type { Loss } from './model.ts'
import type { BoostedRows } from './taken-rows.ts'
import type { TreeWalk } from './walk.ts'

/** Rows by which a fit is told when to stop. */
export type ScoredRows = {
  readonly features: BoostedRows
  readonly target: Float64Array
  readonly weights?: Float64Array
}

/** The loss on rows as the trees come, and whether it has stopped to fall. */
export type EarlyStopping = {
  /** Adds a tree of an output. */
  add(nodes: Nodes, output: number): void
  /** Takes the loss; true when it is time to stop. */
  isOver(): boolean
  /** The losses so far, that of the baseline first. */
  losses(): Float64Array
}

/**
 * @param addTree adds the values of a tree's leaves to the rows' sums
 * @param losses those of an earlier part of the fit
 */
export function openEarlyStopping(
  rows: ScoredRows,
  addTree: TreeWalk,
  loss: Loss,
  level: number,
  raw: readonly Float64Array[],
  params: Pick<BoostingParams, 'n_iter_no_change' | 'tol'>,
  losses?: Float64Array,
): EarlyStopping {
  const current = () => meanLoss(loss, rows.target, raw, level, rows.weights)
  const taken = losses === undefined ? [current()] : [...losses]
  return {
    add: (nodes, output) => addTree(nodes, 0, raw[output]),
    isOver() {
      taken.push(current())
      const before = taken.length - params.n_iter_no_change - 1
      if (before < 0) return false
      // scikit-learn compares scores, which are negative losses.
      const reference = -taken[before] + params.tol
      return !taken.slice(before + 1).some((value) => -value > reference)
    },
    losses: () => Float64Array.from(taken),
  }
}
