/**
 * The missing-value policy.
 *
 * - Target: a row without a value is left out, of training and test.
 * - Text feature: missing is a category of its own, after all others, where a row used in training or test lacks the
 *   value; else it is unknown, as a category that training never saw.
 * - Number feature: the mean of the training rows takes its place. Algorithms that handle missing values themselves
 *   (the trees) get NaN.
 */
import { plural, quote } from '../errors/sentences.ts'
import type { CategoryFeature, Feature } from './preparation.ts'

/** The code of a value that training never saw. */
export const UNKNOWN = -1

/** The code of a missing text. */
export function missingCode(feature: CategoryFeature): number {
  return feature.missingSeen ? feature.categories.length : UNKNOWN
}

/** A number, or what takes its place where it is missing. */
export function imputed(value: number, { impute }: Extract<Feature, { kind: 'number' }>): number {
  return Number.isNaN(value) && impute !== null ? impute : value
}

/** The rows that have a class (-1: none). */
export function rowsWithClass(classes: Int32Array): Int32Array {
  const rows = new Int32Array(classes.reduce((count, k) => count + (k < 0 ? 0 : 1), 0))
  let next = 0
  for (let row = 0; row < classes.length; row++) if (classes[row] >= 0) rows[next++] = row
  return rows
}

/** The rows that have a number (NaN: none). */
export function rowsWithNumber(values: Float64Array): Int32Array {
  return rowsWithClass(Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : 0)))
}

export function missingTargetWarning(missing: number, target: string): string {
  const verb = missing === 1 ? 'was' : 'were'
  return `${plural(missing, 'row')} without a value in the target column ${quote(target)} ${verb} left out.`
}

export function missingTextWarning(missing: number, name: string): string {
  return `The text column ${quote(name)} has ${plural(missing, 'missing value')}, treated as a category of their own.`
}

/** @param rows of training and test together. */
export function missingNumberWarning(
  missing: number,
  { name, impute }: Extract<Feature, { kind: 'number' }>,
  rows: number,
): string {
  const column = `The column ${quote(name)} has ${plural(missing, 'missing value')}`
  if (missing === rows)
    return `The column ${quote(name)} has no value in any row: it says nothing, so leave it out.`
  if (impute === null) return `${column}, which the trees send to the side that splits best.`
  return `${column}, replaced by the mean of the training rows, ${Number(impute.toPrecision(6))}.`
}
