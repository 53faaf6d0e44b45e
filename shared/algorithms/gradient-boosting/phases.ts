import { openKernel } from '../../wasm/kernel.ts'
import {
  ABSOLUTE_ERROR,
  BINOMIAL,
  kernel as boostingKernel,
  type Exports,
  GAMMA,
  HISTOGRAM_BYTES,
  MAX_THRESHOLDS,
  Node,
  POISSON,
  QUANTILE,
  Split,
  SQUARED_ERROR,
} from '../../wasm/kernels/boosting.ts'
import { binThresholds, thresholdRows } from './bin-thresholds.ts'
import type { Loss } from './model.ts'
import { BIN_CHUNK, type BoostingProblem, scratchBytes } from './problem.ts'
import { valuesOf } from './taken-rows.ts'
import type { DoPiece } from './team.ts'

/** The phases of a fit. A piece of a phase is a feature, a block of features or a range of rows. */
export const phase = {
  /** Feature `piece`: finds its thresholds and bins its values. */
  bin: 0,
  /** Rows: gradients and hessians. Given: rows a piece. */
  gradients: 1,
  /** Rows: the partition of a new tree. Given: rows a piece. */
  reset: 2,
  /** Block `piece`: histograms of the root. Given: the output. */
  root: 3,
  /** Block `piece`: best splits of the root. */
  splitRoot: 8,
  /**
   * Positions of the partition: finds which of a node's rows go left. Given: positions a piece, start, stop, feature.
   */
  part: 4,
  /**
   * As `part`: writes the rows back, left ones first, and collects the smaller child's gradients. Given: positions a
   * piece, start, the start of the right child, stop, the output.
   */
  place: 5,
  /**
   * Block `piece`: the histograms of both children and their best splits. Given: the start and the size of the
   * smaller child, its histograms, those of the larger one (the parent's, before), and which of the two can be split.
   */
  children: 6,
  /** Positions of the partition: adds the leaves' values. Given: positions a piece, the output. */
  leaves: 7,
} as const

/** Bits of phase `children`: the smaller child is node 0, the larger one node 1. */
export const SPLIT_SMALLER = 1
export const SPLIT_LARGER = 2

const lossNumbers: Readonly<Record<Loss, number>> = {
  log_loss: BINOMIAL,
  squared_error: SQUARED_ERROR,
  absolute_error: ABSOLUTE_ERROR,
  quantile: QUANTILE,
  poisson: POISSON,
  gamma: GAMMA,
}

/** Opens the kernel on a thread. Returns the function that does the pieces of any phase there. */
export function openPhases(problem: BoostingProblem, thread: number): DoPiece {
  const { memory, addresses, settings, outputs } = problem
  const { rows } = problem.features
  const kernel = openKernel(boostingKernel, problem.module, memory)
  configure(kernel, problem)
  const scratch = addresses.scratch + thread * scratchBytes(outputs)
  const int32 = (at: number, length: number) => new Int32Array(memory.buffer, at, length)
  const counts = int32(addresses.counts, 1024)
  const stretch = (given: Int32Array, piece: number, start: number, stop: number) => {
    const from = start + piece * given[0]
    return { from, to: Math.min(stop, from + given[0]) }
  }
  const pairsOf = (output: number) => addresses.pairs + output * rows * 8
  const doBlock = openBlocks(kernel, problem, scratch)
  const bin = openBinning(kernel, problem, scratch)

  return (number, piece, given) => {
    switch (number) {
      case phase.bin:
        return bin(piece)
      case phase.gradients: {
        const { from, to } = stretch(given, piece, 0, rows)
        if (outputs > 1) return kernel.findMultinomialGradients(outputs, from, to, scratch)
        return kernel.findGradients(lossNumbers[settings.loss], from, to, scratch)
      }
      case phase.reset: {
        const { from, to } = stretch(given, piece, 0, rows)
        return kernel.resetPartition(from, to)
      }
      case phase.root:
        return doBlock.build(piece, { rows: 0, count: rows, pairs: pairsOf(given[0]) }, addresses.slots, 0)
      case phase.splitRoot:
        return doBlock.split(piece, addresses.slots, 0, SPLIT_SMALLER)
      case phase.part: {
        const { from, to } = stretch(given, piece, given[1], given[2])
        const { goesLeft, left, right } = addresses
        const bins = addresses.columns + given[3] * rows
        counts[piece] = kernel.partRows(bins, goesLeft, from, to, left, right)
        return
      }
      case phase.place: {
        const [, start, middle, stop, output] = given
        const { from, to } = stretch(given, piece, start, stop)
        let before = 0
        for (let i = 0; i < piece; i++) before += counts[i]
        const leftAt = start + before
        const rightAt = middle + (from - start - before)
        const leftCount = counts[piece]
        const rightCount = to - from - leftCount
        kernel.placeRows(addresses.left, from, leftCount, leftAt)
        kernel.placeRows(addresses.right, from, rightCount, rightAt)
        if (middle - start < stop - middle)
          kernel.gatherPairs(pairsOf(output), leftAt, leftCount, leftAt - start)
        else kernel.gatherPairs(pairsOf(output), rightAt, rightCount, rightAt - middle)
        return
      }
      case phase.children: {
        const [start, count, smaller, larger, which] = given
        const child = { rows: addresses.partition + 4 * start, count, pairs: addresses.nodePairs }
        doBlock.build(piece, child, smaller >>> 0, larger >>> 0)
        return doBlock.split(piece, smaller >>> 0, larger >>> 0, which)
      }
      case phase.leaves: {
        const { from, to } = stretch(given, piece, 0, rows)
        const raw = addresses.raw + given[1] * rows * 8
        return kernel.addLeafValues(raw, addresses.leafEnds, addresses.leafValues, from, to)
      }
    }
  }
}

