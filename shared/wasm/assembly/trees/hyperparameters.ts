/** The hyperparameters, which the host writes: scikit-learn's, with fractions of the data turned into numbers. */

export const GINI: i32 = 0
export const ENTROPY: i32 = 1
export const SQUARED_ERROR: i32 = 2
export const POISSON: i32 = 3
export const ABSOLUTE_ERROR: i32 = 4

/** One of the above; those up to entropy are of classes. */
export let criterion: i32 = GINI
/** Whether a feature's threshold is drawn (splitter random); else the best one is searched for. */
export let useRandomThresholds: bool = false
export let maxFeatures: i32 = 0
export let maxDepth: i32 = 0
export let minSamplesSplit: i32 = 0
export let minSamplesLeaf: i32 = 0
/** -1: no limit, and the tree grows depth first. */
export let maxLeafNodes: i32 = 0
export let minImpurityDecrease: f64 = 0
/** i8[columns] (monotonic_cst): 1 where the value may only rise with the feature, -1 where it may only fall, else 0. 0: there is none. */
export let directions: usize = 0
/** min_weight_fraction_leaf times the sum of the tree's weights. */
export let minWeightLeaf: f64 = 0
