/**
 * Hyperparameters that scikit-learn takes as a count or as a share: an int counts rows or columns, a float is a share of
 * them, so that 1 is one row and 1.0 is all of them. JSON has one kind of number. A whole number that a message spells as
 * a float (1.0, 1e0) is kept as the text "1.0" in all that is stored, and a sender whose JSON has no 1.0 can give that text.
 */
import { z } from 'zod'

/** The names of those hyperparameters, in all algorithms. */
export const COUNT_OR_SHARE: readonly string[] = [
  'max_features',
  'max_samples',
  'min_samples_leaf',
  'min_samples_split',
]

/** A share that is a whole number, as text: "1.0". */
export const floatText = z.templateLiteral([z.int(), '.0']).refine((text) => Number(text) > 0)

/** A number, or the text of a float that is a whole number. */
export type CountOrShare = number | z.infer<typeof floatText>

/**
 * A number as it was written, for a hyperparameter of COUNT_OR_SHARE.
 *
 * @param source its literal text, of JSON or Python.
 */
export function asWritten(value: number, source: string): number | string {
  return Number.isInteger(value) && /[.eE]/.test(source) ? `${value}.0` : value
}

/** Whether it is a share: a float. */
export function isShare(value: CountOrShare): boolean {
  return !Number.isInteger(value)
}
