import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import type { FoundCategories } from './found-categories.ts'
import { column, type Matrix } from './matrix.ts'
import { missingTextWarning } from './missing-values.ts'
import type { Feature } from './preparation.ts'
import { fitScaler } from './standard-scaler.ts'

type OneHotFeature = Extract<Feature, { kind: 'one_hot' }>

/** More categories are names or ids, and would make a matrix that no memory holds. */
const MAX_CATEGORIES = 1000

/**
 * How many columns one-hot encoding makes: `OneHotEncoder(handle_unknown='ignore')` makes one for each category of the
 * training rows, and one for the missing value where a training row has none.
 *
 * @throws JobError (bad_features) for a column of too many categories.
 */
export function oneHotWidth({ source, categories, missing }: FoundCategories): number {
  if (categories.length <= MAX_CATEGORIES) return categories.length + (missing > 0 ? 1 : 0)
  throw new JobError(
    'bad_features',
    `The text column ${quote(source.name)} has ${categories.length} categories, more than the ${MAX_CATEGORIES} of which one-hot encoding makes columns: leave it out (drop_columns), or choose another "encoding".`,
  )
}

/**
 * Fits the scaling of the columns, and writes the training rows' into the matrix.
 *
 * @param first the matrix column where they begin.
 */
export function fitOneHot(
  found: FoundCategories,
  train: Matrix,
  first: number,
): { feature: OneHotFeature; warning?: string } {
  const { categories, missing, codes } = found
  const { name } = found.source
  const width = oneHotWidth(found)
  const means: number[] = []
  const scales: number[] = []
  for (let k = 0; k < width; k++) {
    const out = column(train, first + k)
    for (let i = 0; i < out.length; i++) out[i] = codes[i] === k ? 1 : 0
    const { mean, scale } = fitScaler(out)
    for (let i = 0; i < out.length; i++) out[i] = (out[i] - mean) / scale
    means.push(mean)
    scales.push(scale)
  }
  const kind = 'one_hot' as const
  const feature = { kind, name, categories: [...categories], missingSeen: missing > 0, means, scales }
  return missing > 0 ? { feature, warning: missingTextWarning(missing, name) } : { feature }
}

/** Writes the scaled columns of rows whose codes are known: a code that is none of a column gives zeros. */
export function writeOneHot(
  { means, scales }: OneHotFeature,
  codes: ArrayLike<number>,
  out: Matrix,
  first: number,
): void {
  for (let k = 0; k < means.length; k++) {
    const isIt = (1 - means[k]) / scales[k]
    const isNot = (0 - means[k]) / scales[k]
    const values = column(out, first + k)
    for (let i = 0; i < values.length; i++) values[i] = codes[i] === k ? isIt : isNot
  }
}
