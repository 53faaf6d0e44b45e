import type { Feature } from './preparation.ts'

/** A column of the feature matrix. A raw column gives one, or with one-hot encoding one for each category. */
export type MatrixColumn = {
  readonly feature: Feature
  /** With one-hot encoding: the category, or the missing value. */
  readonly category?: { readonly text: string | null }
  /** `city`, or `city = Paris`. */
  readonly name: string
  readonly mean: number
  readonly scale: number
}

/** The columns of the matrix, in order. */
export function matrixColumns(features: readonly Feature[]): MatrixColumn[] {
  return features.flatMap((feature): MatrixColumn[] => {
    const { name } = feature
    if (feature.kind !== 'one_hot') {
      return [{ feature, name, mean: feature.mean, scale: feature.scale }]
    }
    const texts = feature.missingSeen ? [...feature.categories, null] : feature.categories
    return texts.map((text, k) => ({
      feature,
      category: { text },
      name: text === null ? `${name} is missing` : `${name} = ${text}`,
      mean: feature.means[k],
      scale: feature.scales[k],
    }))
  })
}

/** How many columns of the matrix a feature has. */
export function widthOf(feature: Feature): number {
  return feature.kind === 'one_hot' ? feature.means.length : 1
}
