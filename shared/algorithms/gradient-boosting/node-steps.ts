import { pairwiseSum } from '../../data/pairwise-sum.ts'
import { Node } from '../../wasm/kernels/boosting.ts'
import { recordAt } from '../../wasm/memory.ts'
import type { FeatureSampling } from './feature-sampling.ts'
import { phase, SPLIT_LARGER, SPLIT_SMALLER } from './phases.ts'
import type { BoostingProblem } from './problem.ts'
import { setOrder } from './set-order.ts'
import { type FoundSplit, openSplits } from './splits.ts'
import type { Team } from './team.ts'

/** When a tree stops growing, and which features may meet in a branch. */
export type GrowthRules = {
  readonly maxLeafNodes: number
  readonly maxDepth: number
  readonly minSamplesLeaf: number
  readonly minHessian: number
  readonly l2Regularization: number
  /** scikit-learn's interaction constraints: groups of features. */
  readonly groups?: readonly (readonly number[])[]
}

/** A node of a tree; `start` and `stop` are positions of the partition. */
export type GrownNode = {
  readonly depth: number
  readonly start: number
  readonly stop: number
  readonly sumGradients: number
  readonly sumHessians: number
  value: number
  /** Bounds of the children's values. */
  lowerBound: number
  upperBound: number
  /** The number of the node's histograms in the kernel's memory; -1 for none. */
  slot: number
  /** The features that may split the node, in the order in which they are tried; undefined: all. */
  readonly allowed?: readonly number[]
  readonly groups?: readonly (readonly number[])[]
  split?: FoundSplit
  left?: GrownNode
  right?: GrownNode
}

export type Children = { readonly left: GrownNode; readonly right: GrownNode }

/** What the steps of growing a tree share: the data, the threads, the rules and views of the kernel's memory. */
export type Tools = ReturnType<typeof openTools>

export function openTools(
  problem: BoostingProblem,
  team: Team,
  rules: GrowthRules,
  sampling: FeatureSampling,
) {
  const { memory, addresses, features, monotonic } = problem
  return {
    problem,
    team,
    rules,
    sampling,
    splits: openSplits(problem),
    records: [0, 1].map((n) => recordAt(Node, memory, addresses.nodes + n * Node.bytes)),
    missingCounts: new Int32Array(memory.buffer, addresses.missingCounts, features.columns),
    hasMonotonic: monotonic.some((constraint) => constraint !== 0),
    blocks: problem.blocks.length - 1,
    /** Rows a piece. */
    stretch: Math.max(4096, Math.ceil(features.rows / 512)),
  }
}

const slotAt = ({ problem }: Tools, slot: number) => problem.addresses.slots + slot * problem.slotBytes

/** Builds the histograms of a new tree's root, and finds its best split where it may have one. */
export function openRoot(tools: Tools, output: number): GrownNode {
  const { problem, team, rules, blocks, stretch } = tools
  const { rows } = problem.features
  team.run(phase.reset, Math.ceil(rows / stretch), stretch)
  team.run(phase.root, blocks, output)
  const allowed = rules.groups && setOrder(rules.groups)
  const histogram = problem.addresses.slots + problem.histogramBytes * (allowed?.[0] ?? 0)
  const sums = new Float64Array(problem.memory.buffer, histogram, 2 * (problem.settings.maxBins + 1))
  const root: GrownNode = {
    depth: 0,
    start: 0,
    stop: rows,
    sumGradients: pairwiseSum(sums.filter((_, i) => i % 2 === 0)),
    sumHessians: problem.constantHessian ? rows : pairwiseSum(sums.filter((_, i) => i % 2 === 1)),
    value: 0,
    lowerBound: Number.NEGATIVE_INFINITY,
    upperBound: Number.POSITIVE_INFINITY,
    slot: 0,
    allowed,
    groups: rules.groups,
  }
  if (mayBeSplit(tools, root) && root.sumHessians >= rules.minHessian) {
    seek(tools, 0, root)
    team.run(phase.splitRoot, blocks)
    root.split = tools.splits.best(0, root.allowed)
  }
  return root
}

const mayBeSplit = ({ rules }: Tools, { start, stop }: GrownNode) => stop - start >= 2 * rules.minSamplesLeaf

