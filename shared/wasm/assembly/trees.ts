/**
 * Grows one classification tree, node for node as scikit-learn 1.9 does (sklearn/tree/_tree.pyx, _splitter.pyx,
 * _partitioner.pyx, _criterion.pyx, utils/_sorting.pyx are the reference for the order of every operation).
 *
 * There are two ways to the same tree:
 * - Weights that are whole numbers (none, or how often a row was drawn) have exact sums in any order. Columns are
 *   replaced by dense ranks once for all trees, and a node sorts small whole numbers that hold all a split needs.
 * - Other weights are summed in scikit-learn's order, rounding errors included, which takes its very sort.
 *
 * All arrays lie in the imported memory. What is shared by all threads (columns, targets) is written by the host and
 * only read here; what one tree needs lies in the workspace that `layout` places. Every thread has an instance of its
 * own, so the variables below belong to one tree at a time.
 */

const EPSILON: f64 = 2.220446049250313e-16
const FEATURE_THRESHOLD: f32 = 1e-7
const RAND_R_MAX: f64 = 2147483647.0
const LN2: f64 = 0.6931471805599453
const SIGN: u32 = 0x80000000
const NO_RANK: u32 = 0xffffffff

const GINI: i32 = 0
const RANDOM: i32 = 1

/** Bytes of a record: a node waiting to be split (depth first), a node at the frontier (best first). */
const STACK_RECORD: usize = 32
const FRONTIER_RECORD: usize = 48
/** Nodes that the buffer holds; the host empties it whenever `grow` returns. */
const NODE_BUFFER: i32 = 2048
const NODE_HEAD: usize = 40

// Data
let rows: i32
let columns: i32
let classes: i32
let values: usize // f32[columns][rows], or u32 ranks; the rank of a missing value is the count of distinct values
let target: usize // i32[rows]
let missingIn: usize // u8[columns]: whether the column has missing values
let ranked: bool
let distinct: usize // f32[columns][rows]: the values that the ranks stand for
let distinctCount: usize // i32[columns]
let reach: usize // u32[columns]: how many ranks apart values can lie within FEATURE_THRESHOLD
let rankRows: usize // u32[rows][columns]: the ranks once more, row by row; 0: not there
let xLogX: usize // f64[greatest summed weight + 1]: n * log2(n)

// Hyperparameters
let criterion: i32
let splitter: i32
let maxFeatures: i32
let maxDepth: i32
let minSamplesSplit: i32
let minSamplesLeaf: i32
let minWeightLeaf: f64
let maxLeafNodes: i32 // -1: no limit, depth first
let minImpurityDecrease: f64

// Workspace
let weights: usize // f64[rows]
let samples: usize // i32[rows]
let features: usize // i32[columns]
let constantFeatures: usize // i32[columns]
let waiting: usize // stack or frontier
let heap: usize // i32: record indices of the frontier
let nodes: usize // node buffer
let featureValues: usize // f32[rows]
let swapBuffer: usize // i32[rows]
let keys: usize // u64[rows]
let spare: usize // u64[rows]
let codes: usize // u32[rows]: class and weight of samples[p]
let buckets: usize // u32[BUCKETS + 1] for each level of the sort
let copies: usize // records of the copies of ranks, the largest first
let leftCounts: usize // i32[classes]
let totalCounts: usize // i32[classes]
let sumTotal: usize // f64[classes]
let sumLeft: usize
let sumRight: usize

// Where the growth is
export let randomState: u32 = 0
export let sampleCount: i32 = 0
export let weightedSamples: f64 = 0
export let nodeCount: i32 = 0
export let waitingCount: i32 = 0
export let recordCount: i32 = 0
export let splitsLeft: i32 = 0
/** Nodes in the buffer that the host has not taken yet. */
export let buffered: i32 = 0

// The node at hand
let start: i32
let end: i32
let missingCount: i32
let weightedNode: f64
let weightedLeft: f64
let weightedRight: f64
let position: i32
let impurityLeft: f64
let impurityRight: f64
let knownConstants: i32
let work: f64

// The split at hand
let bestFeature: i32
let bestThreshold: f64
let bestPosition: i32
let bestImprovement: f64
let bestMissingLeft: i32

/** Where memory is free from. */
export function heapBase(): usize {
  return align(__heap_base)
}

@inline function align(address: usize): usize {
  return (address + 15) & ~15
}

export function setData(
  rowCount: i32, columnCount: i32, classCount: i32, valuesAt: usize, targetAt: usize, missingAt: usize,
  useRanks: bool, distinctAt: usize, distinctCountAt: usize, reachAt: usize, rankRowsAt: usize, xLogXAt: usize,
): void {
  rows = rowCount
  columns = columnCount
  classes = classCount
  values = valuesAt
  target = targetAt
  missingIn = missingAt
  ranked = useRanks
  distinct = distinctAt
  distinctCount = distinctCountAt
  reach = reachAt
  rankRows = rankRowsAt
  xLogX = xLogXAt
  classBits = 32 - clz(classCount - 1)
}

export function setHyperparameters(
  criterionCode: i32, splitterCode: i32, featureLimit: i32, depthLimit: i32, splitMinimum: i32, leafMinimum: i32,
  leafLimit: i32, impurityDecrease: f64,
): void {
  criterion = criterionCode
  splitter = splitterCode
  maxFeatures = featureLimit
  maxDepth = depthLimit
  minSamplesSplit = splitMinimum
  minSamplesLeaf = leafMinimum
  maxLeafNodes = leafLimit
  minImpurityDecrease = impurityDecrease
}

/** Places the workspace of one tree from `base`. Returns where it ends. */
export function layout(base: usize): usize {
  let at = align(base)
  const perRow = <usize>rows
  weights = at
  at = align(at + (perRow << 3))
  if (ranked) {
    // The weights are in the codes as soon as a tree has begun.
    keys = weights
    spare = at
    at = align(at + (perRow << 3))
    codes = at
    at = align(at + (perRow << 2))
    buckets = at
    at = align(at + ((BUCKETS + 1) << 2) * SORT_LEVELS)
    copies = at
    at = layoutCopies(false)
    leftCounts = at
    at = align(at + ((<usize>classes) << 2))
    totalCounts = at
    at = align(at + ((<usize>classes) << 2))
  } else {
    featureValues = at
    at = align(at + (perRow << 2))
    swapBuffer = at
    at = align(at + (perRow << 2))
  }
  samples = at
  at = align(at + (perRow << 2))
  features = at
  at = align(at + ((<usize>columns) << 2))
  constantFeatures = at
  at = align(at + ((<usize>columns) << 2))
  sumTotal = at
  at = align(at + ((<usize>classes) << 3))
  sumLeft = at
  at = align(at + ((<usize>classes) << 3))
  sumRight = at
  at = align(at + ((<usize>classes) << 3))
  nodes = at
  at = align(at + nodeBytes() * NODE_BUFFER)
  waiting = at
  if (maxLeafNodes < 0) {
    at = align(at + (perRow + 2) * STACK_RECORD)
  } else {
    const records = <usize>min<i64>(2 * <i64>maxLeafNodes, 2 * <i64>rows) + 2
    at = align(at + records * FRONTIER_RECORD)
    heap = at
    at = align(at + (records << 2))
  }
  return at
}

