import type { OpenModel } from '../models/predict.ts'
import type { ModelColumn } from './schemas.ts'

const MAX_VALUES = 1000

/** The columns that a prediction of the model takes, in the order of its features. */
export function modelColumns({ preparation }: OpenModel): ModelColumn[] {
  return preparation.features.map((feature) => {
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
  })
}