/** Writes a node for which a split is sought, and the features to try, where the kernel reads them (node 0 or 1). */
function seek(tools: Tools, n: number, node: GrownNode): void {
  const { sumGradients, sumHessians, value, lowerBound, upperBound } = node
  tools.records[n].fill({
    sumGradients,
    sumHessians,
    value,
    lowerBound,
    upperBound,
    samples: node.stop - node.start,
    histograms: slotAt(tools, node.slot),
  })
  tools.splits.prepare(n, tools.sampling.mask(node.allowed))
}

/** Reorders a node's rows so that those of its left child come first. Returns the children. */
export function partNode(tools: Tools, node: GrownNode, split: FoundSplit, output: number): Children {
  const { problem, team, splits, stretch } = tools
  splits.writeGoesLeft(split)
  const size = Math.max(stretch, Math.ceil((node.stop - node.start) / 512))
  const pieces = Math.ceil((node.stop - node.start) / size)
  team.run(phase.part, pieces, size, node.start, node.stop, split.feature)
  const counts = new Int32Array(problem.memory.buffer, problem.addresses.counts, pieces)
  const middle = node.start + counts.reduce((sum, left) => sum + left, 0)
  team.run(phase.place, pieces, size, node.start, middle, node.stop, output)

  const groups = node.groups?.filter((group) => group.includes(split.feature))
  const allowed = groups && setOrder(groups)
  const { leftGradients, leftHessians } = split
  const child = (start: number, stop: number, sumGradients: number, sumHessians: number): GrownNode => ({
    depth: node.depth + 1,
    start,
    stop,
    sumGradients,
    sumHessians,
    value: nodeValue(sumGradients, sumHessians, node, tools.rules.l2Regularization),
    lowerBound: Number.NEGATIVE_INFINITY,
    upperBound: Number.POSITIVE_INFINITY,
    slot: -1,
    groups,
    allowed,
  })
  const left = child(node.start, middle, leftGradients, leftHessians)
  const right = child(middle, node.stop, node.sumGradients - leftGradients, node.sumHessians - leftHessians)
  if (tools.hasMonotonic) bound(node, problem.monotonic[split.feature], left, right)
  return { left, right }
}

/**
 * The children have the parent's bounds; on a monotonic feature, the mean of their values is the bound between them.
 */
function bound({ lowerBound, upperBound }: GrownNode, direction: number, left: GrownNode, right: GrownNode) {
  const middle = (left.value + right.value) / 2
  left.lowerBound = direction < 0 ? middle : lowerBound
  left.upperBound = direction > 0 ? middle : upperBound
  right.lowerBound = direction > 0 ? middle : lowerBound
  right.upperBound = direction < 0 ? middle : upperBound
}

/**
 * Finds the best splits of both children, where they may be split; the larger one takes over the parent's histograms.
 *
 * @param freeSlot returns the number of unused histograms, for the smaller child
 * @returns whether there was anything to find
 */
export function splitChildren(
  tools: Tools,
  parent: GrownNode,
  { left, right }: Children,
  freeSlot: () => number,
): boolean {
  const isDeepest = left.depth === tools.rules.maxDepth
  const sought = [left, right].filter((node) => !isDeepest && mayBeSplit(tools, node))
  if (sought.length === 0) return false
  const leftIsSmaller = left.stop - left.start < right.stop - right.start
  const [smaller, larger] = leftIsSmaller ? [left, right] : [right, left]
  smaller.slot = freeSlot()
  larger.slot = parent.slot
  // The order matters: features are drawn at random for the first node first.
  for (const node of sought) seek(tools, node === smaller ? 0 : 1, node)
  const which = sought.reduce((bits, node) => bits | (node === smaller ? SPLIT_SMALLER : SPLIT_LARGER), 0)
  const slots = [slotAt(tools, smaller.slot), slotAt(tools, larger.slot)]
  tools.team.run(
    phase.children,
    tools.blocks,
    ...[smaller.start, smaller.stop - smaller.start, ...slots, which],
  )
  for (const node of sought) node.split = tools.splits.best(node === smaller ? 0 : 1, node.allowed)
  return true
}

/** The value of a child within its parent's bounds: scikit-learn's `compute_node_value`. */
function nodeValue(sumGradients: number, sumHessians: number, parent: GrownNode, l2: number): number {
  const value = -sumGradients / (sumHessians + l2 + 1e-15)
  if (value < parent.lowerBound) return parent.lowerBound
  return value > parent.upperBound ? parent.upperBound : value
}