export function weightsAt(): usize { return weights }
export function samplesAt(): usize { return samples }
export function featuresAt(): usize { return features }
export function constantFeaturesAt(): usize { return constantFeatures }
export function waitingAt(): usize { return waiting }
export function heapAt(): usize { return heap }
export function nodesAt(): usize { return nodes }
export function nodeBytes(): usize { return NODE_HEAD + ((<usize>classes) << 3) }

/** Takes up a tree that was interrupted: the host has written back the workspace and the weights. */
export function resume(
  seed: u32, count: i32, weighted: f64, leafWeight: f64, nodesSoFar: i32, waitingSoFar: i32, recordsSoFar: i32,
  splits: i32,
): void {
  randomState = seed
  sampleCount = count
  weightedSamples = weighted
  minWeightLeaf = leafWeight
  nodeCount = nodesSoFar
  waitingCount = waitingSoFar
  recordCount = recordsSoFar
  splitsLeft = splits
  buffered = 0
  useCopy(-1)
  if (ranked) {
    layoutCopies(true)
    encodeSamples()
  }
}

/** Begins a tree on the rows whose weight is not zero; `weights` are in place. */
export function begin(seed: u32, leafWeight: f64): void {
  let count = 0
  let weighted: f64 = 0
  for (let i = 0; i < rows; i++) {
    const weight = load<f64>(weights + ((<usize>i) << 3))
    if (weight != 0) {
      store<i32>(samples + ((<usize>count) << 2), i)
      count++
    }
    weighted += weight
  }
  for (let j = 0; j < columns; j++) store<i32>(features + ((<usize>j) << 2), j)
  resume(seed, count, weighted, leafWeight, 0, 0, 0, maxLeafNodes - 1)
  if (maxLeafNodes < 0) push(0, count, 0, -1, 0, Infinity)
  else addToFrontier(0, count, 0, -1, Infinity)
}

/**
 * Goes on until the tree is grown (returns 1), or until about `budget` values were looked at or the node buffer is
 * full (returns 0).
 */
export function grow(budget: f64): i32 {
  work = 0
  return maxLeafNodes < 0 ? growDepthFirst(budget) : growBestFirst(budget)
}

// Depth first ---------------------------------------------------------------------------------------------------

function push(from: i32, to: i32, depth: i32, parent: i32, constants: i32, impurity: f64): void {
  const at = waiting + (<usize>waitingCount) * STACK_RECORD
  store<i32>(at, from)
  store<i32>(at, to, 4)
  store<i32>(at, depth, 8)
  store<i32>(at, parent, 12)
  store<i32>(at, constants, 16)
  store<f64>(at, impurity, 24)
  waitingCount++
}

function growDepthFirst(budget: f64): i32 {
  while (waitingCount > 0) {
    if (work > budget || buffered == NODE_BUFFER) return 0
    waitingCount--
    const at = waiting + (<usize>waitingCount) * STACK_RECORD
    const from = load<i32>(at)
    const to = load<i32>(at, 4)
    const depth = load<i32>(at, 8)
    const parent = load<i32>(at, 12)
    const constants = load<i32>(at, 16)
    let impurity = load<f64>(at, 24)

    if (ranked) chooseRanks(from, to)
    resetNode(from, to)
    if (nodeCount == 0) impurity = nodeImpurity()
    let leaf = mustBeLeaf(depth, impurity)
    if (!leaf) {
      splitNode(impurity, constants)
      leaf = isNoSplit()
    }
    const node = addNode(parent, leaf, impurity)
    if (!leaf) {
      push(bestPosition, to, depth + 1, node << 1, knownConstants, impurityRight)
      push(from, bestPosition, depth + 1, (node << 1) | 1, knownConstants, impurityLeft)
    }
  }
  return 1
}

function mustBeLeaf(depth: i32, impurity: f64): bool {
  const count = end - start
  return (
    depth >= maxDepth ||
    count < minSamplesSplit ||
    count < 2 * minSamplesLeaf ||
    weightedNode < 2 * minWeightLeaf ||
    impurity <= EPSILON
  )
}

function isNoSplit(): bool {
  return bestPosition >= end || bestImprovement + EPSILON < minImpurityDecrease
}

/** `parent`: -1, or the parent's number times two, plus one for its left child. */
function addNode(parent: i32, leaf: bool, impurity: f64): i32 {
  const at = nodes + (<usize>buffered) * nodeBytes()
  store<i32>(at, parent)
  store<i32>(at, leaf ? -2 : bestFeature, 4)
  store<i32>(at, end - start, 8)
  store<i32>(at, leaf ? 0 : bestMissingLeft, 12)
  store<f64>(at, leaf ? -2.0 : bestThreshold, 16)
  store<f64>(at, impurity, 24)
  store<f64>(at, weightedNode, 32)
  for (let k = 0; k < classes; k++) {
    const offset = (<usize>k) << 3
    store<f64>(at + NODE_HEAD + offset, load<f64>(sumTotal + offset) / weightedNode)
  }
  buffered++
  return nodeCount++
}

// Best first ----------------------------------------------------------------------------------------------------

/** Adds the node and its best split to the frontier. */
function addToFrontier(from: i32, to: i32, depth: i32, parent: i32, parentImpurity: f64): void {
  let impurity = parentImpurity
  resetNode(from, to)
  if (nodeCount == 0) impurity = nodeImpurity()
  let leaf = mustBeLeaf(depth, impurity)
  if (!leaf) {
    splitNode(impurity, 0)
    leaf = isNoSplit()
  }
  const node = addNode(parent, leaf, impurity)
  const at = waiting + (<usize>recordCount) * FRONTIER_RECORD
  store<i32>(at, node)
  store<i32>(at, from, 4)
  store<i32>(at, to, 8)
  store<i32>(at, leaf ? to : bestPosition, 12)
  store<i32>(at, depth, 16)
  store<i32>(at, leaf, 20)
  store<f64>(at, leaf ? impurity : impurityLeft, 24)
  store<f64>(at, leaf ? impurity : impurityRight, 32)
  store<f64>(at, leaf ? 0.0 : bestImprovement, 40)
  pushHeap(waitingCount, recordCount)
  waitingCount++
  recordCount++
}

@inline function improvementOf(record: i32): f64 {
  return load<f64>(waiting + (<usize>record) * FRONTIER_RECORD, 40)
}

@inline function heapGet(i: i32): i32 { return load<i32>(heap + ((<usize>i) << 2)) }
@inline function heapSet(i: i32, record: i32): void { store<i32>(heap + ((<usize>i) << 2), record) }

/** The heap of libstdc++, whose order among equals decides which of two equal splits comes first. */
function pushHeap(from: i32, record: i32): void {
  const improvement = improvementOf(record)
  let hole = from
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if (!(improvementOf(heapGet(parent)) < improvement)) break
    heapSet(hole, heapGet(parent))
    hole = parent
  }
  heapSet(hole, record)
}

function popHeap(): i32 {
  const top = heapGet(0)
  const count = --waitingCount
  if (count == 0) return top
  const last = heapGet(count)
  let hole = 0
  let child = 0
  while (child < (count - 1) >> 1) {
    child = 2 * (child + 1)
    if (improvementOf(heapGet(child)) < improvementOf(heapGet(child - 1))) child--
    heapSet(hole, heapGet(child))
    hole = child
  }
  if ((count & 1) == 0 && child == (count - 2) >> 1) {
    child = 2 * (child + 1)
    heapSet(hole, heapGet(child - 1))
    hole = child - 1
  }
  pushHeap(hole, last)
  return top
}

