import type { Cost, Shape } from '../cost.ts'
import { featureLimit } from '../trees/settings.ts'
import type { DecisionTreeParams } from './hyperparameters.ts'

/** Of one node in a model, with its shares of the classes (see `treeSchema`). */
export const nodeBytes = (classCount: number) => 41 + 8 * classCount

/** Bytes of the data as the kernel has them: float32 values and, with the best splits, their ranks. */
export const dataBytes = ({ rows, columns }: Shape, ranked: boolean) =>
  rows * (4 + columns * (ranked ? 8 : 4))

/** With so many rows a column is larger than a core's own cache. */
const ROWS_FOR_ROW_ORDER = 2 ** 17
/** So many values take 256 MiB. */
const VALUES_FOR_ROW_ORDER = 2 ** 26

/**
 * Bytes of the ranks once more, row by row: kept of large data where nodes look at few of the columns, else 0. Only where
 * there are ranks, which is certain without class weights.
 */
export function rowOrderBytes(
  { rows, columns }: Pick<Shape, 'rows' | 'columns'>,
  maxFeatures: DecisionTreeParams['max_features'],
): number {
  if (rows < ROWS_FOR_ROW_ORDER || rows * columns > VALUES_FOR_ROW_ORDER) return 0
  return 2 * featureLimit(maxFeatures, columns) < columns ? rows * columns * 4 : 0
}

/** Bytes of a thread's workspace: a row's weight, place and code, and room to sort. */
export const workspaceBytes = ({ rows }: Shape) => 24 * rows

/** The data as the kernel has them, one workspace, and a tree of a root and two leaves. */
export function cost(shape: Shape, params: DecisionTreeParams): Cost {
  const modelBytes = 3 * nodeBytes(shape.classCount)
  const ranked = params.splitter === 'best'
  const rowOrder = ranked && params.class_weight === null ? rowOrderBytes(shape, params.max_features) : 0
  return {
    bytes: dataBytes(shape, ranked) + rowOrder + workspaceBytes(shape) + modelBytes,
    modelBytes,
    seconds: 0,
  }
}
