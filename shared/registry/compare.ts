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

/** One fact of several models side by side. */
export type ComparedFact = {
  readonly part: Compared['part']
  readonly name: string
  /** Per model; undefined where it has no such fact. */
  readonly values: readonly unknown[]
  readonly same: boolean
}

const PARTS = ['model', 'metrics', 'hyperparameters', 'data'] as const

/**
 * Models' documents side by side: what they are, their metrics (the figures, without reports and histories), their
 * hyperparameters and the data they were trained on.
 */
export function compareFacts(models: readonly Record<string, unknown>[]): ComparedFact[] {
  return PARTS.flatMap((part) => {
    const ofEach = models.map((model) => facts(model, part))
    const names = new Set(ofEach.flatMap((each) => Object.keys(each)))
    return Array.from(names, (name) => {
      const values = ofEach.map((each) => each[name])
      return { part, name, values, same: values.every((value) => isDeepStrictEqual(value, values[0])) }
    })
  })
}

/** Two models' documents side by side. A fact that only one of them has is undefined in the other. */
export function compareModels(a: Record<string, unknown>, b: Record<string, unknown>): Compared[] {
  return compareFacts([a, b]).map(({ values, ...fact }) => ({ ...fact, a: values[0], b: values[1] }))
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
  // Documents of before there were regressions have no task.
  const { _id, name, version, algorithm, task = 'classification', created_at, tags } = model
  return { id: _id, name, version, algorithm, task, created_at, tags }
}
