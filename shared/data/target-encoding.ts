import { rowsOfFold } from './split/folds.ts'

/** Categories of training rows (-1 never), and a target that they are to be encoded by. */
type Observed = { readonly codes: Int32Array; readonly target: Float64Array; readonly categoryCount: number }

/** Per category what stands for it; and the target's mean, which stands for a category that training never saw. */
export type TargetEncoding = { readonly encodings: Float64Array; readonly mean: number }

/**
 * The mean of the target in each category, drawn towards the mean of all rows the more the fewer rows it has (empirical
 * Bayes): `TargetEncoder(smooth='auto')` of scikit-learn; Micci-Barreca, "A preprocessing scheme for high-cardinality
 * categorical attributes", SIGKDD Explorations 3(1), 2001.
 *
 * @param rows the training rows that count, by their index.
 */
export function fitTargetEncoding(
  { codes, target, categoryCount }: Observed,
  rows: Int32Array,
): TargetEncoding {
  const counts = new Float64Array(categoryCount)
  const means = new Float64Array(categoryCount)
  let sum = 0
  for (const row of rows) {
    counts[codes[row]]++
    means[codes[row]] += target[row]
    sum += target[row]
  }
  const mean = sum / rows.length
  for (let k = 0; k < categoryCount; k++) means[k] /= counts[k]
  const squares = new Float64Array(categoryCount)
  let variance = 0
  for (const row of rows) {
    squares[codes[row]] += (target[row] - means[codes[row]]) ** 2
    variance += (target[row] - mean) ** 2
  }
  variance /= rows.length
  const encodings = means.map((own, k) => {
    const weight = (variance * counts[k]) / (variance * counts[k] + squares[k] / counts[k])
    return Number.isNaN(weight) ? mean : weight * own + (1 - weight) * mean
  })
  return { encodings, mean }
}

/**
 * The training rows' own encodings, each by a fit on the rows of the other folds, so that no row's target is in its own
 * feature.
 *
 * @param foldOf per row its fold.
 * @param out receives the encodings.
 */
export function crossFit(observed: Observed, foldOf: Int32Array, folds: number, out: Float64Array): void {
  for (let fold = 0; fold < folds; fold++) {
    const { train, test } = rowsOfFold(foldOf, fold)
    const { encodings } = fitTargetEncoding(observed, train)
    for (const row of test) out[row] = encodings[observed.codes[row]]
  }
}
