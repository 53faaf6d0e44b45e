import { openKernel } from '../../wasm/kernel.ts'
import { FrontierRecord, StackRecord, kernel as treeKernel } from '../../wasm/kernels/trees.ts'
import { growingTree } from './growing-tree.ts'
import type { Tree } from './model.ts'
import { configure, type TreeProblem } from './problem.ts'

/** scikit-learn draws the seeds of trees and of their splitters below this. */
export const RAND_R_MAX = 2147483647

/** The state of a tree that is being grown, without the data and the weights: the kernel's variables and arrays. */
export type TreeCheckpoint = {
  readonly counters: Float64Array
  readonly samples: Int32Array
  readonly features: Int32Array
  readonly constantFeatures: Int32Array
  readonly waiting: Uint8Array
  readonly heap: Int32Array
  readonly tree: Tree
}

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
  const int32 = (at: number, length: number) => new Int32Array(buffer, at >>> 0, length)
  const bestFirst = problem.settings.maxLeafNodes >= 0
  /** How many nodes are still to be looked at. */
  const waitingCount = bestFirst ? kernel.heapSize : kernel.stackSize
  const recordsAt = bestFirst ? kernel.frontier.value : kernel.stack.value
  const recordsView = (bytes: number) => new Uint8Array(buffer, recordsAt >>> 0, bytes)
  const recordBytes = () =>
    bestFirst ? FrontierRecord.bytes * kernel.recordCount.value : StackRecord.bytes * kernel.stackSize.value
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
      const waiting = waitingCount.value
      if (waiting === 0) return { fraction: 1, nodes }
      if (bestFirst) return { fraction: nodes / (2 * problem.settings.maxLeafNodes), nodes }
      const next = kernel.stack.value + StackRecord.bytes * (waiting - 1)
      const [start] = int32(next + StackRecord.fields.start[1], 1)
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
    save() {
      kernel.leaveCopies()
      return {
        counters: Float64Array.of(
          kernel.randomState.value >>> 0,
          kernel.sampleCount.value,
          kernel.weightedSamples.value,
          kernel.nodeCount.value,
          waitingCount.value,
          kernel.recordCount.value,
          kernel.splitsLeft.value,
        ),
        samples: int32(kernel.samples.value, kernel.sampleCount.value).slice(),
        features: int32(kernel.features.value, columns).slice(),
        constantFeatures: int32(kernel.constantFeatures.value, columns).slice(),
        waiting: recordsView(recordBytes()).slice(),
        heap: bestFirst ? int32(kernel.heap.value, kernel.heapSize.value).slice() : new Int32Array(0),
        tree: tree.soFar(),
      }
    },
    restore(checkpoint, weights, minWeightLeaf) {
      weightsView.set(weights)
      const [randomState, samples, weighted, nodes, waiting, records, splits] = checkpoint.counters
      kernel.minWeightLeaf.value = minWeightLeaf
      kernel.randomState.value = randomState
      kernel.sampleCount.value = samples
      kernel.weightedSamples.value = weighted
      kernel.nodeCount.value = nodes
      kernel.buffered.value = 0
      waitingCount.value = waiting
      kernel.recordCount.value = records
      kernel.splitsLeft.value = splits
      int32(kernel.samples.value, samples).set(checkpoint.samples)
      int32(kernel.features.value, columns).set(checkpoint.features)
      int32(kernel.constantFeatures.value, columns).set(checkpoint.constantFeatures)
      recordsView(checkpoint.waiting.length).set(checkpoint.waiting)
      if (bestFirst) int32(kernel.heap.value, checkpoint.heap.length).set(checkpoint.heap)
      kernel.resume()
      tree = growingTree(classCount, checkpoint.tree)
    },
  }
}
