import { openKernel } from '../../wasm/kernel.ts'
import { StackRecord, kernel as treeKernel } from '../../wasm/kernels/trees.ts'
import { growingTree } from './growing-tree.ts'
import { type KernelState, kernelState } from './kernel-state.ts'
import type { Tree } from './model.ts'
import { configure, type TreeProblem } from './problem.ts'

/** scikit-learn draws the seeds of trees and of their splitters below this. */
export const RAND_R_MAX = 2147483647

/** The state of a tree that is being grown, without the data and the weights. */
export type TreeCheckpoint = KernelState & { readonly tree: Tree }

/** Grows trees one after the other in one workspace. */
export type Grower = {
  /**
   * Starts a tree.
   *
   * @param weights per row; rows with weight 0 are left out.
   * @param minWeightLeaf the minimum weight of a leaf.
   * @param seed the kernel's 31-bit seed.
   */
  begin(weights: Float64Array, minWeightLeaf: number, seed: number): void
  /** Goes on for a while. Returns true when the tree is grown. */
  advance(): boolean
  /** About how much of the tree is grown, 0 … 1, and its nodes so far. */
  progress(): { fraction: number; nodes: number }
  tree(): Tree
  save(): TreeCheckpoint
  restore(checkpoint: TreeCheckpoint, weights: Float64Array, minWeightLeaf: number): void
}

/** Values that the kernel looks at before it returns: about 10 ms. */
const BUDGET = 1_000_000

export function openGrower(problem: TreeProblem, thread: number): Grower {
  const { memory, rows, columns, classCount } = problem
  const kernel = openKernel(treeKernel, problem.module, memory)
  configure(kernel, problem)
  kernel.layout(problem.workspaces[thread])
  const buffer = memory.buffer
  const weightsView = new Float64Array(buffer, kernel.weights.value >>> 0, rows)
  const nodeBuffer = { buffer, address: kernel.nodes.value >>> 0, nodeBytes: kernel.nodeBytes() }
  const bestFirst = problem.settings.maxLeafNodes >= 0
  const state = kernelState(kernel, buffer, columns, bestFirst)
  let tree = growingTree(classCount)
  const takeNodes = () => {
    tree.take(nodeBuffer, kernel.buffered.value)
    kernel.buffered.value = 0
  }

  return {
    begin(weights, minWeightLeaf, seed) {
      weightsView.set(weights)
      tree = growingTree(classCount)
      kernel.minWeightLeaf.value = minWeightLeaf
      kernel.randomState.value = seed
      kernel.begin()
      takeNodes()
    },
    advance() {
      const done = kernel.grow(BUDGET)
      takeNodes()
      return done === 1
    },
    progress() {
      const nodes = kernel.nodeCount.value
      const waiting = state.waitingCount.value
      if (waiting === 0) return { fraction: 1, nodes }
      if (bestFirst) return { fraction: nodes / (2 * problem.settings.maxLeafNodes), nodes }
      const next = kernel.stack.value + StackRecord.bytes * (waiting - 1)
      const [start] = new Int32Array(buffer, (next + StackRecord.fields.start[1]) >>> 0, 1)
      return { fraction: start / kernel.sampleCount.value, nodes }
    },
    tree() {
      const grown = tree.soFar()
      // A split whose children the limit on leaves forbade is a leaf.
      grown.left.forEach((left, node) => {
        if (left !== -1) return
        grown.feature[node] = -2
        grown.threshold[node] = -2
        grown.missingGoesLeft[node] = 0
      })
      return grown
    },
    save: () => ({ ...state.save(), tree: tree.soFar() }),
    restore(checkpoint, weights, minWeightLeaf) {
      weightsView.set(weights)
      kernel.minWeightLeaf.value = minWeightLeaf
      state.restore(checkpoint)
      kernel.resume()
      tree = growingTree(classCount, checkpoint.tree)
    },
  }
}
