import { z } from 'zod'
import { integer, monotonicConstraints, none, oneOf, or, randomSeed, real } from '../hyperparameters.ts'

const share = () => z.number().gt(0).lt(1)
/** The number 1 is a count; in a JSON Schema, which has no 1.0 either, it stands for both. */
const shareOrAll = () => real(0, 1).refine((value) => value < 1)
const all = () => z.literal('1.0')

/** What a tree alone and a tree of a forest have in common, with scikit-learn's names and defaults. */
export const treeHyperparameters = {
  criterion: oneOf('gini', 'entropy', 'log_loss').default('gini'),
  max_depth: or(integer(1), none()).default(null),
  min_samples_split: z
    .union([integer(2), shareOrAll(), all()])
    .describe(
      'a whole number of at least 2 (rows; not written as 2.0), or a share of the rows above 0 and at most 1.0',
    )
    .default(2),
  min_samples_leaf: z
    .union([integer(1), share()])
    .describe(
      'a whole number of at least 1 (rows; not written as 1.0), or a share of the rows between 0 and 1',
    )
    .default(1),
  min_weight_fraction_leaf: real(0, 0.5, true).default(0),
  max_leaf_nodes: or(integer(2), none()).default(null),
  min_impurity_decrease: real(0, Number.POSITIVE_INFINITY, true).default(0),
  ccp_alpha: real(0, Number.POSITIVE_INFINITY, true).default(0),
  monotonic_cst: monotonicConstraints().default(null),
  random_state: z
    .union([randomSeed(), z.null()])
    .describe('a whole number from 0 to 4294967295, or null, which counts as 42')
    .default(42),
} as const

/** Of a regression tree. friedman_mse is what scikit-learn 1.9 makes of it: the squared error. */
export const regressionCriterion = () => oneOf('squared_error', 'absolute_error', 'friedman_mse', 'poisson')
export type RegressionCriterion = z.output<ReturnType<typeof regressionCriterion>>

export const maxFeatures = () =>
  z
    .union([z.enum(['sqrt', 'log2']), integer(1), shareOrAll(), all(), z.null()])
    .describe(
      '"sqrt", "log2", a whole number of at least 1 (columns; not written as 1.0), a share of the columns above 0 and at most 1.0, or null',
    )
