/** The figures of predicted numbers beside the actual ones, as sklearn.metrics computes them. */

/** Numbers that a model predicts of rows, and what they are. */
export type PredictedNumbers = {
  readonly actual: Float64Array
  readonly values: Float64Array
}

/** What `mean_absolute_percentage_error` divides by where the actual number is less: numpy's eps. */
const EPSILON = Number.EPSILON

/**
 * All by sklearn.metrics' definitions. Of a target without variance the r2 and the explained variance are 1 where nothing
 * is wrong, else 0. Figures of no rows are NaN.
 */
export function regressionScores({ actual, values }: PredictedNumbers) {
  const errors = actual.map((value, i) => value - values[i])
  const sizes = errors.map(Math.abs)
  const squares = errors.map((error) => error * error)
  const meanError = mean(errors)
  const meanSquare = mean(squares)
  const variance = varianceOf(actual)
  return {
    r2: r2Of(meanSquare, variance),
    mean_squared_error: meanSquare,
    root_mean_squared_error: Math.sqrt(meanSquare),
    mean_absolute_error: mean(sizes),
    mean_absolute_percentage_error: mean(
      sizes.map((size, i) => size / Math.max(EPSILON, Math.abs(actual[i]))),
    ),
    median_absolute_error: medianOf(sizes),
    explained_variance: r2Of(mean(errors.map((error) => (error - meanError) ** 2)), variance),
    max_error: sizes.reduce((most, size) => (size > most ? size : most), 0),
  }
}

/** The coefficient of determination. */
export function r2Score({ actual, values }: PredictedNumbers): number {
  return r2Of(mean(actual.map((value, i) => (value - values[i]) ** 2)), varianceOf(actual))
}

function r2Of(unexplained: number, variance: number): number {
  if (variance !== 0) return 1 - unexplained / variance
  return unexplained === 0 ? 1 : 0
}

/** The middle number, or the mean of the two middle ones. */
export function medianOf(values: Float64Array): number {
  const ascending = values.toSorted()
  const middle = ascending.length >> 1
  return ascending.length % 2 === 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2
}

function varianceOf(values: Float64Array): number {
  const center = mean(values)
  return mean(values.map((value) => (value - center) ** 2))
}

/** With a correction for rounding (Kahan, "Pracniques: further remarks on reducing truncation errors", 1965). */
export function mean(values: Float64Array): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const corrected = value - lost
    const next = sum + corrected
    lost = next - sum - corrected
    sum = next
  }
  return sum / values.length
}