function configure(
  kernel: Exports,
  { addresses, settings, features, constantHessian }: BoostingProblem,
): void {
  kernel.rows.value = features.rows
  kernel.missingBin.value = settings.maxBins
  kernel.partition.value = addresses.partition
  kernel.target.value = addresses.target
  kernel.weights.value = addresses.weights
  kernel.raw.value = addresses.raw
  kernel.pairs.value = addresses.pairs
  kernel.nodePairs.value = addresses.nodePairs
  kernel.constantHessian.value = constantHessian ? 1 : 0
  kernel.quantile.value = settings.quantile
  kernel.minSamplesLeaf.value = settings.minSamplesLeaf
  kernel.l2Regularization.value = settings.l2Regularization
}

function openBinning(kernel: Exports, problem: BoostingProblem, scratch: number): (feature: number) => void {
  const { memory, addresses, features, order, isCategorical, settings, blocks, weights } = problem
  const { rows } = features
  let drawn: { rows?: Int32Array } | undefined
  return (feature) => {
    drawn ??= { rows: thresholdRows(rows, settings.seed, weights) }
    const values = valuesOf(features, order[feature])
    const at = addresses.thresholds + feature * MAX_THRESHOLDS * 8
    const thresholds = new Float64Array(memory.buffer, at, MAX_THRESHOLDS)
    const counts = new Int32Array(memory.buffer, addresses.thresholdCounts, order.length)
    // The host has written the categories.
    if (isCategorical[feature] === 0) {
      const found = binThresholds(values, settings.maxBins, drawn.rows, weights)
      counts[feature] = found.length
      thresholds.fill(Number.POSITIVE_INFINITY)
      thresholds.set(found)
    }
    const block = blocks.findLastIndex((start) => start <= feature)
    const blockAt = addresses.blocks + block * rows * 4 + (feature - blocks[block])
    const columnAt = addresses.columns + feature * rows
    const chunk = new Float64Array(memory.buffer, scratch, BIN_CHUNK)
    let missing = 0
    for (let from = 0; from < rows; from += BIN_CHUNK) {
      const part = values.subarray(from, Math.min(rows, from + BIN_CHUNK))
      chunk.set(part)
      missing += kernel.binColumn(scratch, part.length, at, columnAt + from, blockAt + 4 * from)
    }
    new Int32Array(memory.buffer, addresses.missingCounts, order.length)[feature] = missing
  }
}

type NodeRows = { readonly rows: number; readonly count: number; readonly pairs: number }

function openBlocks(kernel: Exports, problem: BoostingProblem, scratch: number) {
  const { memory, addresses, features, order, isCategorical, monotonic, blocks } = problem
  const { rows } = features
  const thresholdCounts = new Int32Array(memory.buffer, addresses.thresholdCounts, order.length)
  const missingCounts = new Int32Array(memory.buffer, addresses.missingCounts, order.length)
  const masks = new Uint8Array(memory.buffer, addresses.masks, 2 * order.length)

  function findSplit(feature: number, node: number, slot: number): void {
    const record = addresses.nodes + node * Node.bytes
    const split = addresses.splits + (node * order.length + feature) * Split.bytes
    const histogram = slot + feature * HISTOGRAM_BYTES
    const hasMissing = missingCounts[feature] > 0
    if (masks[node * order.length + feature] === 0) return
    if (isCategorical[feature] === 1)
      kernel.splitByCategory(record, histogram, thresholdCounts[feature], hasMissing, split, scratch)
    else
      kernel.splitByNumber(
        record,
        histogram,
        thresholdCounts[feature] + 1,
        hasMissing,
        monotonic[feature],
        split,
      )
  }

  return {
    build(block: number, node: NodeRows, smaller: number, larger: number): void {
      const first = blocks[block]
      const width = blocks[block + 1] - first
      const at = smaller + first * HISTOGRAM_BYTES
      kernel.buildHistograms(
        addresses.blocks + block * rows * 4,
        width,
        at,
        node.rows,
        node.count,
        node.pairs,
      )
      if (larger !== 0) kernel.subtractHistograms(larger + first * HISTOGRAM_BYTES, at, width)
    },
    split(block: number, smaller: number, larger: number, which: number): void {
      for (let feature = blocks[block]; feature < blocks[block + 1]; feature++) {
        if (which & SPLIT_SMALLER) findSplit(feature, 0, smaller)
        if (which & SPLIT_LARGER) findSplit(feature, 1, larger)
      }
    },
  }
}
