import { z } from 'zod'
import { float64 } from '../arrays.ts'
import { treeSchema } from '../trees/model.ts'

export const decisionTreeModel = z.object({
  classCount: z.int(),
  featureCount: z.int(),
  tree: treeSchema,
  /** scikit-learn's `feature_importances_`: mean decrease in impurity, summing to 1 (or all 0). */
  featureImportances: float64(),
})
/** A node's value is the number that it predicts. */
export const decisionTreeRegressorModel = decisionTreeModel.omit({ classCount: true })
export type DecisionTreeRegressorModel = z.infer<typeof decisionTreeRegressorModel>
export type DecisionTreeModel = z.infer<typeof decisionTreeModel>
