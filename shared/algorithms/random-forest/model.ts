import { z } from 'zod'
import { float64 } from '../arrays.ts'
import { treeSchema } from '../trees/model.ts'

/** Probabilities are the mean of the trees' leaf values; the class is the first with the highest. */
export const randomForestModel = z.object({
  classCount: z.int(),
  featureCount: z.int(),
  trees: z.array(treeSchema),
  featureImportances: float64(),
  /** Accuracy on the rows that a tree did not see, where `oob_score` asked for it. */
  oobScore: z.number().optional(),
})
export type RandomForestModel = z.infer<typeof randomForestModel>
