import type { Matrix } from '../../data/matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import { openKernel } from '../../wasm/kernel.ts'
import { type Exports, kernel as treeKernel } from '../../wasm/kernels/trees.ts'
import { growableMemory, growMemory, MAX_MEMORY_BYTES } from '../../wasm/memory.ts'
import { rankRowsBytes } from './memory-estimate.ts'
import type { Tree } from './model.ts'
import type { TreeSettings } from './settings.ts'

/**
 * The training data where kernels can work on it, and a workspace for each thread. Can be posted to a thread: the
 * memory is shared. Places are bytes in the memory.
 */
export type TreeProblem = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly rows: number
  readonly columns: number
  readonly classCount: number
  readonly settings: TreeSettings
  /** Whether columns are ranks and weights whole numbers: see the kernel. */
  readonly ranked: boolean
  readonly at: Places
  /** Where the workspace of thread 0, 1, … begins. */
  readonly workspaces: readonly number[]
}

type Places = {
  readonly values: number
  readonly target: number
  readonly missing: number
  readonly distinct: number
  readonly distinctCount: number
  readonly reach: number
  /** 0: not there. */
  readonly rankRows: number
  readonly xLogX: number
  readonly end: number
}

/** scikit-learn draws the seeds of trees and of their splitters below this. */
export const RAND_R_MAX = 2147483647

const FLOAT32_MAX = 3.4028234663852886e38
/** Squares of counts up to this are exact in a double. */
const GREATEST_COUNT = 94_000_000

/**
 * Copies the data into memory that the kernels of `threads` threads share, features as float32.
 *
 * @param wholeWeights the greatest sum of a tree's weights when all are whole numbers, else undefined.
 * @throws JobError for a value that float32 cannot hold, or data that 4 GiB cannot.
 */
export function layOut(
  module: WebAssembly.Module,
  data: { features: Matrix; target: Int32Array; classCount: number },
  settings: TreeSettings,
  wholeWeights: number | undefined,
  threads: number,
): TreeProblem {
  const { features, classCount } = data
  const { rows, columns } = features
  const ranked =
    settings.splitter === 'best' &&
    wholeWeights !== undefined &&
    wholeWeights <= GREATEST_COUNT &&
    classCount * wholeWeights < 2 ** 30
  const memory = growableMemory()
  const kernel = openKernel(treeKernel, module, memory)
  const counts = ranked && settings.criterion !== 'gini' ? (wholeWeights ?? 0) : 0
  const rowOrder = ranked ? rankRowsBytes({ rows, columns }, settings.maxFeatures) : 0
  const at = places(kernel.heapBase(), rows, columns, ranked, rowOrder, counts)
  const workspaces: number[] = []
  const problem = { module, memory, rows, columns, classCount, settings, ranked, at, workspaces }
  configure(kernel, problem)
  let end = at.end
  for (let thread = 0; thread < threads; thread++) {
    // `layout` answers modulo 2^32.
    const from = end
    if (from < MAX_MEMORY_BYTES) end += (kernel.layout(from) - from) >>> 0
    workspaces.push(from)
  }
  if (end >= MAX_MEMORY_BYTES) {
    throw new JobError(
      'too_large_to_train',
      `The dataset is too large to grow trees on: ${rows} rows x ${columns} columns; send fewer of them.`,
    )
  }
  growMemory(memory, end)

  new Int32Array(memory.buffer, at.target, rows).set(data.target)
  const missing = new Uint8Array(memory.buffer, at.missing, columns)
  for (let j = 0; j < columns; j++) {
    const values = new Float32Array(memory.buffer, at.values + j * rows * 4, rows)
    values.set(features.values.subarray(j * rows, (j + 1) * rows))
    for (let i = 0; i < rows; i++) {
      if (Math.abs(values[i]) <= FLOAT32_MAX) continue
      if (Number.isNaN(values[i])) missing[j] = 1
      else {
        throw new JobError(
          'bad_features',
          `Column ${j + 1} of the features has a value that is infinite or too large for a tree (above 3.4e38): scale it down.`,
        )
      }
    }
  }
  if (ranked) {
    kernel.layout(workspaces[0])
    kernel.rankColumns()
    if (counts > 0) kernel.fillXLogX(counts)
  }
  return problem
}

