import { rawNames } from '../data/apply-preparation.ts'
import { type DatePart, partName } from '../data/dates.ts'
import type { Feature } from '../data/preparation.ts'
import type { OpenModel } from '../models/predict.ts'
import type { ModelColumn } from './schemas.ts'

const MAX_VALUES = 1000

/** The columns that a prediction of the model takes, in the order of its features. */
export function modelColumns({ preparation }: OpenModel): ModelColumn[] {
  const { dates = [] } = preparation
  const isRaw = new Set(rawNames(preparation))
  return [
    ...dates.map(({ name }) => ({
      name,
      type: 'text' as const,
      values: [],
      may_be_missing: true,
      example: dateIn(preparation.features, name),
    })),
    ...preparation.features.filter(({ name }) => isRaw.has(name)).map(columnOf),
  ]
}

/** A date in the middle of those that training had, as far as the model knows their parts. */
function dateIn(features: readonly Feature[], column: string): string {
  const middle = (part: DatePart, otherwise: number) => {
    const feature = features.find(({ name }) => name === partName(column, part))
    if (feature?.kind !== 'number') return otherwise
    const { minimum, maximum } = feature
    return minimum === undefined || maximum === undefined ? otherwise : Math.round((minimum + maximum) / 2)
  }
  const day = Date.UTC(middle('year', 2000), middle('month', 6) - 1, Math.min(28, middle('day', 15)))
  return new Date(day).toISOString().slice(0, 10)
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
