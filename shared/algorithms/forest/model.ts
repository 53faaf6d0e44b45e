import { z } from 'zod'
import { float64 } from '../arrays.ts'
import { treeSchema } from '../trees/model.ts'

/** Probabilities are the mean of the trees' leaf values; the class is the first with the highest. */
export const forestClassifierModel = z.object({
  classCount: z.int(),
  featureCount: z.int(),
  trees: z.array(treeSchema),
  featureImportances: float64(),
  /**
   * Accuracy (of a regression: r2) on the training rows, each predicted by the trees that did not draw it, where
   * `oob_score` asked for it.
   */
  oobScore: z.number().optional(),
})
/** The prediction is the mean of the trees' leaf values. */
export const forestRegressorModel = forestClassifierModel.omit({ classCount: true })
export type ForestClassifierModel = z.infer<typeof forestClassifierModel>
export type ForestRegressorModel = z.infer<typeof forestRegressorModel>
