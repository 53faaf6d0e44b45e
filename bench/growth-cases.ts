/** The algorithms whose time is measured against the rows, and the most rows of each. k_neighbors keeps its rows: it has no fit. */
const growth = {
  logistic_regression: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  linear_regression: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  naive_bayes: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  decision_tree: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  random_forest: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  extra_trees: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  gradient_boosting: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  svm: { largest: 10_000, columns: 20, peer: 'scikit-learn' },
  dnn: { largest: 10_000, columns: 20, peer: 'jax' },
  cnn: { largest: 3_000, columns: 64, peer: 'jax' },
} as const
export type GrowthAlgorithm = keyof typeof growth

const SIZES = [300, 1000, 3000, 10_000]
/** Of networks. */
export const EPOCHS = 2

export const growthCases = Object.keys(growth)
  .map(growthAlgorithm)
  .map((algorithm) => ({
    algorithm,
    ...growth[algorithm],
    sizes: SIZES.filter((rows) => rows <= growth[algorithm].largest),
  }))

export function growthAlgorithm(name: string): GrowthAlgorithm {
  if (isGrowthAlgorithm(name)) return name
  throw new TypeError(`${name} is not measured here.`)
}

function isGrowthAlgorithm(name: string): name is GrowthAlgorithm {
  return name in growth
}
