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

/** What a job may name: an algorithm, or that the best one is to be found. */
export const jobAlgorithmNames = [...algorithmNames, 'auto'] as const
export type JobAlgorithmName = (typeof jobAlgorithmNames)[number]

/** What the registry's `model_type` says, as the original worker did. */
export function modelType(algorithm: AlgorithmName): 'sklearn' | 'tensorflow' {
  return algorithm === 'dnn' || algorithm === 'cnn' ? 'tensorflow' : 'sklearn'
}
