import type { FitEstimate, Shape } from '../estimate.ts'
import type { BoostingParams } from './hyperparameters.ts'

/** Bytes of a node in the model. */
const NODE_BYTES = 4 + 8 + 4 + 1 + 4

/** Nanoseconds to put a value into a histogram, at least. */
const NS_PER_VALUE = 0.2

/**
 * The data as the kernel has them (two copies of the bins, and the targets, raw predictions, gradients and orders of the
 * rows), and for each iteration and class a tree of one node. Time: every tree looks at each value once.
 */
export function estimate(shape: Shape, params: BoostingParams, threads: number): FitEstimate {
  const { rows, columns, classCount } = shape
  const outputs = classCount > 2 ? classCount : 1
  const value = params.max_iter
  const trees = value * outputs
  return {
    bytes: rows * (2 * columns + 16 * outputs + 8 + 8 + 12) + trees * NODE_BYTES,
    modelBytes: trees * NODE_BYTES,
    seconds: (trees * rows * columns * NS_PER_VALUE) / 1e9 / threads,
    factor: { name: 'max_iter', value },
  }
}

/** The same, and on each thread a column of numbers while its bins are found. */
export function estimateFromDisk(shape: Shape, params: BoostingParams, threads: number): FitEstimate {
  const whole = estimate(shape, params, threads)
  return { ...whole, bytes: whole.bytes + threads * 16 * shape.rows }
}
