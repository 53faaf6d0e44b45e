import type { FitEstimate, Shape } from '../estimate.ts'

/** The model is the training rows themselves. */
export function estimate({ rows, columns }: Shape): FitEstimate {
  const bytes = 8 * rows * (columns + 1)
  return { bytes, modelBytes: bytes, seconds: 0 }
}
