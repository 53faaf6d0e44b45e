import { imputed, missingCode, UNKNOWN } from './missing-values.ts'
import type { Feature } from './preparation.ts'
import type { Column } from './table.ts'

/** Writes the scaled feature of the given rows. The column is of the feature's kind. */
export function encodeFeature(feature: Feature, source: Column, rows: Int32Array, out: Float64Array): void {
  const { mean, scale } = feature
  if (feature.kind === 'number' && source.kind === 'number') {
    for (let i = 0; i < rows.length; i++) {
      out[i] = (imputed(source.values[rows[i]], feature) - mean) / scale
    }
  } else if (feature.kind === 'text' && source.kind === 'text') {
    const codeOf = new Map(feature.categories.map((category, k) => [category, k]))
    const codes = source.categories.map((category) => codeOf.get(category) ?? UNKNOWN)
    const missing = missingCode(feature)
    for (let i = 0; i < rows.length; i++) {
      const code = source.codes[rows[i]]
      out[i] = ((code < 0 ? missing : codes[code]) - mean) / scale
    }
  }
}
