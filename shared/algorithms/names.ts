/** The algorithms by the names that jobs call them. */
export const algorithmNames = [
  'random_forest',
  'extra_trees',
  'decision_tree',
  'gradient_boosting',
  'logistic_regression',
  'linear_regression',
  'svm',
  'k_neighbors',
  'naive_bayes',
  'dnn',
  'cnn',
] as const

export type AlgorithmName = (typeof algorithmNames)[number]

/** What the registry's `model_type` says, as the original worker did. */
export function modelType(algorithm: AlgorithmName): 'sklearn' | 'tensorflow' {
  return algorithm === 'dnn' || algorithm === 'cnn' ? 'tensorflow' : 'sklearn'
}
