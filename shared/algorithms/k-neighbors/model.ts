import { z } from 'zod'
import { float64, int32 } from '../arrays.ts'

/** The training rows, and how their neighbors are found and weighed. */
export const neighborsModel = z.object({
  featureCount: z.int(),
  /** Row-major: row i, feature j at i * featureCount + j. */
  rows: float64(),
  neighbors: z.int(),
  weights: z.enum(['uniform', 'distance']),
  metric: z.enum(['euclidean', 'manhattan', 'chebyshev', 'minkowski']),
  /** The power p of the metric minkowski. */
  p: z.number(),
  /** With `kd_tree`, the tree is built from the rows when it is first needed. */
  search: z.enum(['kd_tree', 'brute']),
  leafSize: z.int(),
})
export type NeighborsModel = z.infer<typeof neighborsModel>

/** `target` is the class of each training row. */
export const kNeighborsModel = neighborsModel.extend({ classCount: z.int(), target: int32() })
export type KNeighborsModel = z.infer<typeof kNeighborsModel>

/** `target` is the number of each training row. */
export const kNeighborsRegressorModel = neighborsModel.extend({ target: float64() })
export type KNeighborsRegressorModel = z.infer<typeof kNeighborsRegressorModel>