function growBestFirst(budget: f64): i32 {
  while (waitingCount > 0) {
    if (work > budget || buffered > NODE_BUFFER - 2) return 0
    const at = waiting + (<usize>popHeap()) * FRONTIER_RECORD
    if (load<i32>(at, 20) != 0 || splitsLeft <= 0) continue
    const node = load<i32>(at)
    const from = load<i32>(at, 4)
    const to = load<i32>(at, 8)
    const middle = load<i32>(at, 12)
    const depth = load<i32>(at, 16)
    splitsLeft--
    addToFrontier(from, middle, depth + 1, (node << 1) | 1, load<f64>(at, 24))
    addToFrontier(middle, to, depth + 1, node << 1, load<f64>(at, 32))
  }
  return 1
}

// Criterion -----------------------------------------------------------------------------------------------------

function resetNode(from: i32, to: i32): void {
  start = from
  end = to
  weightedNode = 0
  if (ranked) {
    countNode()
    return
  }
  memory.fill(sumTotal, 0, (<usize>classes) << 3)
  for (let p = from; p < to; p++) {
    const i = <usize>load<i32>(samples + ((<usize>p) << 2))
    const weight = load<f64>(weights + (i << 3))
    const sum = sumTotal + ((<usize>load<i32>(target + (i << 2))) << 3)
    store<f64>(sum, load<f64>(sum) + weight)
    weightedNode += weight
  }
}

function resetSums(): void {
  position = start
  memory.fill(sumLeft, 0, (<usize>classes) << 3)
  weightedLeft = 0
}

/** Moves samples[position:to] to the left side, from whichever end is nearer. */
function updateSums(to: i32): void {
  if (to - position <= end - to) {
    for (let p = position; p < to; p++) {
      const i = <usize>load<i32>(samples + ((<usize>p) << 2))
      const weight = load<f64>(weights + (i << 3))
      const sum = sumLeft + ((<usize>load<i32>(target + (i << 2))) << 3)
      store<f64>(sum, load<f64>(sum) + weight)
      weightedLeft += weight
    }
  } else {
    memory.copy(sumLeft, sumTotal, (<usize>classes) << 3)
    weightedLeft = weightedNode
    for (let p = end - 1; p >= to; p--) {
      const i = <usize>load<i32>(samples + ((<usize>p) << 2))
      const weight = load<f64>(weights + (i << 3))
      const sum = sumLeft + ((<usize>load<i32>(target + (i << 2))) << 3)
      store<f64>(sum, load<f64>(sum) - weight)
      weightedLeft -= weight
    }
  }
  weightedRight = weightedNode - weightedLeft
  for (let k = 0; k < classes; k++) {
    const offset = (<usize>k) << 3
    store<f64>(sumRight + offset, load<f64>(sumTotal + offset) - load<f64>(sumLeft + offset))
  }
  position = to
}

function nodeImpurity(): f64 {
  return impurityOf(sumTotal, weightedNode)
}

function impurityOf(sums: usize, weight: f64): f64 {
  if (criterion == GINI) {
    let squares: f64 = 0
    for (let k = 0; k < classes; k++) {
      const count = load<f64>(sums + ((<usize>k) << 3))
      squares += count * count
    }
    return 1.0 - squares / (weight * weight)
  }
  let entropy: f64 = 0
  for (let k = 0; k < classes; k++) {
    const count = load<f64>(sums + ((<usize>k) << 3))
    if (count > 0) {
      const share = count / weight
      entropy -= share * (Math.log(share) / LN2)
    }
  }
  return entropy
}

function childrenImpurity(): void {
  impurityLeft = impurityOf(sumLeft, weightedLeft)
  impurityRight = impurityOf(sumRight, weightedRight)
}

@inline function proxyImprovement(): f64 {
  return -weightedRight * impurityRight - weightedLeft * impurityLeft
}

// Splitter ------------------------------------------------------------------------------------------------------

/** xorshift (Marsaglia 2003), as scikit-learn's our_rand_r. */
function rand(): u32 {
  let state: u32 = randomState == 0 ? 1 : randomState
  state ^= state << 13
  state ^= state >> 17
  state ^= state << 5
  randomState = state
  return state & 0x7fffffff
}

@inline function feature(i: i32): i32 { return load<i32>(features + ((<usize>i) << 2)) }
@inline function setFeature(i: i32, value: i32): void { store<i32>(features + ((<usize>i) << 2), value) }
@inline function swapFeatures(i: i32, j: i32): void {
  const kept = feature(i)
  setFeature(i, feature(j))
  setFeature(j, kept)
}

/**
 * Draws features without replacement (Fisher and Yates) until maxFeatures were looked at and one of them is not
 * constant, and keeps the best split. `features` is, from the left: constants drawn, constants known and not drawn,
 * constants found here, features to draw, features drawn.
 */
function splitNode(impurity: f64, constants: i32): void {
  bestPosition = end
  bestImprovement = -Infinity
  bestFeature = 0
  bestThreshold = 0
  bestMissingLeft = 0
  let proxy: f64 = -Infinity
  let lastFeature = 0

  let undrawn = columns
  let visited = 0
  let found = 0
  let drawn = 0
  let total = constants
  while (undrawn > total && (visited < maxFeatures || visited <= found + drawn)) {
    visited++
    let j = drawn + <i32>(rand() % <u32>(undrawn - found - drawn))
    if (j < constants) {
      swapFeatures(drawn, j)
      drawn++
      continue
    }
    j += found
    const candidate = feature(j)
    lastFeature = candidate
    work += <f64>(end - start)
    const constant = ranked
      ? gatherKeys(candidate)
      : splitter == RANDOM ? findMinMax(candidate) : sortSamples(candidate)
    if (constant) {
      swapFeatures(j, total)
      found++
      total++
      continue
    }
    undrawn--
    swapFeatures(undrawn, j)
    proxy = ranked
      ? bestRankedSplit(candidate, proxy)
      : splitter == RANDOM ? randomSplit(candidate, proxy) : bestSplit(candidate, proxy)
  }

  if (bestPosition < end) {
    if (ranked) {
      bestThreshold = rankedThreshold()
      partitionRanked()
    } else {
      if (splitter != RANDOM || lastFeature != bestFeature) partition()
      resetSums()
      updateSums(bestPosition)
    }
    childrenImpurity()
    bestImprovement =
      (weightedNode / weightedSamples) *
      (impurity - (weightedRight / weightedNode) * impurityRight - (weightedLeft / weightedNode) * impurityLeft)
  }
  memory.copy(features, constantFeatures, (<usize>constants) << 2)
  const offset = (<usize>constants) << 2
  memory.copy(constantFeatures + offset, features + offset, (<usize>found) << 2)
  knownConstants = total
}

@inline function valueAt(p: i32): f32 { return load<f32>(featureValues + ((<usize>p) << 2)) }

