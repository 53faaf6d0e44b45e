import type { Matrix } from '../../data/matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import { openKernel } from '../../wasm/kernel.ts'
import { type Exports, kernel as treeKernel } from '../../wasm/kernels/trees.ts'
import { growableMemory, growMemory, MAX_MEMORY_BYTES, memoryLayout } from '../../wasm/memory.ts'
import { presortedBytes, rankRowsBytes } from './memory-estimate.ts'
import type { TreeSettings } from './settings.ts'

/**
 * The training data where kernels can work on them, and a workspace for each thread. Can be posted to a thread: the memory
 * is shared.
 */
export type TreeProblem = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly rows: number
  readonly columns: number
  /** Values of a node: a share per class, or the one number of a regression. */
  readonly classCount: number
  readonly settings: TreeSettings
  /** Whether columns are ranks and weights whole numbers: see assembly/trees.ts. */
  readonly ranked: boolean
  /** Whether the columns are presorted for every tree: see assembly/trees.ts. */
  readonly presorted: boolean
  /** See assembly/trees/data.ts. */
  readonly exactSums: boolean
  readonly addresses: Addresses
  /** Where the workspace of thread 0, 1, … begins. */
  readonly workspaces: readonly number[]
}

/** Of the arrays in the memory: see assembly/trees/data.ts. */
type Addresses = {
  readonly values: number
  readonly target: number
  readonly hasMissing: number
  /** 0: not allocated. */
  readonly directions: number
  readonly distinct: number
  readonly distinctCount: number
  readonly reach: number
  /** 0: not allocated. */
  readonly rankRows: number
  readonly xLogX: number
  readonly end: number
}

/** Rows whose target is a class, or a number. */
export type TreeData = {
  readonly features: Matrix
  readonly target: Int32Array | Float64Array
  /** Of a classification. */
  readonly classCount?: number
}

/** By the numbers of assembly/trees/hyperparameters.ts. */
const criteria: Readonly<Record<TreeSettings['criterion'], number>> = {
  gini: 0,
  entropy: 1,
  log_loss: 1,
  squared_error: 2,
  friedman_mse: 2,
  poisson: 3,
  absolute_error: 4,
}

const FLOAT32_MAX = 3.4028234663852886e38
/** Squares of counts up to this are exact in a double. */
const MAX_COUNT = 94_000_000

/**
 * Copies the data into memory that the kernels of `threads` threads share, features as float32.
 *
 * @param wholeWeights the maximum sum of a tree's weights when all are whole numbers, else undefined.
 * @throws JobError for a value that float32 cannot hold, or data that 4 GiB cannot.
 */
export function layOut(
  module: WebAssembly.Module,
  data: TreeData,
  settings: TreeSettings,
  wholeWeights: number | undefined,
  threads: number,
): TreeProblem {
  const { features, target } = data
  const classCount = data.classCount ?? 1
  const { rows, columns } = features
  const ranked =
    target instanceof Int32Array &&
    settings.splitter === 'best' &&
    wholeWeights !== undefined &&
    wholeWeights <= MAX_COUNT &&
    classCount * wholeWeights < 2 ** 30
  const memory = growableMemory()
  const kernel = openKernel(treeKernel, module, memory)
  const counts = ranked && settings.criterion !== 'gini' ? (wholeWeights ?? 0) : 0
  const bytesOfRankRows = ranked ? rankRowsBytes(features, settings.maxFeatures) : 0
  const addresses = placeData(data, settings, ranked, bytesOfRankRows, counts)
  const workspaces: number[] = []
  const presorted = presortedBytes(features, settings, threads) > 0
  const exactSums = presorted && wholeWeights !== undefined && hasExactSums(target, wholeWeights)
  const problem = {
    ...{
      module,
      memory,
      rows,
      columns,
      classCount,
      settings,
      ranked,
      presorted,
      exactSums,
      addresses,
      workspaces,
    },
  }
  configure(kernel, problem)
  let end = addresses.end
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

  if (target instanceof Int32Array) new Int32Array(memory.buffer, addresses.target, rows).set(target)
  else new Float64Array(memory.buffer, addresses.target, rows).set(target)
  writeFeatures(features, memory.buffer, addresses)
  if (settings.directions !== null)
    new Int8Array(memory.buffer, addresses.directions, columns).set(settings.directions)
  if (ranked) {
    kernel.layout(workspaces[0])
    kernel.rankColumns()
    if (counts > 0) kernel.fillXLogX(counts)
  }
  return problem
}

