import type { Nodes } from './growing-model.ts'
import type { BoostingParams } from './hyperparameters.ts'
import { meanLoss } from './loss.ts'
import type { Loss } from './model.ts'
import type { BoostedRows } from './taken-rows.ts'
import type { TreeWalk } from './walk.ts'

/** Rows that the loss is computed on, with their targets. */
export type ScoredRows = {
  readonly features: BoostedRows
  readonly target: Float64Array
  readonly weights?: Float64Array
}

/** Follows the loss on some rows as trees are added, and says when it no longer falls. */
export type EarlyStopping = {
  /** Adds the predictions of a new tree to those of its output (a class, or 0). */
  add(nodes: Nodes, output: number): void
  /** Computes the loss, at the end of an iteration. True when the fit should stop. */
  isOver(): boolean
  /** The losses so far, that of the baseline first. */
  losses(): Float64Array
}

/**
 * @param addTree adds the values of a tree's leaves to the raw predictions
 * @param losses the losses before the pause, if the fit is resumed
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
