import { mean, medianOf, regressionScores } from '../evaluation/regression-metrics.ts'
import type { RegressionSummary } from './report-data.ts'

/** The first test rows are a random sample of them all, as the split shuffles. */
const MAX_POINTS = 300
const MAX_SIZES = 5

export type EvaluatedNumbers = {
  /** Of the test rows. */
  readonly actual: Float64Array
  readonly values: Float64Array
  readonly trainTarget: Float64Array
}

/** What the report says of a regression's test rows, at a length that does not depend on their number. */
export function summarizeRegression({ actual, values, trainTarget }: EvaluatedNumbers): RegressionSummary {
  const center = mean(trainTarget)
  const always = regressionScores({ actual, values: new Float64Array(actual.length).fill(center) })
  const drawn = Math.min(actual.length, MAX_POINTS)
  return {
    testRows: actual.length,
    baseline: { value: round(center), rootMeanSquaredError: round(always.root_mean_squared_error) },
    points: {
      actual: Array.from(actual.subarray(0, drawn), round),
      predicted: Array.from(values.subarray(0, drawn), round),
    },
    bySize: errorsBySize(actual, values),
  }
}

/** The errors of the smallest actual numbers, of the next, and so on, in parts of as equal a number of rows as can be. */
function errorsBySize(actual: Float64Array, values: Float64Array): RegressionSummary['bySize'] {
  const order = Array.from(actual.keys()).sort((a, b) => actual[a] - actual[b] || a - b)
  const parts = Math.min(MAX_SIZES, order.length)
  return Array.from({ length: parts }, (_, part) => {
    const rows = order.slice(
      Math.floor((part * order.length) / parts),
      Math.floor(((part + 1) * order.length) / parts),
    )
    const errors = Float64Array.from(rows, (i) => values[i] - actual[i])
    const sizes = errors.map(Math.abs)
    return {
      from: round(actual[rows[0]]),
      to: round(actual[rows[rows.length - 1]]),
      rows: rows.length,
      meanError: round(mean(errors)),
      meanAbsoluteError: round(mean(sizes)),
      medianAbsoluteError: round(medianOf(sizes)),
    }
  })
}

function round(value: number): number {
  return Number(value.toPrecision(6))
}
