import { z } from 'zod'
import { arithmetic } from '../../wasm/arithmetic.ts'
import { float64 } from '../arrays.ts'

/**
 * scikit-learn's `coef_` and `intercept_`: one row for two classes (the score of class 1), else a row per class.
 */
export const logisticRegressionModel = z.object({
  classCount: z.int(),
  featureCount: z.int(),
  /** Row-major: row k, feature j at k * featureCount + j. */
  coefficients: float64(),
  intercepts: float64(),
  /** softmax: multinomial (for two classes: the sigmoid of the score). oneVsRest: sigmoids, normalized to sum 1. */
  link: z.enum(['softmax', 'oneVsRest']),
  /** Iterations used (`n_iter_`). */
  iterations: z.int(),
  /** That of its fit; absent: plain. */
  arithmetic: arithmetic.optional(),
})
export type LogisticRegressionModel = z.infer<typeof logisticRegressionModel>