function places(
  base: number,
  rows: number,
  columns: number,
  ranked: boolean,
  rowOrder: number,
  counts: number,
): Places {
  let end = base
  const place = (bytes: number) => {
    const at = end
    end = Math.ceil((at + bytes) / 16) * 16
    return at
  }
  return {
    values: place(rows * columns * 4),
    target: place(rows * 4),
    missing: place(columns),
    distinct: place(ranked ? rows * columns * 4 : 0),
    distinctCount: place(columns * 4),
    reach: place(columns * 4),
    rankRows: rowOrder > 0 ? place(rowOrder) : 0,
    xLogX: place((counts + 1) * 8),
    end,
  }
}

function configure(kernel: Exports, problem: TreeProblem): void {
  const { rows, columns, classCount, settings, ranked, at } = problem
  kernel.setData(
    ...([rows, columns, classCount, at.values, at.target, at.missing] as const),
    ranked,
    ...([at.distinct, at.distinctCount, at.reach, at.rankRows, at.xLogX] as const),
  )
  kernel.setHyperparameters(
    settings.criterion === 'gini' ? 0 : 1,
    settings.splitter === 'best' ? 0 : 1,
    settings.maxFeatures,
    settings.maxDepth,
    settings.minSamplesSplit,
    settings.minSamplesLeaf,
    settings.maxLeafNodes,
    settings.minImpurityDecrease,
  )
}

/** The state of a tree that is being grown, without the data and the weights. */
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
   * @param minWeightLeaf the least weight of a leaf.
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

/** Values that the kernel looks at before it returns: some 10 ms. */
const BUDGET = 1_000_000

export function openGrower(problem: TreeProblem, thread: number): Grower {
  const { memory, rows, columns, classCount } = problem
  const kernel = openKernel(treeKernel, problem.module, memory)
  configure(kernel, problem)
  kernel.layout(problem.workspaces[thread])
  const buffer = memory.buffer
  const weightsView = new Float64Array(buffer, kernel.weightsAt() >>> 0, rows)
  const nodesAt = kernel.nodesAt() >>> 0
  const int32 = (at: number, length: number) => new Int32Array(buffer, at >>> 0, length)
  const waitingView = (length: number) => new Uint8Array(buffer, kernel.waitingAt() >>> 0, length)
  const bestFirst = problem.settings.maxLeafNodes >= 0
  const waitingBytes = () => (bestFirst ? 48 * kernel.recordCount.value : 32 * kernel.waitingCount.value)
  let tree = growingTree(classCount)

  return {
    begin(weights, minWeightLeaf, seed) {
      weightsView.set(weights)
      tree = growingTree(classCount)
      kernel.begin(seed, minWeightLeaf)
      tree.take(buffer, nodesAt, kernel.buffered.value)
      kernel.buffered.value = 0
    },
    advance() {
      const done = kernel.grow(BUDGET)
      tree.take(buffer, nodesAt, kernel.buffered.value)
      kernel.buffered.value = 0
      return done === 1
    },
    progress() {
      const nodes = kernel.nodeCount.value
      const waiting = kernel.waitingCount.value
      if (waiting === 0) return { fraction: 1, nodes }
      if (bestFirst) return { fraction: nodes / (2 * problem.settings.maxLeafNodes), nodes }
      const next = int32(kernel.waitingAt() + 32 * (waiting - 1), 1)[0]
      return { fraction: next / kernel.sampleCount.value, nodes }
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
          kernel.waitingCount.value,
          kernel.recordCount.value,
          kernel.splitsLeft.value,
        ),
        samples: int32(kernel.samplesAt(), kernel.sampleCount.value).slice(),
        features: int32(kernel.featuresAt(), columns).slice(),
        constantFeatures: int32(kernel.constantFeaturesAt(), columns).slice(),
        waiting: waitingView(waitingBytes()).slice(),
        heap: bestFirst ? int32(kernel.heapAt(), kernel.waitingCount.value).slice() : new Int32Array(0),
        tree: tree.soFar(),
      }
    },
    restore(checkpoint, weights, minWeightLeaf) {
      weightsView.set(weights)
      const [randomState, samples, weighted, nodes, waiting, records, splits] = checkpoint.counters
      int32(kernel.samplesAt(), samples).set(checkpoint.samples)
      kernel.resume(randomState, samples, weighted, minWeightLeaf, nodes, waiting, records, splits)
      int32(kernel.featuresAt(), columns).set(checkpoint.features)
      int32(kernel.constantFeaturesAt(), columns).set(checkpoint.constantFeatures)
      waitingView(checkpoint.waiting.length).set(checkpoint.waiting)
      if (bestFirst) int32(kernel.heapAt(), checkpoint.heap.length).set(checkpoint.heap)
      tree = growingTree(classCount, checkpoint.tree)
    },
  }
}

