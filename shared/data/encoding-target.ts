import { type ClassTarget, classLabel, hasClasses, type NumberTarget } from './preparation.ts'
import { plainFolds, stratifiedFolds } from './split/folds.ts'

/** The target of the training rows, as `encoding: "target"` takes it. */
export type EncodingTarget = {
  /** Two classes, or numbers: one, without a name. More classes: for each its 0 and 1, by the class's name. */
  readonly columns: readonly { readonly name?: string; readonly values: Float64Array }[]
  readonly foldOf: Int32Array
}

const SEED = 42
/** Of scikit-learn's TargetEncoder. */
export const ENCODING_FOLDS = 5

/**
 * The rows are divided as `StratifiedKFold(5, shuffle=True, random_state=42)` divides them; `KFold` for numbers.
 *
 * @param values per training row the index of its class, or its number.
 * @throws JobError (bad_split) where there are too few rows for the folds.
 */
export function encodingTarget(
  target: ClassTarget | NumberTarget,
  values: Int32Array | Float64Array,
): EncodingTarget {
  const options = { folds: ENCODING_FOLDS, seed: SEED }
  if (!hasClasses(target)) {
    return { columns: [{ values: Float64Array.from(values) }], foldOf: plainFolds(values.length, options) }
  }
  const foldOf = stratifiedFolds(Int32Array.from(values), options)
  if (target.classes.length === 2) return { columns: [{ values: Float64Array.from(values) }], foldOf }
  const columns = Array.from({ length: target.classes.length }, (_, k) => ({
    name: classLabel(target, k),
    values: Float64Array.from(values, (value) => (value === k ? 1 : 0)),
  }))
  return { columns, foldOf }
}
