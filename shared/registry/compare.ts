import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

/** One fact of two models side by side. */
export type Compared = {
  readonly part: 'model' | 'metrics' | 'hyperparameters' | 'data'
  readonly name: string
  readonly a: unknown
  readonly b: unknown
  readonly same: boolean
}

/**
 * Two models' documents side by side: what they are, their metrics (the figures, without reports and histories), their
 * hyperparameters and the data they were trained on. A fact that only one of them has is undefined in the other.
 */
export function compareModels(a: Record<string, unknown>, b: Record<string, unknown>): Compared[] {
  return (['model', 'metrics', 'hyperparameters', 'data'] as const).flatMap((part) => {
    const [ofA, ofB] = [facts(a, part), facts(b, part)]
    const names = new Set([...Object.keys(ofA), ...Object.keys(ofB)])
    return Array.from(names, (name) => ({
      part,
      name,
      a: ofA[name],
      b: ofB[name],
      same: isDeepStrictEqual(ofA[name], ofB[name]),
    }))
  })
}

const values = z.record(z.string(), z.unknown()).catch({})
/** What the registry keeps of a model, any of which an old document may lack. */
const modelParts = z.object({ hyperparameters: values, dataset: values, metrics: values })

function facts(model: Record<string, unknown>, part: Compared['part']): Record<string, unknown> {
  const { hyperparameters, dataset, metrics } = modelParts.parse(model)
  if (part === 'hyperparameters') return hyperparameters
  if (part === 'data') return { ...dataset, target_column: model.target_column, features: model.features }
  if (part === 'metrics') {
    return Object.fromEntries(
      Object.entries(metrics).filter(([, value]) => typeof value !== 'object' || value === null),
    )
  }
  const { _id, name, version, algorithm, created_at, tags } = model
  return { id: _id, name, version, algorithm, created_at, tags }
}
