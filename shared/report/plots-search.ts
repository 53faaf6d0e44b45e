import type { SearchResult } from '../jobs/result.ts'
import { shown } from './html.ts'
import type { Plot } from './plots.ts'
import { points } from './plots-regression.ts'

/** Hyperparameters that are drawn at most. */
const MAX_PLOTS = 4

/** The mean score of each trial over each hyperparameter that has several numbers. */
export function parameterPlots({ trials, best_parameters, metric }: SearchResult): Plot[] {
  const scored = trials.flatMap((trial) =>
    'error' in trial || trial.mean_score === null ? [] : [{ ...trial, score: trial.mean_score }],
  )
  const plots = Object.keys(best_parameters).flatMap((name): Plot[] => {
    const tried = scored.flatMap(({ parameters, score }) => {
      const value = parameters[name]
      return typeof value === 'number' ? [{ value, score }] : []
    })
    if (new Set(tried.map(({ value }) => value)).size < 2) return []
    const [values, scores] = [tried.map(({ value }) => value), tried.map(({ score }) => score)]
    const best = tried.reduce((a, b) => (b.score > a.score ? b : a))
    const label = shown(name, 40)
    return [
      {
        title: `Score against ${label}`,
        description: `The mean ${metric} of each trial (up) over its ${label} (across), from ${Math.min(...values)} to ${Math.max(...values)}; the best, ${best.score.toFixed(4)}, at ${best.value}.`,
        height: 220,
        layers: [points(values, scores, { x: label, y: metric })],
      },
    ]
  })
  return plots.slice(0, MAX_PLOTS)
}

/** Trials or candidates whose spread is drawn: the best ones. */
const MAX_SPREADS = 15

export type Spread = {
  readonly name: string
  /** Of its scores on the folds; null where there are none. */
  readonly mean: number | null
  readonly deviation: number | null
}

/** Mean scores, the first on top, each with one standard deviation of its scores on the folds to both sides; none of fewer than two. */
export function spreadPlots(tried: readonly Spread[], metric: string): Plot[] {
  const values = tried
    .flatMap(({ name, mean, deviation }, k) =>
      mean === null
        ? []
        : [
            {
              name: shown(`${k + 1} ${name}`, 26),
              mean,
              low: mean - (deviation ?? 0),
              high: mean + (deviation ?? 0),
            },
          ],
    )
    .slice(0, MAX_SPREADS)
  if (values.length < 2) return []
  const sort = values.map(({ name }) => name)
  const y = { field: 'name', type: 'nominal' as const, sort, title: null }
  const scale = { type: 'quantitative' as const, scale: { zero: false } }
  const drawn = [
    {
      mark: { type: 'rule' as const, color: 'var(--series-1)' },
      encoding: {
        y,
        x: { field: 'low', ...scale, title: metric, axis: { tickCount: 5 } },
        x2: { field: 'high' },
      },
    },
    {
      mark: { type: 'point' as const, color: 'var(--series-1)', filled: true, size: 40, opacity: 1 },
      encoding: { y, x: { field: 'mean', ...scale, title: metric } },
    },
  ]
  const [first] = values
  return [
    {
      title: 'Scores and their spread',
      description: `The mean ${metric} of ${values.length} that were tried, each with one standard deviation of its folds to both sides; on top ${first.name}, ${first.mean.toFixed(4)} ± ${(first.high - first.mean).toFixed(4)}.`,
      height: 40 + 18 * values.length,
      layers: drawn.map((layer) => ({ values, drawn: layer })),
    },
  ]
}
