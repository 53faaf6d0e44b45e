import { HISTOGRAM_BYTES } from '../../wasm/kernels/boosting.ts'
import { type FitEstimate, type Shape, THREAD_BYTES } from '../estimate.ts'
import { AUTO_EARLY_STOPPING_ROWS, type BoostingParams } from './hyperparameters.ts'

/** Bytes of a node in the model. */
const NODE_BYTES = 4 + 8 + 4 + 1 + 4

/** Nanoseconds to put a value into a histogram, at least. */
const NS_PER_VALUE = 0.2

/**
 * The data as the kernel has them (two copies of the bins, and the targets, raw predictions, gradients and orders of
 * the rows), and for each iteration and class a tree of one node. Time: every tree looks at each value once.
 */
export function estimate(shape: Shape, params: BoostingParams, threads: number): FitEstimate {
  const { rows, columns, classCount } = shape
  const outputs = classCount > 2 ? classCount : 1
  const stops = stopsEarly(params, rows)
  const value = stops ? Math.min(params.max_iter, params.n_iter_no_change + 1) : params.max_iter
  const trees = value * outputs
  const bytes = rows * (2 * columns + 16 * outputs + 8 + 8 + 12) + trees * NODE_BYTES
  return {
    bytes,
    likelyBytes: bytes + likelyMore(shape, params, threads),
    modelBytes: trees * NODE_BYTES,
    seconds: (trees * rows * columns * NS_PER_VALUE) / 1e9 / threads,
    ...(!stops && { factor: { name: 'max_iter', value } }),
  }
}

/**
 * Bytes that a fit is likely to take beyond the certain ones: a copy of the rows where some are set aside for early
 * stopping, the histograms of the nodes that are not split yet, the predictions of all rows, and the other threads.
 */
function likelyMore({ rows, columns, classCount }: Shape, params: BoostingParams, threads: number): number {
  const outputs = classCount > 2 ? classCount : 1
  const copies = stopsEarly(params, rows) && params.validation_fraction !== null ? 8 * rows * columns : 0
  const waiting = Math.min(params.max_leaf_nodes ?? 1000, rows / (2 * params.min_samples_leaf)) + 2
  const others = rows * columns > 500_000 ? (threads - 1) * THREAD_BYTES : 0
  return copies + waiting * columns * HISTOGRAM_BYTES + 32 * rows * outputs + others
}

/** As `estimate`, for features in a file: each thread also holds a column of numbers while it finds the bins. */
export function estimateFromDisk(shape: Shape, params: BoostingParams, threads: number): FitEstimate {
  const whole = estimate(shape, params, threads)
  return { ...whole, bytes: whole.bytes + threads * 16 * shape.rows }
}

const stopsEarly = ({ early_stopping: given }: BoostingParams, rows: number) =>
  given === 'auto' ? rows > AUTO_EARLY_STOPPING_ROWS : given
