/**
 * Histogram gradient boosting as scikit-learn 1.9 does it (sklearn/ensemble/_hist_gradient_boosting), operation for
 * operation where the order decides how a sum is rounded. The host grows the trees (shared/algorithms/gradient-boosting)
 * and gives every thread pieces of what is done over rows or over features.
 *
 * The bins lie twice: column after column for the partition, and in blocks of up to four features side by side for the
 * histograms, so that a row's index, gradient and hessian are read once for four features.
 */
export { binColumn, MAX_THRESHOLDS } from './boosting/bin-column'
export { SCRATCH_BYTES, splitByCategory } from './boosting/categorical-split'
export {
  constantHessian,
  missingBin,
  nodePairs,
  pairs,
  partition,
  raw,
  rows,
  target,
  weights,
} from './boosting/data'
export {
  ABSOLUTE_ERROR,
  BINOMIAL,
  findGradients,
  findMultinomialGradients,
  GAMMA,
  POISSON,
  QUANTILE,
  quantile,
  SQUARED_ERROR,
} from './boosting/gradients'
export { BINS, buildHistograms, HISTOGRAM_BYTES, subtractHistograms } from './boosting/histograms'
export { l2Regularization, MIN_HESSIAN, minSamplesLeaf } from './boosting/hyperparameters'
export { Node, Split } from './boosting/node'
export { splitByNumber } from './boosting/numeric-split'
export { addLeafValues, gatherPairs, partRows, placeRows, resetPartition } from './boosting/partition'
