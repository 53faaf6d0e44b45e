/**
 * Mean and scale of a column as scikit-learn's StandardScaler computes them; NaN does not count.
 *
 * The variance is the two-pass one with the correction for rounding of Chan, Golub and LeVeque, "Algorithms for
 * computing the sample variance" (1983). A variance that is not told from rounding error counts as none, and the
 * scale is then 1, as `_is_constant_feature` has it.
 */
export function fitScaler(values: Float64Array): { mean: number; scale: number } {
  let count = 0
  let sum = 0
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isNaN(value)) {
      sum += value
      count++
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
  }
  if (count === 0) return { mean: Number.NaN, scale: Number.NaN }
  // Of one value the mean is that value: a rounded one leaves 1e67 of a column of 1e83.
  if (minimum === maximum) return { mean: minimum, scale: 1 }
  const mean = sum / count
  let squares = 0
  let correction = 0
  for (const value of values) {
    if (!Number.isNaN(value)) {
      const deviation = value - mean
      squares += deviation * deviation
      correction += deviation
    }
  }
  const variance = (squares - (correction * correction) / count) / count
  const bound = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2
  // Both overflow where the numbers are very large, and then nothing is known of the variance.
  const isConstant = variance <= bound && Number.isFinite(variance)
  return { mean, scale: isConstant || variance === 0 ? 1 : Math.sqrt(variance) }
}
