/** The algorithms whose time is measured against the rows, and the most rows of each. */
const largest = {
  logistic_regression: 10_000,
  decision_tree: 10_000,
  random_forest: 3_000,
  gradient_boosting: 3_000,
  svm: 3_000,
} as const
export type GrowthAlgorithm = keyof typeof largest

const SIZES = [300, 1000, 3000, 10_000]

export const growthCases = Object.keys(largest)
  .map(growthAlgorithm)
  .map((algorithm) => ({ algorithm, sizes: SIZES.filter((rows) => rows <= largest[algorithm]) }))

export function growthAlgorithm(name: string): GrowthAlgorithm {
  if (isGrowthAlgorithm(name)) return name
  throw new TypeError(`${name} is not measured here.`)
}

function isGrowthAlgorithm(name: string): name is GrowthAlgorithm {
  return name in largest
}
