import { z } from 'zod'
import { float64 } from '../arrays.ts'

/** scikit-learn's `theta_`, `var_` and `class_prior_`. */
export const naiveBayesModel = z.object({
  classCount: z.int(),
  featureCount: z.int(),
  /** Row-major: class k, feature j at k * featureCount + j. */
  means: float64(),
  /** In the same layout, `var_smoothing` included. */
  variances: float64(),
  priors: float64(),
})
export type NaiveBayesModel = z.infer<typeof naiveBayesModel>
