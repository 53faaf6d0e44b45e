import { ENCODING_FOLDS, type EncodingTarget } from './encoding-target.ts'
import type { FoundCategories } from './found-categories.ts'
import { column, type Matrix } from './matrix.ts'
import { missingTextWarning } from './missing-values.ts'
import type { Feature } from './preparation.ts'
import { fitScaler } from './standard-scaler.ts'
import { crossFit, fitTargetEncoding } from './target-encoding.ts'

type TargetMeanFeature = Extract<Feature, { kind: 'target_mean' }>

/**
 * Encodes a text column by the target's mean in each category, fits the scaling, and writes the training rows' cross-fitted
 * features into the matrix.
 *
 * @param first the matrix column, or the first of them.
 */
export function fitTargetMean(
  { source, categories, missing, codes }: FoundCategories,
  { columns, foldOf }: EncodingTarget,
  train: Matrix,
  first: number,
): { feature: TargetMeanFeature; warning?: string } {
  const feature: TargetMeanFeature = {
    kind: 'target_mean',
    name: source.name,
    categories: [...categories],
    missingSeen: missing > 0,
    classes: columns.flatMap(({ name }) => name ?? []),
    encodings: [],
    unknown: [],
    means: [],
    scales: [],
  }
  const categoryCount = categories.length + (missing > 0 ? 1 : 0)
  const all = codes.map((_, row) => row)
  columns.forEach(({ values }, k) => {
    const observed = { codes, target: values, categoryCount }
    const { encodings, mean: unknown } = fitTargetEncoding(observed, all)
    const out = column(train, first + k)
    crossFit(observed, foldOf, ENCODING_FOLDS, out)
    const { mean, scale } = fitScaler(out)
    for (let i = 0; i < out.length; i++) out[i] = (out[i] - mean) / scale
    feature.encodings.push([...encodings])
    feature.unknown.push(unknown)
    feature.means.push(mean)
    feature.scales.push(scale)
  })
  return missing > 0 ? { feature, warning: missingTextWarning(missing, source.name) } : { feature }
}

/** Writes the scaled features of rows whose codes are known. */
export function writeTargetMean(
  { encodings, unknown, means, scales }: TargetMeanFeature,
  codes: ArrayLike<number>,
  out: Matrix,
  first: number,
): void {
  encodings.forEach((encoding, k) => {
    const values = column(out, first + k)
    for (let i = 0; i < values.length; i++) {
      const code = codes[i]
      values[i] = ((code < 0 ? unknown[k] : encoding[code]) - means[k]) / scales[k]
    }
  })
}
