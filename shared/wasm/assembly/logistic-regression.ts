/**
 * Sums of the logistic loss and its gradient over rows.
 *
 * Features lie in blocks of 256 rows; in a block feature f, row r is at f * 256 + r, with features padded by columns
 * of zeros to a multiple of 4 and the last block by rows of zeros. `scores` is the number of linear scores a row:
 * one per class, or 1 for two classes. Coefficients and gradients have feature f, score k at f * scores + k; the
 * intercepts come last. All orders of summation are fixed.
 */
export { accumulate, LossInput } from './logistic-regression/accumulate'
export { BLOCK_ROWS } from './logistic-regression/block'
export { PredictionInput, predict } from './logistic-regression/predict'
