import { MAX_MODEL_BYTES, type Shape } from '../estimate.ts'
import type { TreeSettings } from './settings.ts'

/** Bytes of a node in a model, with its shares of the classes (see `treeSchema`). */
export const nodeBytes = (classCount: number) => 41 + 8 * classCount

/** Bytes of the smallest tree that has learned something: a root and two leaves. */
export const smallestTreeBytes = (classCount: number) => 3 * nodeBytes(classCount)

/** Nodes per row of a tree that is grown to its end, about: where the classes overlap, and where splits are random. */
const NODES_PER_ROW = { best: 0.4, random: 0.8 }
/** The same of numbers, of which hardly two are alike: a leaf for each row, and for each of those that are drawn with replacement. */
const NODES_PER_NUMBER = { all: 2, drawn: 1.26 }

/** How often the trees were measured to be in memory, once in the model and again while it is written. */
const COPIES = { classes: 2, numbers: 3 }

/** Bytes of trees that are grown as far as they may be; a model that could not be stored does not come to be written. */
export function grownBytes(
  { rows, classCount }: Shape,
  trees: number,
  limits: {
    readonly splitter: 'best' | 'random'
    readonly bootstrap?: boolean
    readonly max_depth: number | null
    readonly max_leaf_nodes: number | null
  },
): number {
  const byDepth = 2 ** Math.min(40, (limits.max_depth ?? 40) + 1)
  const byLeaves = 2 * (limits.max_leaf_nodes ?? Number.POSITIVE_INFINITY)
  const perNumber = limits.bootstrap ? NODES_PER_NUMBER.drawn : NODES_PER_NUMBER.all
  const isOfNumbers = classCount === 1
  const perRow = isOfNumbers ? perNumber : NODES_PER_ROW[limits.splitter]
  const nodes = Math.min(perRow * rows, byDepth, byLeaves)
  const copies = isOfNumbers ? COPIES.numbers : COPIES.classes
  return copies * Math.min(trees * nodes * nodeBytes(classCount), MAX_MODEL_BYTES)
}

/** Bytes of the data as the kernel holds them: float32 values and, for the best splits, their ranks. */
export const dataBytes = ({ rows, columns }: Shape, ranked: boolean) =>
  rows * (4 + columns * (ranked ? 8 : 4))

/** Rows from which one u32 column exceeds a 512 KiB L2 cache. */
const MIN_ROWS = 2 ** 17
/** Upper bound on rows * columns of the row-major copy: 2^26 u32 are 256 MiB. */
const MAX_VALUES = 2 ** 26

/**
 * Bytes of the row-major copy of the ranks. It pays where a column exceeds the cache and a node looks at fewer than half
 * of the columns; elsewhere there is none, and this is 0.
 *
 * @param maxFeatures how many of the columns a node looks at
 */
export function rankRowsBytes(
  { rows, columns }: Pick<Shape, 'rows' | 'columns'>,
  maxFeatures: number,
): number {
  if (rows < MIN_ROWS || rows * columns > MAX_VALUES || 2 * maxFeatures >= columns) return 0
  return rows * columns * 4
}

/** Upper bound on the bytes of presorted columns in all threads. */
const MAX_PRESORTED_BYTES = 2 ** 27

/**
 * Bytes of a thread's presorted columns: a row and its value in each. They pay where a node of a regression looks at a
 * good part of the columns; elsewhere there are none, and this is 0.
 */
export function presortedBytes(
  { rows, columns }: Pick<Shape, 'rows' | 'columns'>,
  settings: Pick<TreeSettings, 'criterion' | 'splitter' | 'maxFeatures'> & {
    readonly maxLeafNodes: number | null
  },
  threads: number,
): number {
  const { criterion, splitter, maxFeatures, maxLeafNodes } = settings
  const bytes = 8 * rows * columns
  const isSquaredError = criterion === 'squared_error' || criterion === 'friedman_mse'
  const isPossible = isSquaredError && splitter === 'best' && (maxLeafNodes ?? -1) < 0
  return isPossible && 4 * maxFeatures >= columns && threads * bytes <= MAX_PRESORTED_BYTES ? bytes : 0
}

/**
 * Bytes of a thread's workspace: a row's weight, sample and code, room to sort, and presorted columns.
 *
 * @param presorted see `presortedBytes`
 */
export const workspaceBytes = ({ rows }: Shape, presorted: number) =>
  rows * (presorted > 0 ? 57 : 24) + presorted
