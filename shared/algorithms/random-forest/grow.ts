import { randomState } from '../../data/random.ts'
import { openGrower, RAND_R_MAX, type TreeProblem } from '../decision-tree/grow.ts'
import type { Tree } from '../decision-tree/model.ts'
import { prune } from '../decision-tree/prune.ts'
import { pairwiseSum } from '../decision-tree/weights.ts'
import { type Sampling, treeWeights } from './bootstrap.ts'

/** The trees of a forest that are still to be grown, for every thread that helps. */
export type ForestTask = {
  readonly problem: TreeProblem
  readonly target: Int32Array
  readonly sampling: Sampling
  readonly ccpAlpha: number
  /** A seed per tree. */
  readonly seeds: Float64Array
  /** In shared memory: the next tree that nobody has taken. Set beyond the last, it ends the work. */
  readonly next: Int32Array
}

export type GrownTree = { readonly index: number; readonly tree: Tree }

/**
 * Takes trees and grows them until none is left. Yields each tree, and undefined every some 10 ms on the way to it.
 * Which thread grows a tree does not change it.
 */
export function* growTrees(task: ForestTask, thread: number): Generator<GrownTree | undefined> {
  const { problem, target, sampling, seeds, next } = task
  const grower = openGrower(problem, thread)
  for (let index = Atomics.add(next, 0, 1); index < seeds.length; index = Atomics.add(next, 0, 1)) {
    const seed = seeds[index]
    const weights = treeWeights(seed, target, problem.classCount, sampling)
    const minWeightLeaf = problem.settings.minWeightFractionLeaf * pairwiseSum(weights)
    grower.begin(weights, minWeightLeaf, randomState(seed).randint(RAND_R_MAX))
    while (!grower.advance()) yield undefined
    const tree = grower.tree()
    yield { index, tree: task.ccpAlpha > 0 ? prune(tree, problem.classCount, task.ccpAlpha) : tree }
  }
}

/** The task of a helping thread: its share of the trees. */
export function help(input: unknown): GrownTree[] {
  if (!isHelp(input)) throw new TypeError('grow-trees was given something else than a forest task.')
  return [...growTrees(input.task, input.thread)].filter((grown) => grown !== undefined)
}

function isHelp(input: unknown): input is { task: ForestTask; thread: number } {
  return typeof input === 'object' && input !== null && 'task' in input && 'thread' in input
}

/** What `help` answered, as the thread's messages bring it. */
export function grownTrees(answer: unknown): GrownTree[] {
  if (!Array.isArray(answer)) throw new TypeError('A thread answered with something else than trees.')
  return answer
}
