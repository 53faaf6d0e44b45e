import { HISTOGRAM_BYTES, MAX_THRESHOLDS, Node, SCRATCH_BYTES, Split } from '../../wasm/kernels/boosting.ts'
import { memoryLayout, sharedMemory } from '../../wasm/memory.ts'
import type { Loss } from './model.ts'
import type { BoostedRows } from './taken-rows.ts'
import { CONTROL_WORDS } from './team.ts'

/** Features of a block: their bins lie side by side in memory. */
const BLOCK_WIDTH = 4

/** The settings of a fit that the kernel reads. */
export type BoostingSettings = {
  readonly loss: Loss
  readonly quantile: number
  readonly maxBins: number
  readonly minSamplesLeaf: number
  readonly l2Regularization: number
  readonly seed: number
}

/**
 * The data of a fit and their addresses in the kernel's memory, as every thread gets them. Features are numbered in
 * the order in which they are tried: as in scikit-learn, categorical ones first.
 */
export type BoostingProblem = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly features: BoostedRows
  /** The number of each feature's column. */
  readonly order: Int32Array
  readonly isCategorical: Uint8Array
  /** Per feature 1 (increasing), -1 (decreasing) or 0 (not constrained). */
  readonly monotonic: Int8Array
  readonly weights?: Float64Array
  readonly settings: BoostingSettings
  /** Raw predictions per row, and trees per iteration. */
  readonly outputs: number
  readonly constantHessian: boolean
  /** The features where each block begins, and the end of the last. */
  readonly blocks: Int32Array
  readonly addresses: Addresses
  /** Bytes of a node's histograms, and of the histogram of one feature. */
  readonly slotBytes: number
  readonly histogramBytes: number
}
type Addresses = ReturnType<typeof layOut>['addresses']

/** Values of a column that are binned at a time. */
export const BIN_CHUNK = 8192

/** Lays out the kernel's memory. Returns addresses, the bytes of a node's histograms and the bytes in all. */
export function layOut(
  rows: number,
  columns: number,
  outputs: number,
  options: { weighted: boolean; threads: number; blocks: number; waitingNodes: number; maxLeaves: number },
) {
  const layout = memoryLayout()
  const slotBytes = columns * HISTOGRAM_BYTES
  const addresses = {
    control: layout.int32(CONTROL_WORDS),
    /** Numbers that a phase takes or returns. */
    numbers: layout.float64(16),
    counts: layout.int32(1024),
    nodes: layout.bytes(2 * Node.bytes),
    splits: layout.bytes(2 * columns * Split.bytes),
    /** u8[2][columns]: the features that may split each of two nodes. */
    masks: layout.bytes(2 * columns),
    goesLeft: layout.bytes(256),
    thresholds: layout.float64(columns * MAX_THRESHOLDS),
    thresholdCounts: layout.int32(columns),
    missingCounts: layout.int32(columns),
    leafEnds: layout.int32(options.maxLeaves),
    leafValues: layout.float64(options.maxLeaves),
    scratch: layout.bytes(options.threads * scratchBytes(outputs)),
    target: layout.float64(rows),
    weights: options.weighted ? layout.float64(rows) : 0,
    raw: layout.float64(rows * outputs),
    pairs: layout.float64(rows * outputs),
    nodePairs: layout.float64(rows),
    partition: layout.int32(rows),
    left: layout.int32(rows + 1),
    right: layout.int32(rows + 1),
    columns: layout.bytes(rows * columns),
    blocks: layout.int32(rows * options.blocks),
    slots: layout.bytes(slotBytes * (options.waitingNodes + 2)),
  }
  return { addresses, slotBytes, end: layout.end() }
}

/** Scratch memory of a thread: for values to bin, exponentials, or categories to sort. */
export const scratchBytes = (outputs: number) => Math.max(BIN_CHUNK * 8, outputs * 64, SCRATCH_BYTES)

/** Where blocks of up to four features begin: as many blocks for each thread as there can be. */
export function blockStarts(columns: number, threads: number): Int32Array {
  const least = Math.ceil(columns / BLOCK_WIDTH)
  const count = Math.min(columns, Math.ceil(least / threads) * threads)
  return Int32Array.from({ length: count + 1 }, (_, b) => Math.floor((b * columns) / count))
}

/** @throws JobError for data that do not fit into a kernel's memory. */
export const problemMemory = (end: number) => sharedMemory(end)

/** The words by which the threads agree on the phase and its pieces. */
export const controlOf = ({ memory, addresses }: BoostingProblem) =>
  new Int32Array(memory.buffer, addresses.control, CONTROL_WORDS)
