import type { Cost, Shape } from '../cost.ts'
import type { DecisionTreeParams } from './hyperparameters.ts'

/** Of one node in a model, with its shares of the classes (see `treeSchema`). */
export const nodeBytes = (classCount: number) => 41 + 8 * classCount

/** Bytes of the data as the kernel has them: float32 values and, with the best splits, their ranks. */
export const dataBytes = ({ rows, columns }: Shape, ranked: boolean) =>
  rows * (4 + columns * (ranked ? 8 : 4))

/** Bytes of a thread's workspace: a row's weight, place and code, and room to sort. */
export const workspaceBytes = ({ rows }: Shape) => 24 * rows

/** The data as the kernel has them, one workspace, and a tree of a root and two leaves. */
export function cost(shape: Shape, params: DecisionTreeParams): Cost {
  const modelBytes = 3 * nodeBytes(shape.classCount)
  return {
    bytes: dataBytes(shape, params.splitter === 'best') + workspaceBytes(shape) + modelBytes,
    modelBytes,
    seconds: 0,
  }
}