/** Sorts the node's samples by the feature, missing values last. Returns whether the feature is constant. */
function sortSamples(candidate: i32): bool {
  const columnAt = values + (((<usize>candidate) * <usize>rows) << 2)
  let missing = 0
  if (load<u8>(missingIn + candidate) != 0) {
    let p = start
    let last = end - 1
    while (p <= last) {
      const lastSample = load<i32>(samples + ((<usize>last) << 2))
      const lastValue = load<f32>(columnAt + ((<usize>lastSample) << 2))
      if (isNaN(lastValue)) {
        missing++
        last--
        continue
      }
      let value = load<f32>(columnAt + ((<usize>load<i32>(samples + ((<usize>p) << 2))) << 2))
      if (isNaN(value)) {
        store<i32>(samples + ((<usize>last) << 2), load<i32>(samples + ((<usize>p) << 2)))
        store<i32>(samples + ((<usize>p) << 2), lastSample)
        value = lastValue
        missing++
        last--
      }
      store<f32>(featureValues + ((<usize>p) << 2), value)
      p++
    }
  } else {
    for (let p = start; p < end; p++) {
      const i = load<i32>(samples + ((<usize>p) << 2))
      store<f32>(featureValues + ((<usize>p) << 2), load<f32>(columnAt + ((<usize>i) << 2)))
    }
  }
  missingCount = missing
  const present = end - start - missing
  if (present == 0) return true
  introsort(
    featureValues + ((<usize>start) << 2),
    samples + ((<usize>start) << 2),
    present,
    2 * (31 - clz(present)),
  )
  return missing == 0 && valueAt(end - 1) <= valueAt(start) + FEATURE_THRESHOLD
}

/** Tries every threshold, missing values right, then left. Returns the best proxy improvement so far. */
function bestSplit(candidate: i32, proxySoFar: f64): f64 {
  let best = proxySoFar
  const searches = missingCount == 0 ? 1 : 2
  for (let search = 0; search < searches; search++) {
    const missingLeft = search == 1
    if (missingLeft) shiftMissingLeft()
    resetSums()
    const last = missingLeft ? end : end - missingCount
    let p = start
    while (p < end) {
      if (p == last && !missingLeft) break
      if (missingLeft && p == start) p = start + missingCount
      p++
      while (p < last && valueAt(p) <= valueAt(p - 1) + FEATURE_THRESHOLD) p++
      if (p == end) break
      const left = p - start
      const right = end - p
      if (left < minSamplesLeaf || right < minSamplesLeaf) continue
      updateSums(p)
      if (weightedLeft < minWeightLeaf || weightedRight < minWeightLeaf) continue
      childrenImpurity()
      const proxy = proxyImprovement()
      if (proxy > best) {
        best = proxy
        bestFeature = candidate
        bestPosition = p
        bestThreshold =
          p == last && !missingLeft ? Infinity : <f64>valueAt(p - 1) / 2.0 + <f64>valueAt(p) / 2.0
        bestMissingLeft = missingCount == 0 ? i32(left > right) : i32(missingLeft)
      }
    }
  }
  return best
}

/** The missing samples, which are last, come first; the order within the two parts stays. */
function shiftMissingLeft(): void {
  const present = (<usize>(end - start - missingCount)) << 2
  const missing = (<usize>missingCount) << 2
  const from = (<usize>start) << 2
  memory.copy(swapBuffer, samples + from + present, missing)
  memory.copy(samples + from + missing, samples + from, present)
  memory.copy(samples + from, swapBuffer, missing)
  memory.copy(featureValues + from + missing, featureValues + from, present)
}

