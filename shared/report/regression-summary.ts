import { mean, medianOf, regressionScores } from '../evaluation/regression-metrics.ts'
import type { RegressionSummary } from './report-data.ts'

/** The first test rows are a random sample of them all, as the split shuffles. */
const MAX_POINTS = 300
const MAX_SIZES = 5
/** A drawing multiplies its ends. */
const MAX_DRAWN = 1e150

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
  const drawable = Array.from(actual.keys())
    .filter((i) => Math.abs(actual[i]) < MAX_DRAWN && Math.abs(values[i]) < MAX_DRAWN)
    .slice(0, MAX_POINTS)
  return {
    testRows: actual.length,
    baseline: { value: figure(center), rootMeanSquaredError: figure(always.root_mean_squared_error) },
    points: {
      actual: drawable.map((i) => round(actual[i])),
      predicted: drawable.map((i) => round(values[i])),
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
      meanError: figure(mean(errors)),
      meanAbsoluteError: figure(mean(sizes)),
      medianAbsoluteError: figure(medianOf(sizes)),
    }
  })
}

/** Null where sums have overflowed. */
function figure(value: number): number | null {
  return Number.isFinite(value) ? round(value) : null
}

function round(value: number): number {
  return Number(value.toPrecision(6))
}
