import { rawNames } from '../data/apply-preparation.ts'
import type { Feature } from '../data/preparation.ts'
import type { OpenModel } from '../models/predict.ts'
import type { ModelColumn } from './schemas.ts'

const MAX_VALUES = 1000

/** The columns that a prediction of the model takes, in the order of its features. */
export function modelColumns({ preparation }: OpenModel): ModelColumn[] {
  const { dates = [] } = preparation
  const isRaw = new Set(rawNames(preparation))
  return [
    ...dates.map(({ name }) => ({ name, type: 'text' as const, values: [], may_be_missing: true })),
    ...preparation.features.filter(({ name }) => isRaw.has(name)).map(columnOf),
  ]
}

function columnOf(feature: Feature): ModelColumn {
  const { name, missingSeen } = feature
  if (feature.kind !== 'number') {
    const values = feature.categories.slice(0, MAX_VALUES)
    return { name, type: 'text' as const, values, may_be_missing: missingSeen === true }
  }
  const { dtype, minimum, maximum, impute } = feature
  return {
    name,
    type: dtype,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(impute === null ? {} : { mean: impute }),
    may_be_missing: missingSeen === true,
  }
}
