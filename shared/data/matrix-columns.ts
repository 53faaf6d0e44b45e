import type { Feature } from './preparation.ts'

/** A column of the feature matrix. A raw column gives one, or with another encoding several. */
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
    if (feature.kind === 'number' || feature.kind === 'text') {
      return [{ feature, name, mean: feature.mean, scale: feature.scale }]
    }
    if (feature.kind === 'target_mean') {
      return feature.means.map((mean, k) => ({
        feature,
        name: feature.classes.length === 0 ? name : `${name} (${feature.classes[k]})`,
        mean,
        scale: feature.scales[k],
      }))
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
  return feature.kind === 'number' || feature.kind === 'text' ? 1 : feature.means.length
}
