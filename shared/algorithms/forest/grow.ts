import { pairwiseSum } from '../../data/pairwise-sum.ts'
import { randomState } from '../../data/random.ts'
import { isStopped, takeNext, type WorkQueue } from '../../threads/share-work.ts'
import { openGrower, RAND_R_MAX, type TreeCheckpoint } from '../trees/grow.ts'
import type { Tree } from '../trees/model.ts'
import type { TreeProblem } from '../trees/problem.ts'
import { prune } from '../trees/prune.ts'
import { type Sampling, treeWeights } from './bootstrap.ts'

/** The trees of a forest that are still to be grown, for every thread. */
export type ForestTask = {
  readonly problem: TreeProblem
  readonly sampling: Sampling
  readonly ccpAlpha: number
  /** A seed per tree of the forest. */
  readonly seeds: Float64Array
  /** The trees that are not grown yet, in the order in which they are taken. */
  readonly waiting: Int32Array
  /** Those of them that were begun before the fit was interrupted. */
  readonly begun: readonly BegunTree[]
  /** Numbers the positions in `waiting`. */
  readonly queue: WorkQueue
}

export type GrownTree = { readonly index: number; readonly tree: Tree }
export type BegunTree = { readonly index: number; readonly state: TreeCheckpoint }

/**
 * Takes trees and grows them until none is left, or until it is to stop: then it yields the tree that it was at, as far as
 * that is grown. Yields each tree, and undefined every some 10 ms on the way to it. Which thread grows a tree does not
 * change it, nor does an interruption.
 */
export function* growTrees(
  task: ForestTask,
  thread: number,
): Generator<GrownTree | BegunTree | undefined, void> {
  const { problem, sampling, seeds, waiting, queue } = task
  const grower = openGrower(problem, thread)
  while (!isStopped(queue)) {
    const next = takeNext(queue)
    if (next >= waiting.length) return
    const index = waiting[next]
    const seed = seeds[index]
    const weights = treeWeights(seed, problem.rows, sampling)
    const minWeightLeaf = problem.settings.minWeightFractionLeaf * pairwiseSum(weights)
    const begun = task.begun.find((each) => each.index === index)
    if (begun === undefined) grower.begin(weights, minWeightLeaf, randomState(seed).randint(RAND_R_MAX))
    else grower.restore(begun.state, weights, minWeightLeaf)
    while (!grower.advance()) {
      yield undefined
      if (!isStopped(queue)) continue
      yield { index, state: grower.save() }
      return
    }
    const tree = grower.tree()
    yield { index, tree: task.ccpAlpha > 0 ? prune(tree, problem.classCount, task.ccpAlpha) : tree }
  }
}

/** A thread's share of the trees. */
export function growOnThread(input: { task: ForestTask; thread: number }): (GrownTree | BegunTree)[] {
  return [...growTrees(input.task, input.thread)].filter((tree) => tree !== undefined)
}
