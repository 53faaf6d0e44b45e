import type { Shape } from '../estimate.ts'

/** Bytes of a node in a model, with its shares of the classes (see `treeSchema`). */
export const nodeBytes = (classCount: number) => 41 + 8 * classCount

/** Bytes of the smallest tree that has learned something: a root and two leaves. */
export const smallestTreeBytes = (classCount: number) => 3 * nodeBytes(classCount)

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

/** Bytes of a thread's workspace: a row's weight, sample and code, and room to sort. */
export const workspaceBytes = ({ rows }: Shape) => 24 * rows
