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
