import { column, type Matrix } from './matrix.ts'
import { imputed, missingCode, UNKNOWN } from './missing-values.ts'
import { writeOneHot } from './one-hot.ts'
import type { CategoryFeature, Feature } from './preparation.ts'
import type { Column, TextColumn } from './table.ts'
import { writeTargetMean } from './target-mean.ts'

/**
 * Writes the scaled feature of the given rows. The column is of the feature's kind.
 *
 * @param first the matrix column, or the first of them.
 */
export function encodeFeature(
  feature: Feature,
  source: Column,
  rows: Int32Array,
  out: Matrix,
  first: number,
): void {
  const values = column(out, first)
  if (feature.kind === 'number' && source.kind === 'number') {
    const { mean, scale } = feature
    const { values: given } = source
    for (let i = 0; i < rows.length; i++) values[i] = (imputed(given[rows[i]], feature) - mean) / scale
  } else if (feature.kind === 'text' && source.kind === 'text') {
    const { mean, scale } = feature
    const codes = codesOf(feature, source, rows)
    for (let i = 0; i < rows.length; i++) values[i] = (codes[i] - mean) / scale
  } else if (feature.kind === 'one_hot' && source.kind === 'text') {
    writeOneHot(feature, codesOf(feature, source, rows), out, first)
  } else if (feature.kind === 'target_mean' && source.kind === 'text') {
    writeTargetMean(feature, codesOf(feature, source, rows), out, first)
  }
}

/** The code of each row's text among the feature's categories. */
export function codesOf(feature: CategoryFeature, source: TextColumn, rows: Int32Array): Int32Array {
  const codeOf = new Map(feature.categories.map((category, k) => [category, k]))
  const codes = source.categories.map((category) => codeOf.get(category) ?? UNKNOWN)
  const missing = missingCode(feature)
  const { codes: given } = source
  return rows.map((row) => (given[row] < 0 ? missing : codes[given[row]]))
}
