import { z } from 'zod'
import { float64, int32, uint8 } from '../arrays.ts'

export const losses = ['log_loss', 'squared_error', 'absolute_error', 'gamma', 'poisson', 'quantile'] as const
export type Loss = (typeof losses)[number]

/**
 * All trees, one behind the other, each depth first: a node's left child follows it. Every raw prediction of a row is
 * the baseline and the values of the leaves that it falls in, one tree after the other.
 */
export const gradientBoostingModel = z.object({
  loss: z.enum(losses),
  /** Number of classes; 0 for a regression. */
  classCount: z.int(),
  featureCount: z.int(),
  /** The raw prediction before the first tree: one value, or one per class for three classes or more. */
  baseline: float64(),
  /** Where each tree begins. In an iteration there is a tree for each value of the baseline. */
  roots: int32(),
  /** The feature that a node tests; -1 for a leaf. */
  feature: int32(),
  /** The largest value that goes left, or the leaf's value. Of a categorical node the number of its set. */
  value: float64(),
  /** The right child; 0 for a leaf. */
  right: int32(),
  /** MISSING_LEFT, CATEGORICAL: see node-flags.ts */
  marks: uint8(),
  /** Training rows of a node. */
  samples: int32(),
  /** Per categorical feature the values that training knew, in increasing order. All others count as missing. */
  categories: z.array(z.object({ feature: z.int(), values: float64() })),
  /** The sets of categories that go left: 32 bytes each, a bit per category by its position in `values`. */
  sets: uint8(),
})
export type GradientBoostingModel = z.infer<typeof gradientBoostingModel>
