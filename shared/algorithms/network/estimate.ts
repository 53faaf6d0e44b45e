import { type FitEstimate, type Shape, THREAD_BYTES } from '../estimate.ts'
import { type Architecture, shapesOf, workPerRow } from './architecture.ts'
import { planNetwork } from './plan.ts'

/** Multiply-adds per second and thread that no processor exceeds: two instructions of four lanes a cycle, at 4 GHz. */
const FASTEST = 3.2e10

type Params = {
  readonly epochs: number
  readonly batch_size: number
  readonly early_stopping?: { readonly patience: number; readonly start_from_epoch: number } | undefined
}

function leastEpochs({ epochs, early_stopping: stopping }: Params): number {
  return stopping ? Math.min(epochs, stopping.start_from_epoch + stopping.patience + 1) : epochs
}

/**
 * The network's plan (weights, gradients, the optimizer's slots, a batch and its activations), and the rows in float32;
 * likely, the predictions of the rows as well, and the other threads.
 * Time: the multiply-adds of all epochs; with early stopping, of those that come in any case.
 */
export function estimateNetwork(
  architecture: Architecture,
  shape: Shape,
  params: Params,
  threads: number,
): FitEstimate {
  const batch = Math.min(params.batch_size, shape.rows)
  const weights = shapesOf(architecture).reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0)
  const bytes = planNetwork(architecture, batch, 1, 'train').bytes + 4 * shape.rows * shape.columns
  return {
    bytes,
    likelyBytes: bytes + 32 * shape.rows * shape.classCount + (threads - 1) * THREAD_BYTES,
    modelBytes: 4 * weights,
    seconds: (workPerRow(architecture) * shape.rows * leastEpochs(params)) / FASTEST / threads,
    ...(!params.early_stopping && { factor: { name: 'epochs', value: params.epochs } }),
  }
}

/** The same without the rows, of which a batch is in memory, and the order of an epoch. */
export function estimateNetworkFromDisk(
  architecture: Architecture,
  shape: Shape,
  params: Params,
  threads: number,
): FitEstimate {
  const whole = estimateNetwork(architecture, shape, params, threads)
  return { ...whole, bytes: whole.bytes - 4 * shape.rows * shape.columns + 4 * shape.rows }
}
