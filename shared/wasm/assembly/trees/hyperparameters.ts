/** The hyperparameters, which the host writes: scikit-learn's, with fractions of the data turned into numbers. */

/** Whether the criterion is gini; else it is entropy. */
export let useGini: bool = false
/** Whether a feature's threshold is drawn (splitter random); else the best one is searched for. */
export let useRandomThresholds: bool = false
export let maxFeatures: i32 = 0
export let maxDepth: i32 = 0
export let minSamplesSplit: i32 = 0
export let minSamplesLeaf: i32 = 0
/** -1: no limit, and the tree grows depth first. */
export let maxLeafNodes: i32 = 0
export let minImpurityDecrease: f64 = 0
/** min_weight_fraction_leaf times the sum of the tree's weights. */
export let minWeightLeaf: f64 = 0