/** Whether all sums of the targets and of their squares are whole numbers that a double holds. */
function hasExactSums(target: TreeData['target'], wholeWeights: number): boolean {
  const maximum = Math.sqrt(Number.MAX_SAFE_INTEGER / wholeWeights)
  return target.every((value) => Number.isInteger(value) && Math.abs(value) <= maximum)
}

function placeData(
  { features: { rows, columns }, target }: TreeData,
  { directions }: TreeSettings,
  ranked: boolean,
  bytesOfRankRows: number,
  counts: number,
): Addresses {
  const layout = memoryLayout()
  return {
    values: layout.float32(rows * columns),
    target: target instanceof Float64Array ? layout.float64(rows) : layout.int32(rows),
    hasMissing: layout.bytes(columns),
    directions: directions === null ? 0 : layout.bytes(columns),
    distinct: layout.float32(ranked ? rows * columns : 0),
    distinctCount: layout.int32(columns),
    reach: layout.int32(columns),
    rankRows: bytesOfRankRows > 0 ? layout.bytes(bytesOfRankRows) : 0,
    xLogX: layout.float64(counts + 1),
    end: layout.end(),
  }
}

/** Writes the features as float32, and which columns have missing values. */
function writeFeatures(
  { rows, columns, values }: Matrix,
  buffer: ArrayBufferLike,
  addresses: Addresses,
): void {
  const hasMissing = new Uint8Array(buffer, addresses.hasMissing, columns)
  for (let j = 0; j < columns; j++) {
    const column = new Float32Array(buffer, addresses.values + j * rows * 4, rows)
    column.set(values.subarray(j * rows, (j + 1) * rows))
    for (let i = 0; i < rows; i++) {
      if (Math.abs(column[i]) <= FLOAT32_MAX) continue
      if (Number.isNaN(column[i])) hasMissing[j] = 1
      else {
        throw new JobError(
          'bad_features',
          `Column ${j + 1} of the features has a value that is infinite or too large for a tree (above 3.4e38): scale it down.`,
        )
      }
    }
  }
}

/** Tells a kernel the data and the hyperparameters. */
export function configure(kernel: Exports, problem: TreeProblem): void {
  const { settings, addresses } = problem
  kernel.rows.value = problem.rows
  kernel.columns.value = problem.columns
  kernel.classes.value = problem.classCount
  kernel.values.value = addresses.values
  kernel.target.value = addresses.target
  kernel.hasMissing.value = addresses.hasMissing
  kernel.directions.value = addresses.directions
  kernel.useRanks.value = Number(problem.ranked)
  kernel.usePresorted.value = Number(problem.presorted)
  kernel.hasExactSums.value = Number(problem.exactSums)
  kernel.distinct.value = addresses.distinct
  kernel.distinctCount.value = addresses.distinctCount
  kernel.reach.value = addresses.reach
  kernel.rankRows.value = addresses.rankRows
  kernel.xLogX.value = addresses.xLogX
  kernel.criterion.value = criteria[settings.criterion]
  kernel.useRandomThresholds.value = Number(settings.splitter === 'random')
  kernel.maxFeatures.value = settings.maxFeatures
  kernel.maxDepth.value = settings.maxDepth
  kernel.minSamplesSplit.value = settings.minSamplesSplit
  kernel.minSamplesLeaf.value = settings.minSamplesLeaf
  kernel.maxLeafNodes.value = settings.maxLeafNodes
  kernel.minImpurityDecrease.value = settings.minImpurityDecrease
}
