import { randomState } from '../../data/random.ts'
import { openGrower, RAND_R_MAX, type TreeCheckpoint } from '../trees/grow.ts'
import type { Tree } from '../trees/model.ts'
import type { TreeProblem } from '../trees/problem.ts'
import { prune } from '../trees/prune.ts'
import { pairwiseSum } from '../trees/weights.ts'
import { type Sampling, treeWeights } from './bootstrap.ts'

/** The trees of a forest that are still to be grown, for every thread that helps. */
export type ForestTask = {
  readonly problem: TreeProblem
  readonly target: Int32Array
  readonly sampling: Sampling
  readonly ccpAlpha: number
  /** A seed per tree of the forest. */
  readonly seeds: Float64Array
  /** The trees that are not grown yet, in the order in which they are taken. */
  readonly waiting: Int32Array
  /** Those of them that were begun before the fit was interrupted. */
  readonly begun: readonly BegunTree[]
  /** In shared memory: see `slot`. */
  readonly control: Int32Array
}

/** Places in a task's `control`: the next of `waiting` that nobody has taken, and whether to stop (1). */
export const slot = { next: 0, stop: 1 } as const

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
  const { problem, target, sampling, seeds, waiting, control } = task
  const grower = openGrower(problem, thread)
  const stopped = () => Atomics.load(control, slot.stop) === 1
  while (!stopped()) {
    const place = Atomics.add(control, slot.next, 1)
    if (place >= waiting.length) return
    const index = waiting[place]
    const seed = seeds[index]
    const weights = treeWeights(seed, target, problem.classCount, sampling)
    const minWeightLeaf = problem.settings.minWeightFractionLeaf * pairwiseSum(weights)
    const begun = task.begun.find((each) => each.index === index)
    if (begun === undefined) grower.begin(weights, minWeightLeaf, randomState(seed).randint(RAND_R_MAX))
    else grower.restore(begun.state, weights, minWeightLeaf)
    while (!grower.advance()) {
      yield undefined
      if (!stopped()) continue
      yield { index, state: grower.save() }
      return
    }
    const tree = grower.tree()
    yield { index, tree: task.ccpAlpha > 0 ? prune(tree, problem.classCount, task.ccpAlpha) : tree }
  }
}

/** The task of a helping thread: its share of the trees. */
export function help(input: unknown): (GrownTree | BegunTree)[] {
  if (!isHelp(input)) throw new TypeError('grow-trees was given something else than a forest task.')
  return [...growTrees(input.task, input.thread)].filter((tree) => tree !== undefined)
}

function isHelp(input: unknown): input is { task: ForestTask; thread: number } {
  return typeof input === 'object' && input !== null && 'task' in input && 'thread' in input
}

/** What `help` answered, as the thread's messages bring it. */
export function helpedTrees(answer: unknown): (GrownTree | BegunTree)[] {
  if (!Array.isArray(answer)) throw new TypeError('A thread answered with something else than trees.')
  return answer
}
