import { z } from 'zod'
import { float64 } from '../arrays.ts'

/** scikit-learn's `coef_` and `intercept_`. */
export const linearRegressionModel = z.object({
  featureCount: z.int(),
  coefficients: float64(),
  intercept: z.number(),
  /** Iterations of the coordinate descent (scikit-learn's `n_iter_`). */
  iterations: z.int().optional(),
})
export type LinearRegressionModel = z.infer<typeof linearRegressionModel>