/** Copies the node's values of the feature. Returns whether the feature is constant. */
function findMinMax(candidate: i32): bool {
  const columnAt = values + (((<usize>candidate) * <usize>rows) << 2)
  let low = f32.MAX_VALUE
  let high = -f32.MAX_VALUE
  let missing = 0
  for (let p = start; p < end; p++) {
    const i = load<i32>(samples + ((<usize>p) << 2))
    const value = load<f32>(columnAt + ((<usize>i) << 2))
    store<f32>(featureValues + ((<usize>p) << 2), value)
    if (isNaN(value)) {
      missing++
    } else {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  missingCount = missing
  lowest = low
  highest = high
  return missing == end - start || (missing == 0 && high <= low + FEATURE_THRESHOLD)
}

let lowest: f32
let highest: f32

/** Tries one random threshold. Returns the best proxy improvement so far. */
function randomSplit(candidate: i32, proxySoFar: f64): f64 {
  let threshold = ((<f64>highest - <f64>lowest) * <f64>rand()) / RAND_R_MAX + <f64>lowest
  const missingLeft = missingCount == 0 ? 0 : <i32>(rand() & 1)
  if (threshold == <f64>highest) threshold = <f64>lowest
  let p = start
  let last = end
  while (p < last) {
    const value = valueAt(p)
    if (isNaN(value) ? missingLeft != 0 : <f64>value <= threshold) {
      p++
    } else {
      last--
      const kept = load<i32>(samples + ((<usize>p) << 2))
      store<i32>(samples + ((<usize>p) << 2), load<i32>(samples + ((<usize>last) << 2)))
      store<i32>(samples + ((<usize>last) << 2), kept)
      store<f32>(featureValues + ((<usize>p) << 2), valueAt(last))
      store<f32>(featureValues + ((<usize>last) << 2), value)
    }
  }
  const left = last - start
  const right = end - last
  if (left < minSamplesLeaf || right < minSamplesLeaf) return proxySoFar
  resetSums()
  updateSums(last)
  if (weightedLeft < minWeightLeaf || weightedRight < minWeightLeaf) return proxySoFar
  childrenImpurity()
  const proxy = proxyImprovement()
  if (!(proxy > proxySoFar)) return proxySoFar
  bestFeature = candidate
  bestPosition = last
  bestThreshold = threshold
  bestMissingLeft = missingCount == 0 ? i32(left > right) : missingLeft
  return proxy
}

/** Puts the samples of the left child of the best split first. */
function partition(): void {
  const columnAt = values + (((<usize>bestFeature) * <usize>rows) << 2)
  let p = start
  let last = end
  while (p < last) {
    const i = load<i32>(samples + ((<usize>p) << 2))
    const value = load<f32>(columnAt + ((<usize>i) << 2))
    if (isNaN(value) ? bestMissingLeft != 0 : <f64>value <= bestThreshold) {
      p++
    } else {
      last--
      store<i32>(samples + ((<usize>p) << 2), load<i32>(samples + ((<usize>last) << 2)))
      store<i32>(samples + ((<usize>last) << 2), i)
    }
  }
}

// Sort ----------------------------------------------------------------------------------------------------------
// Introsort (Musser 1997) with a three-way partition. It is not stable: which of two equal values comes first decides
// in which order weights are summed, so every swap is scikit-learn's.

@inline function get(keys: usize, i: i32): f32 { return load<f32>(keys + ((<usize>i) << 2)) }

@inline function swap(keys: usize, items: usize, i: i32, j: i32): void {
  const a = (<usize>i) << 2
  const b = (<usize>j) << 2
  const key = load<f32>(keys + a)
  store<f32>(keys + a, load<f32>(keys + b))
  store<f32>(keys + b, key)
  const item = load<i32>(items + a)
  store<i32>(items + a, load<i32>(items + b))
  store<i32>(items + b, item)
}

function introsort(keys: usize, items: usize, count: i32, depth: i32): void {
  while (count > 15) {
    if (depth <= 0) {
      heapsort(keys, items, count)
      return
    }
    depth--
    const pivot = median3(get(keys, 0), get(keys, count >> 1), get(keys, count - 1))
    let i = 0
    let left = 0
    let right = count
    while (i < right) {
      const key = get(keys, i)
      if (key < pivot) {
        swap(keys, items, i, left)
        i++
        left++
      } else if (key > pivot) {
        right--
        swap(keys, items, i, right)
      } else {
        i++
      }
    }
    introsort(keys, items, left, depth)
    keys += (<usize>right) << 2
    items += (<usize>right) << 2
    count -= right
  }
  insertionSort(keys, items, count)
}

function median3(a: f32, b: f32, c: f32): f32 {
  if (a < b) return b < c ? b : a < c ? c : a
  if (b < c) return a < c ? a : c
  return b
}

function insertionSort(keys: usize, items: usize, count: i32): void {
  for (let i = 1; i < count; i++) {
    const key = get(keys, i)
    const item = load<i32>(items + ((<usize>i) << 2))
    let j = i
    while (j > 0 && get(keys, j - 1) > key) {
      store<f32>(keys + ((<usize>j) << 2), get(keys, j - 1))
      store<i32>(items + ((<usize>j) << 2), load<i32>(items + ((<usize>(j - 1)) << 2)))
      j--
    }
    store<f32>(keys + ((<usize>j) << 2), key)
    store<i32>(items + ((<usize>j) << 2), item)
  }
}

function heapsort(keys: usize, items: usize, count: i32): void {
  for (let i = (count - 2) >> 1; i >= 0; i--) siftDown(keys, items, i, count)
  for (let last = count - 1; last > 0; last--) {
    swap(keys, items, 0, last)
    siftDown(keys, items, 0, last)
  }
}

function siftDown(keys: usize, items: usize, from: i32, to: i32): void {
  let root = from
  while (true) {
    const child = root * 2 + 1
    let greatest = root
    if (child < to && get(keys, greatest) < get(keys, child)) greatest = child
    if (child + 1 < to && get(keys, greatest) < get(keys, child + 1)) greatest = child + 1
    if (greatest == root) return
    swap(keys, items, root, greatest)
    root = greatest
  }
}

// Ranks ---------------------------------------------------------------------------------------------------------
// A key is, from its highest bit: rank of the value, class, weight - 1.

/** Buckets of one level of the sort. */
const BUCKETS: usize = 2048
/** Each level narrows the ranks in a bucket by a factor of at least 16. */
const SORT_LEVELS: usize = 9
/** Up to this many keys are sorted by insertion. */
const FEW: i32 = 16
/** From this many on they are sorted digit by digit. */
const MANY: i32 = 512

/** The smallest copy of ranks: a core's own cache holds it. */
const LOCAL_BYTES: usize = 640 * 1024
/** How much smaller each copy is than the one before: a cache line has 16 ranks, of which 2 would be of use. */
const COPY_RATIO: i32 = 8
const MOST_COPIES: i32 = 8
const COPY_RECORD: usize = 24

let copyCount: i32
/** The copy that `samples` point into; -1: all rows. */
let copy: i32
/** Where the nodes of its subtree end. */
let copyEnd: i32
/** The ranks that `samples` point into. */
let rankBase: usize
let rankStride: i32
let classBits: i32
let weightBits: i32
let codeBits: i32
let wide: bool // whether a key needs 64 bits
let lowestRank: u32
let highestRank: u32
let bestRank: u32
let bestNextRank: u32
let bestProxy: f64

/**
 * Replaces the values of every column by dense ranks, with the workspace of a tree as scratch memory. Equal float32
 * values have equal ranks, -0 is 0.
 */
export function rankColumns(): void {
  for (let j = 0; j < columns; j++) rankColumn(j)
  if (rankRows != 0) for (let i = 0; i < rows; i += TILE) fillRankRows(i, min(i + TILE, rows))
}

/** Rows at a time that both orders have in the nearest cache. */
const TILE = 64

function fillRankRows(from: i32, to: i32): void {
  const line = (<usize>columns) << 2
  for (let j = 0; j < columns; j++) {
    const column = values + (((<usize>j) * <usize>rows) << 2)
    let cell = rankRows + <usize>from * line + ((<usize>j) << 2)
    for (let i = from; i < to; i++, cell += line) store<u32>(cell, load<u32>(column + ((<usize>i) << 2)))
  }
}

function rankColumn(j: i32): void {
  const column = values + (((<usize>j) * <usize>rows) << 2)
  const histogram = buckets
  memory.fill(histogram, 0, 3 * 2048 * 4)
  for (let i = 0; i < rows; i++) {
    let bits = load<u32>(column + ((<usize>i) << 2))
    if (bits == SIGN) bits = 0
    const isMissing = (bits & 0x7fffffff) > 0x7f800000
    // Order-preserving: negative numbers are turned round, positive ones come after them.
    const key: u32 = isMissing ? NO_RANK : bits ^ (<u32>(<i32>bits >> 31) | SIGN)
    store<u64>(keys + ((<usize>i) << 3), (<u64>key << 32) | i)
    increment(histogram, key & 2047)
    increment(histogram + 2048 * 4, (key >> 11) & 2047)
    increment(histogram + 2 * 2048 * 4, key >> 22)
  }
  let from = keys
  let to = spare
  for (let digit = 0; digit < 3; digit++) {
    const counts = histogram + <usize>digit * 2048 * 4
    let sum: u32 = 0
    for (let b: usize = 0; b < 2048; b++) {
      const count = load<u32>(counts + (b << 2))
      store<u32>(counts + (b << 2), sum)
      sum += count
    }
    const shift: u64 = 32 + 11 * digit
    for (let i = 0; i < rows; i++) {
      const pair = load<u64>(from + ((<usize>i) << 3))
      const slot = counts + ((<usize>(pair >> shift) & 2047) << 2)
      const place = load<u32>(slot)
      store<u32>(slot, place + 1)
      store<u64>(to + ((<usize>place) << 3), pair)
    }
    const kept = from
    from = to
    to = kept
  }

  const table = distinct + (((<usize>j) * <usize>rows) << 2)
  let rank = -1
  let previous: u32 = 0
  let missing: u8 = 0
  for (let i = 0; i < rows; i++) {
    const pair = load<u64>(from + ((<usize>i) << 3))
    const key = <u32>(pair >> 32)
    const cell = column + ((<usize>(pair & 0xffffffff)) << 2)
    if (key == NO_RANK) {
      missing = 1
      store<u32>(cell, rank + 1)
      continue
    }
    if (rank < 0 || key != previous) {
      rank++
      previous = key
      store<f32>(table + ((<usize>rank) << 2), reinterpret<f32>(key & SIGN ? key ^ SIGN : ~key))
    }
    store<u32>(cell, rank)
  }
  store<i32>(distinctCount + ((<usize>j) << 2), rank + 1)
  store<u32>(reach + ((<usize>j) << 2), farthestClose(j, rank + 1))
  store<u8>(missingIn + j, missing)
}

function farthestClose(j: i32, count: i32): u32 {
  let farthest = 0
  for (let low = 0, high = 0; high < count; high++) {
    while (distinctValue(j, high) > distinctValue(j, low) + FEATURE_THRESHOLD) low++
    farthest = max(farthest, high - low)
  }
  return farthest
}

@inline function increment(counts: usize, b: u32): void {
  const slot = counts + ((<usize>b) << 2)
  store<u32>(slot, load<u32>(slot) + 1)
}

/** Fills the table of n * log2(n), for 0 … greatest. */
export function fillXLogX(greatest: i32): void {
  store<f64>(xLogX, 0)
  for (let n = 1; n <= greatest; n++) {
    store<f64>(xLogX + ((<usize>n) << 3), <f64>n * (Math.log(<f64>n) / LN2))
  }
}

/** Writes the codes of the samples, and finds out how many bits a key needs. */
function encodeSamples(): void {
  let greatest: u32 = 1
  for (let p = 0; p < sampleCount; p++) {
    const i = <usize>load<i32>(samples + ((<usize>p) << 2))
    greatest = max(greatest, <u32>load<f64>(weights + (i << 3)))
  }
  weightBits = 32 - clz(<i32>(greatest - 1))
  codeBits = classBits + weightBits
  wide = codeBits + 32 - clz(rows) > 32
  for (let p = 0; p < sampleCount; p++) {
    const i = <usize>load<i32>(samples + ((<usize>p) << 2))
    const weight = <u32>load<f64>(weights + (i << 3))
    store<u32>(codes + ((<usize>p) << 2), (load<u32>(target + (i << 2)) << weightBits) | (weight - 1))
  }
}

function countCodes(counts: usize, from: i32, to: i32): i32 {
  const mask: u32 = (1 << weightBits) - 1
  let sum = 0
  memory.fill(counts, 0, (<usize>classes) << 2)
  for (let p = from; p < to; p++) {
    const code = load<u32>(codes + ((<usize>p) << 2))
    const weight = <i32>(code & mask) + 1
    const slot = counts + ((<usize>(code >> weightBits)) << 2)
    store<i32>(slot, load<i32>(slot) + weight)
    sum += weight
  }
  return sum
}

function countNode(): void {
  weightedNode = <f64>countCodes(totalCounts, start, end)
  for (let k: usize = 0; k < <usize>classes; k++) {
    store<f64>(sumTotal + (k << 3), <f64>load<i32>(totalCounts + (k << 2)))
  }
}

/**
 * Places the copies of ranks. The smallest pays when it is a small part of the rows, and large enough for some splits;
 * those between it and all rows, when a node looks at most columns or the ranks are there row by row. Writes their
 * records only when the memory is there (`write`). Returns where they end.
 */
function layoutCopies(write: bool): usize {
  let at = align(copies + COPY_RECORD * MOST_COPIES)
  copyCount = 0
  const least = <i32>min<usize>(LOCAL_BYTES / ((<usize>columns) << 2), <usize>rows)
  if (least > rows / 2 || least < 256) return at
  if (maxFeatures * 2 >= columns || rankRows != 0) {
    for (let n = rows / COPY_RATIO; n >= 2 * least && copyCount < MOST_COPIES - 1; n /= COPY_RATIO) {
      at = addCopy(n, at, write)
    }
  }
  return addCopy(least, at, write)
}

function addCopy(capacity: i32, at: usize, write: bool): usize {
  const record = recordOf(copyCount++)
  const ranks = align(at + ((<usize>capacity) << 2))
  if (write) {
    store<i32>(record, capacity)
    store<usize>(record, at, 4)
    store<usize>(record, ranks, 8)
  }
  return align(ranks + ((<usize>capacity * <usize>columns) << 2))
}

@inline function recordOf(k: i32): usize { return copies + <usize>k * COPY_RECORD }
@inline function capacityOf(k: i32): i32 { return load<i32>(recordOf(k)) }
@inline function rowsOf(k: i32): usize { return load<usize>(recordOf(k), 4) } // i32[capacity], places in the outer copy
@inline function ranksOf(k: i32): usize { return load<usize>(recordOf(k), 8) } // u32[columns][capacity]
@inline function outerOf(k: i32): i32 { return load<i32>(recordOf(k), 12) }
@inline function startOf(k: i32): i32 { return load<i32>(recordOf(k), 16) }
@inline function endOf(k: i32): i32 { return load<i32>(recordOf(k), 20) }

function useCopy(k: i32): void {
  copy = k
  copyEnd = k < 0 ? i32.MAX_VALUE : endOf(k)
  rankBase = k < 0 ? values : ranksOf(k)
  rankStride = k < 0 ? rows : capacityOf(k)
}

/**
 * A subtree that is small enough works on a dense copy of its rows' ranks; `samples` are then places in the copy. A
 * copy is made from the one round it. Growth is depth first, so that the nodes before a copy's end are those of its
 * subtree.
 */
function chooseRanks(from: i32, to: i32): void {
  while (from >= copyEnd) useCopy(outerOf(copy))
  const count = to - from
  if (count < FEW) return
  let smallest = copyCount - 1
  while (smallest > copy && count > capacityOf(smallest)) smallest--
  if (smallest > copy) enterCopy(smallest, from, to)
}

function enterCopy(k: i32, from: i32, to: i32): void {
  const record = recordOf(k)
  store<i32>(record, copy, 12)
  store<i32>(record, from, 16)
  store<i32>(record, to, 20)
  const own = samples + ((<usize>from) << 2)
  const bytes = (<usize>(to - from)) << 2
  memory.copy(rowsOf(k), own, bytes)
  if (copy < 0 && rankRows != 0) copyRankRows(own, bytes, ranksOf(k), (<usize>capacityOf(k)) << 2)
  else {
    for (let j: usize = 0; j < <usize>columns; j++) {
      const column = rankBase + ((j * <usize>rankStride) << 2)
      const dense = ranksOf(k) + ((j * <usize>capacityOf(k)) << 2)
      for (let p: usize = 0; p < bytes; p += 4) {
        store<u32>(dense + p, load<u32>(column + ((<usize>load<i32>(own + p)) << 2)))
      }
    }
  }
  for (let p = 0; p < to - from; p++) store<i32>(own + ((<usize>p) << 2), p)
  useCopy(k)
}

/** The same from the ranks row by row: of rows far apart, a column has one in each of its cache lines. */
function copyRankRows(own: usize, bytes: usize, ranks: usize, stride: usize): void {
  const line = (<usize>columns) << 2
  for (let p: usize = 0; p < bytes; p += 4) {
    const row = rankRows + <usize>load<i32>(own + p) * line
    let dense = ranks + p
    for (let j: usize = 0; j < line; j += 4, dense += stride) store<u32>(dense, load<u32>(row + j))
  }
}

/** Makes `samples` row numbers again, for the host to save. */
export function leaveCopies(): void {
  for (; copy >= 0; useCopy(outerOf(copy))) {
    const rowsOfCopy = rowsOf(copy)
    for (let p = startOf(copy); p < copyEnd; p++) {
      const at = samples + ((<usize>p) << 2)
      store<i32>(at, load<i32>(rowsOfCopy + ((<usize>load<i32>(at)) << 2)))
    }
  }
}

/** Reads the node's keys for the feature. Returns whether the feature is constant. */
function gatherKeys(candidate: i32): bool {
  return wide ? gather<u64>(candidate) : gather<u32>(candidate)
}

function gather<T>(candidate: i32): bool {
  const column = rankBase + (((<usize>candidate) * <usize>rankStride) << 2)
  const absent = load<u32>(distinctCount + ((<usize>candidate) << 2))
  const shift = <T>codeBits
  let low = NO_RANK
  let high: u32 = 0
  let to = keys
  if (load<u8>(missingIn + candidate) == 0) {
    for (let p = start; p < end; p++) {
      const at = (<usize>p) << 2
      const rank = load<u32>(column + ((<usize>load<i32>(samples + at)) << 2))
      low = min(low, rank)
      high = max(high, rank)
      store<T>(to, (<T>rank << shift) | <T>load<u32>(codes + at))
      to += sizeof<T>()
    }
    missingCount = 0
  } else {
    // Missing values come last.
    let last = keys + <usize>(end - start) * sizeof<T>()
    let missing = 0
    for (let p = start; p < end; p++) {
      const at = (<usize>p) << 2
      const rank = load<u32>(column + ((<usize>load<i32>(samples + at)) << 2))
      const key = (<T>rank << shift) | <T>load<u32>(codes + at)
      if (rank == absent) {
        missing++
        last -= sizeof<T>()
        store<T>(last, key)
      } else {
        low = min(low, rank)
        high = max(high, rank)
        store<T>(to, key)
        to += sizeof<T>()
      }
    }
    missingCount = missing
    if (missing == end - start) return true
  }
  lowestRank = low
  highestRank = high
  return missingCount == 0 && areTooClose(candidate, low, high, load<u32>(reach + ((<usize>candidate) << 2)))
}

/** Whether scikit-learn takes two ranks of the feature for one value. */
@inline function areTooClose(candidate: i32, low: u32, high: u32, within: u32): bool {
  if (high - low > within) return false
  return distinctValue(candidate, high) <= distinctValue(candidate, low) + FEATURE_THRESHOLD
}

@inline function distinctValue(candidate: i32, rank: u32): f32 {
  return load<f32>(distinct + ((<usize>candidate * <usize>rows + <usize>rank) << 2))
}

function bestRankedSplit(candidate: i32, proxySoFar: f64): f64 {
  return wide ? sortAndScan<u64>(candidate, proxySoFar) : sortAndScan<u32>(candidate, proxySoFar)
}

function sortAndScan<T>(candidate: i32, proxySoFar: f64): f64 {
  const present = end - start - missingCount
  if (present >= MANY) {
    radixSort<T>(present)
  } else {
    if (present > FEW) distribute<T>(keys, present, lowestRank, highestRank, buckets)
    insertKeys<T>(keys, present)
  }
  bestProxy = proxySoFar
  if (criterion == GINI) scan<T>(candidate, present, false, true)
  else scan<T>(candidate, present, false, false)
  if (missingCount > 0) {
    if (criterion == GINI) scan<T>(candidate, present, true, true)
    else scan<T>(candidate, present, true, false)
  }
  return bestProxy
}

/** Sorts by rank, the lower digits first; the order among equal ranks does not matter. */
function radixSort<T>(count: i32): void {
  const range = highestRank - lowestRank
  // One value and missing ones: there is no digit to sort by.
  if (range == 0) return
  const rangeBits = 32 - clz(range)
  const passes = (rangeBits + 10) / 11
  const digitBits = (rangeBits + passes - 1) / passes
  const size = (<usize>1) << digitBits
  const mask = <u32>size - 1
  const bytes = <usize>count * sizeof<T>()
  const bits = <T>codeBits
  const low = lowestRank
  memory.fill(buckets, 0, (size * passes) << 2)
  for (let key = keys, to = keys + bytes; key < to; key += sizeof<T>()) {
    let digits = <u32>(load<T>(key) >> bits) - low
    let counts = buckets
    for (let pass = 0; pass < passes; pass++) {
      increment(counts, digits & mask)
      digits >>= digitBits
      counts += size << 2
    }
  }
  let from = keys
  let to = spare
  for (let pass = 0; pass < passes; pass++) {
    const counts = buckets + ((size * pass) << 2)
    let sum: u32 = 0
    for (let slot = counts, last = counts + (size << 2); slot < last; slot += 4) {
      const count = load<u32>(slot)
      store<u32>(slot, sum)
      sum += count
    }
    const shift = <u32>(pass * digitBits)
    for (let key = from, last = from + bytes; key < last; key += sizeof<T>()) {
      const moved = load<T>(key)
      const digit = ((<u32>(moved >> bits) - low) >> shift) & mask
      const slot = counts + ((<usize>digit) << 2)
      const place = load<u32>(slot)
      store<u32>(slot, place + 1)
      store<T>(to + <usize>place * sizeof<T>(), moved)
    }
    const kept = from
    from = to
    to = kept
  }
  if (from != keys) memory.copy(keys, from, bytes)
}

/** Puts keys into buckets by rank, again within a large bucket, until insertion can do the rest. */
function distribute<T>(at: usize, count: i32, low: u32, high: u32, counts: usize): void {
  const range = high - low
  if (range == 0) return
  // Two to four buckets a key: few of them share one.
  const wanted = min<i32>(33 - clz(count), 11)
  const shift = <T>max<i32>(32 - clz(range) - wanted, 0)
  const bits = <T>codeBits
  const bucketCount = (<usize>(range >> <u32>shift)) + 1
  memory.fill(counts, 0, bucketCount << 2)
  const to = at + <usize>count * sizeof<T>()
  for (let key = at; key < to; key += sizeof<T>()) {
    increment(counts, (<u32>(load<T>(key) >> bits) - low) >> <u32>shift)
  }
  let sum: u32 = 0
  let most: u32 = 0
  for (let b: usize = 0; b < bucketCount; b++) {
    const size = load<u32>(counts + (b << 2))
    most = max(most, size)
    store<u32>(counts + (b << 2), sum)
    sum += size
  }
  for (let key = at; key < to; key += sizeof<T>()) {
    const moved = load<T>(key)
    const slot = counts + ((<usize>((<u32>(moved >> bits) - low) >> <u32>shift)) << 2)
    const place = load<u32>(slot)
    store<u32>(slot, place + 1)
    store<T>(spare + <usize>place * sizeof<T>(), moved)
  }
  memory.copy(at, spare, <usize>count * sizeof<T>())
  if (most <= <u32>FEW || shift == 0) return

  let from: u32 = 0
  for (let b: usize = 0; b < bucketCount; b++) {
    const until = load<u32>(counts + (b << 2))
    const size = <i32>(until - from)
    if (size > FEW) {
      const first = low + (<u32>b << <u32>shift)
      const bucket = at + <usize>from * sizeof<T>()
      distributeWithin<T>(bucket, size, first, counts + ((BUCKETS + 1) << 2))
    }
    from = until
  }
}

function distributeWithin<T>(at: usize, count: i32, first: u32, counts: usize): void {
  let low = NO_RANK
  let high: u32 = first
  const to = at + <usize>count * sizeof<T>()
  for (let key = at; key < to; key += sizeof<T>()) {
    const rank = <u32>(load<T>(key) >> <T>codeBits)
    low = min(low, rank)
    high = max(high, rank)
  }
  distribute<T>(at, count, low, high, counts)
}

/** Insertion sort by rank. */
function insertKeys<T>(at: usize, count: i32): void {
  const anyCode = (<T>1 << <T>codeBits) - 1
  const to = at + <usize>count * sizeof<T>()
  for (let next = at + sizeof<T>(); next < to; next += sizeof<T>()) {
    const key = load<T>(next)
    const greatest = key | anyCode
    let hole = next
    while (hole > at && load<T>(hole - sizeof<T>()) > greatest) {
      store<T>(hole, load<T>(hole - sizeof<T>()))
      hole -= sizeof<T>()
    }
    store<T>(hole, key)
  }
}

/**
 * Tries every threshold between the sorted keys, with the missing values on one side. `gini` is the criterion, told
 * by the caller so that the loop is compiled for it.
 *
 * The score in the loop is the proxy improvement but for a constant and for rounding. It costs no division and no
 * logarithm, so the criterion itself is computed only where the score says that it could be the best.
 */
@inline function scan<T>(candidate: i32, present: i32, missingLeft: bool, gini: bool): void {
  const bits = <T>codeBits
  const classMask = (<T>1 << <T>classBits) - 1
  const weightMask = (<T>1 << <T>weightBits) - 1
  const within = load<u32>(reach + ((<usize>candidate) << 2))
  const total = weightedNode
  const last = keys + <usize>present * sizeof<T>()
  memory.fill(leftCounts, 0, (<usize>classes) << 2)
  let weightLeft: f64 = 0
  if (missingLeft) {
    for (let at = last, to = last + <usize>missingCount * sizeof<T>(); at < to; at += sizeof<T>()) {
      const key = load<T>(at)
      const slot = leftCounts + ((<usize>((key >> <T>weightBits) & classMask)) << 2)
      const weight = <i32>(key & weightMask) + 1
      store<i32>(slot, load<i32>(slot) + weight)
      weightLeft += <f64>weight
    }
  }
  // Gini: sums of squared counts; entropy: sums of n log n.
  let left: f64 = 0
  let right: f64 = 0
  for (let k: usize = 0; k < <usize>classes; k++) {
    const countLeft = load<i32>(leftCounts + (k << 2))
    const countRight = load<i32>(totalCounts + (k << 2)) - countLeft
    left += gini ? <f64>countLeft * <f64>countLeft : xLogXOf(countLeft)
    right += gini ? <f64>countRight * <f64>countRight : xLogXOf(countRight)
  }
  const before = missingLeft ? missingCount : 0
  let limit = scoreLimit()
  let previous = <u32>(load<T>(keys) >> bits)
  for (let at = keys; at < last; at += sizeof<T>()) {
    const key = load<T>(at)
    const rank = <u32>(key >> bits)
    if (rank != previous) {
      const weightRight = total - weightLeft
      const promising = gini
        ? left * weightRight + right * weightLeft >= limit * (weightLeft * weightRight)
        : left + right - xLogXOf(<i32>weightLeft) - xLogXOf(<i32>weightRight) >= limit
      if (
        promising &&
        (rank - previous > within || !areTooClose(candidate, previous, rank, within))
      ) {
        const samplesLeft = before + <i32>((at - keys) / sizeof<T>())
        if (consider(candidate, samplesLeft, weightLeft, left, right, previous, rank, missingLeft)) {
          limit = scoreLimit()
        }
      }
      previous = rank
    }
    const weight = <i32>(key & weightMask) + 1
    const offset = (<usize>((key >> <T>weightBits) & classMask)) << 2
    const countLeft = load<i32>(leftCounts + offset)
    const countRight = load<i32>(totalCounts + offset) - countLeft
    store<i32>(leftCounts + offset, countLeft + weight)
    if (gini) {
      left += <f64>weight * <f64>(2 * countLeft + weight)
      right -= <f64>weight * <f64>(2 * countRight - weight)
    } else {
      left += xLogXOf(countLeft + weight) - xLogXOf(countLeft)
      right += xLogXOf(countRight - weight) - xLogXOf(countRight)
    }
    weightLeft += <f64>weight
  }
  if (missingCount > 0 && !missingLeft) {
    consider(candidate, present, weightLeft, left, right, previous, NO_RANK, false)
  }
}

/** Where the score says that a split could be better than the best so far. */
function scoreLimit(): f64 {
  return criterion == GINI
    ? bestProxy + weightedNode - weightedNode * 1e-12
    : bestProxy - weightedNode * 1e-7
}

/**
 * Keeps the split after rank `previous` if it is the best so far. `next` is NO_RANK where only missing values are on
 * the right. Returns whether it was kept.
 */
function consider(
  candidate: i32, samplesLeft: i32, weightLeft: f64, left: f64, right: f64, previous: u32, next: u32,
  missingLeft: bool,
): bool {
  const samplesRight = end - start - samplesLeft
  if (samplesLeft < minSamplesLeaf || samplesRight < minSamplesLeaf) return false
  weightedLeft = weightLeft
  weightedRight = weightedNode - weightLeft
  if (weightedLeft < minWeightLeaf || weightedRight < minWeightLeaf) return false
  if (criterion == GINI) {
    impurityLeft = 1.0 - left / (weightedLeft * weightedLeft)
    impurityRight = 1.0 - right / (weightedRight * weightedRight)
  } else {
    spreadCounts()
    childrenImpurity()
  }
  const proxy = proxyImprovement()
  if (!(proxy > bestProxy)) return false
  bestProxy = proxy
  bestFeature = candidate
  bestPosition = start + samplesLeft
  bestRank = previous
  bestNextRank = next
  bestMissingLeft = missingCount == 0 ? i32(samplesLeft > samplesRight) : i32(missingLeft)
  return true
}

/** Between the values of the best split's ranks, which are seldom in a cache: asked for once a node. */
function rankedThreshold(): f64 {
  return bestNextRank == NO_RANK
    ? Infinity
    : <f64>distinctValue(bestFeature, bestRank) / 2.0 + <f64>distinctValue(bestFeature, bestNextRank) / 2.0
}

@inline function xLogXOf(count: i32): f64 {
  return load<f64>(xLogX + ((<usize>count) << 3))
}

/** sumLeft and sumRight from the counts. */
function spreadCounts(): void {
  for (let k: usize = 0; k < <usize>classes; k++) {
    const count = load<i32>(leftCounts + (k << 2))
    store<f64>(sumLeft + (k << 3), <f64>count)
    store<f64>(sumRight + (k << 3), <f64>(load<i32>(totalCounts + (k << 2)) - count))
  }
}

/** Puts the samples of the left child of the best split first, in their order, and sums both sides. */
function partitionRanked(): void {
  const column = rankBase + (((<usize>bestFeature) * <usize>rankStride) << 2)
  const absent = load<u32>(distinctCount + ((<usize>bestFeature) << 2))
  const missingToLeft: u32 = bestMissingLeft != 0 ? absent : NO_RANK
  const spareCodes = spare + ((<usize>rows) << 2)
  let toLeft = (<usize>start) << 2
  let toRight: usize = 0
  for (let p = toLeft, last = (<usize>end) << 2; p < last; p += 4) {
    const i = load<i32>(samples + p)
    const code = load<u32>(codes + p)
    const rank = load<u32>(column + ((<usize>i) << 2))
    const goesLeft = <usize>(i32(rank <= bestRank) | i32(rank == missingToLeft)) << 2
    store<i32>(samples + toLeft, i)
    store<u32>(codes + toLeft, code)
    store<i32>(spare + toRight, i)
    store<u32>(spareCodes + toRight, code)
    toLeft += goesLeft
    toRight += 4 - goesLeft
  }
  memory.copy(samples + toLeft, spare, toRight)
  memory.copy(codes + toLeft, spareCodes, toRight)
  weightedLeft = <f64>countCodes(leftCounts, start, bestPosition)
  weightedRight = weightedNode - weightedLeft
  spreadCounts()
}