/** Collects nodes from the kernel's buffer, in arrays that double when they are full. */
function growingTree(classCount: number, begun?: Tree) {
  let count = begun?.feature.length ?? 0
  let capacity = Math.max(256, count)
  let tree = emptyTree(capacity, classCount)
  if (begun !== undefined) copyTree(begun, tree)

  return {
    take(buffer: ArrayBufferLike, at: number, taken: number): void {
      if (count + taken > capacity) {
        capacity = Math.max(2 * capacity, count + taken)
        const larger = emptyTree(capacity, classCount)
        copyTree(tree, larger)
        tree = larger
      }
      const words = 10 + 2 * classCount
      const ints = new Int32Array(buffer, at, taken * words)
      const floats = new Float64Array(buffer, at, (taken * words) / 2)
      for (let n = 0; n < taken; n++, count++) {
        const int = n * words
        const float = int / 2
        const parent = ints[int]
        if (parent >= 0) (parent & 1 ? tree.left : tree.right)[parent >> 1] = count
        tree.feature[count] = ints[int + 1]
        tree.samples[count] = ints[int + 2]
        tree.missingGoesLeft[count] = ints[int + 3]
        tree.threshold[count] = floats[float + 2]
        tree.impurity[count] = floats[float + 3]
        tree.weightedSamples[count] = floats[float + 4]
        for (let k = 0; k < classCount; k++) tree.value[count * classCount + k] = floats[float + 5 + k]
      }
    },
    soFar(): Tree {
      const copy = emptyTree(count, classCount)
      copyTree(tree, copy)
      return copy
    },
  }
}

function emptyTree(nodes: number, classCount: number): Tree {
  return {
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes).fill(-1),
    right: new Int32Array(nodes).fill(-1),
    missingGoesLeft: new Uint8Array(nodes),
    value: new Float64Array(nodes * classCount),
    impurity: new Float64Array(nodes),
    samples: new Int32Array(nodes),
    weightedSamples: new Float64Array(nodes),
  }
}

/** Copies as many nodes as both have room for. */
function copyTree(from: Tree, to: Tree): void {
  const nodes = Math.min(from.feature.length, to.feature.length)
  const values = Math.min(from.value.length, to.value.length)
  to.feature.set(from.feature.subarray(0, nodes))
  to.threshold.set(from.threshold.subarray(0, nodes))
  to.left.set(from.left.subarray(0, nodes))
  to.right.set(from.right.subarray(0, nodes))
  to.missingGoesLeft.set(from.missingGoesLeft.subarray(0, nodes))
  to.value.set(from.value.subarray(0, values))
  to.impurity.set(from.impurity.subarray(0, nodes))
  to.samples.set(from.samples.subarray(0, nodes))
  to.weightedSamples.set(from.weightedSamples.subarray(0, nodes))
}
