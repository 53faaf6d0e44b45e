import { type FitEstimate, type Shape, THREAD_BYTES } from '../estimate.ts'

/** Copies of the rows in memory, as measured: in the model, in the kernel, and while it predicts and is written. */
const COPIES = 8

/** The model is the training rows themselves. */
export function estimate({ rows, columns }: Shape, _params: unknown, threads: number): FitEstimate {
  const bytes = 8 * rows * (columns + 1)
  const likelyBytes = COPIES * bytes + (threads - 1) * THREAD_BYTES
  return { bytes, likelyBytes, modelBytes: bytes, seconds: 0 }
}
