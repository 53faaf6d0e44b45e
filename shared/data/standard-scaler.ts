import { pairwiseSum } from './pairwise-sum.ts'

/**
 * Mean and scale of a column as scikit-learn's StandardScaler computes them; NaN does not count.
 *
 * Sums are numpy's, bit for bit, over the columns of a DataFrame. The variance is the two-pass one with the correction for rounding of Chan, Golub and LeVeque, "Algorithms for
 * computing the sample variance" (1983). A variance that is not told from rounding error counts as none, and the
 * scale is then 1, as `_is_constant_feature` has it.
 */
export function fitScaler(values: Float64Array): { mean: number; scale: number } {
  const isMissing = values.some(Number.isNaN)
  const known = isMissing ? values.filter((value) => !Number.isNaN(value)) : values
  const count = known.length
  if (count === 0) return { mean: Number.NaN, scale: Number.NaN }
  const minimum = known.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const maximum = known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  // Of one value the mean is that value: a rounded one leaves 1e67 of a column of 1e83.
  if (minimum === maximum) return { mean: minimum, scale: 1 }
  // A missing value is 0 in numpy's sums, in its place among the others.
  const terms = isMissing ? values.map((value) => (Number.isNaN(value) ? 0 : value)) : values.slice()
  const mean = pairwiseSum(terms) / count
  for (let i = 0; i < terms.length; i++) terms[i] = Number.isNaN(values[i]) ? 0 : values[i] - mean
  const correction = pairwiseSum(terms)
  for (let i = 0; i < terms.length; i++) terms[i] *= terms[i]
  const variance = (pairwiseSum(terms) - (correction * correction) / count) / count
  const bound = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2
  // Both overflow where the numbers are very large, and then nothing is known of the variance.
  const isConstant = variance <= bound && Number.isFinite(variance)
  return { mean, scale: isConstant || variance === 0 ? 1 : Math.sqrt(variance) }
}
