import type { Plot } from './plots.ts'
import type { RegressionSummary } from './report-data.ts'

const HEIGHT = 260

export function scatterPlot({ actual, predicted }: RegressionSummary['points']): Plot {
  const all = [...actual, ...predicted]
  const ends = [Math.min(...all), Math.max(...all)]
  return {
    title: 'Predicted against actual',
    description: `The prediction of each test row (up) over its actual number (across), from ${ends[0]} to ${ends[1]}; on the diagonal it is right.`,
    height: HEIGHT,
    layers: [reference(ends, ends), points(actual, predicted, { x: 'actual', y: 'predicted' })],
  }
}

export function residualsPlot({ actual, predicted }: RegressionSummary['points']): Plot {
  const residuals = predicted.map((value, i) => actual[i] - value)
  const ends = [Math.min(...predicted), Math.max(...predicted)]
  return {
    title: 'Residuals',
    description: `Actual less predicted number of each test row (up) over its prediction (across): from ${Math.min(...residuals)} to ${Math.max(...residuals)}.`,
    height: HEIGHT,
    layers: [
      reference(ends, [0, 0]),
      points(predicted, residuals, { x: 'predicted', y: 'actual less predicted' }),
    ],
  }
}

const quantitative = { type: 'quantitative' as const, scale: { zero: false } }

function reference(x: readonly number[], y: readonly number[]): Plot['layers'][number] {
  return {
    values: x.map((value, i) => ({ x: value, y: y[i] })),
    drawn: {
      mark: { type: 'line', color: 'var(--muted)', strokeDash: [2, 4], strokeWidth: 1 },
      encoding: { x: { field: 'x', ...quantitative }, y: { field: 'y', ...quantitative } },
    },
  }
}

export function points(
  x: readonly number[],
  y: readonly number[],
  titles: { readonly x: string; readonly y: string },
): Plot['layers'][number] {
  return {
    values: x.map((value, i) => ({ x: value, y: y[i] })),
    drawn: {
      mark: { type: 'point', color: 'var(--series-1)', size: 20, opacity: 0.7 },
      encoding: {
        x: { field: 'x', ...quantitative, title: titles.x, axis: { tickCount: 5 } },
        y: { field: 'y', ...quantitative, title: titles.y, axis: { tickCount: 5 } },
      },
    },
  }
}
