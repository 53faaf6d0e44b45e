/** What `"algorithm": "auto"` tries. docs/auto.md gives the reasons. */
import type { Shape } from '../algorithms/estimate.ts'
import { type AlgorithmName, algorithmNames } from '../algorithms/names.ts'
import type { Task } from '../data/task.ts'
import type { Candidate } from './candidates.ts'

/** An algorithm, and the hyperparameters in which it differs from its defaults. */
export type AutoCandidate = { readonly algorithm: AlgorithmName; readonly parameters: Candidate }

/** Beyond so many training rows an svm is not tried. */
export const MAX_SVM_ROWS = 10_000

type Variants = readonly Candidate[]
const tree: Variants = [{ max_depth: 5 }, { min_samples_leaf: 5 }]
const neighbors: Variants = [{ n_neighbors: 15 }, { n_neighbors: 15, weights: 'distance' }]
const forest: Variants = [{ n_estimators: 300 }, { min_samples_leaf: 3 }, { max_features: 0.5 }]
const boosting: Variants = [
  { learning_rate: 0.05, max_iter: 200 },
  { max_leaf_nodes: 15, l2_regularization: 1 },
  { learning_rate: 0.2, max_leaf_nodes: 7 },
]

/** Of each algorithm the hyperparameters that are tried after its defaults. The quick ones come first. */
export const autoSpaces: Readonly<Record<Task, Partial<Record<AlgorithmName, Variants>>>> = {
  classification: {
    logistic_regression: [{ C: 0.1 }, { C: 10 }],
    naive_bayes: [{ var_smoothing: 0.001 }],
    decision_tree: tree,
    k_neighbors: neighbors,
    svm: [{ C: 10 }, { C: 0.1, kernel: 'linear' }, { C: 100, gamma: 'auto' }],
    random_forest: forest,
    extra_trees: forest,
    gradient_boosting: boosting,
    dnn: [],
  },
  regression: {
    linear_regression: [
      { penalty: 'l2', alpha: 1 },
      { penalty: 'l2', alpha: 100 },
      { penalty: 'l1', alpha: 1 },
    ],
    decision_tree: tree,
    k_neighbors: neighbors,
    svm: [{ C: 10 }, { C: 100 }, { C: 100, kernel: 'linear' }],
    random_forest: forest,
    extra_trees: forest,
    gradient_boosting: boosting,
    dnn: [],
  },
}

/**
 * What is tried, in this order: every algorithm that suits the data, with its defaults; then the other hyperparameters of
 * each, beginning with the algorithm whose defaults scored best.
 *
 * @param rows of the training data.
 * @param means of the candidates that are done with, in this order; undefined for one that has no score.
 * @returns the first of them alone, as long as they are not done with.
 */
export function planOf(
  task: Task,
  rows: Pick<Shape, 'rows'>,
  means: readonly (number | undefined)[],
): AutoCandidate[] {
  const defaults = defaultCandidates(task, rows)
  if (means.length < defaults.length) return defaults
  const scored = defaults
    .map(({ algorithm }, k) => ({ algorithm, mean: means[k] ?? Number.NaN }))
    .filter(({ mean }) => !Number.isNaN(mean))
    .toSorted((a, b) => b.mean - a.mean)
  const variants = scored.flatMap(({ algorithm }) =>
    (autoSpaces[task][algorithm] ?? []).map((parameters) => ({ algorithm, parameters })),
  )
  return [...defaults, ...variants]
}

/** Every algorithm that suits the data, with its defaults. */
export function defaultCandidates(task: Task, rows: Pick<Shape, 'rows'>): AutoCandidate[] {
  return algorithmNames
    .filter((name) => whyUnsuitable(name, task, rows) === undefined)
    .toSorted((a, b) => place(task, a) - place(task, b))
    .map((algorithm) => ({ algorithm, parameters: {} }))
}

const place = (task: Task, name: AlgorithmName) => Object.keys(autoSpaces[task]).indexOf(name)

/** Why an algorithm is not tried on such data; undefined for one that is. */
export function whyUnsuitable(
  name: AlgorithmName,
  task: Task,
  { rows }: Pick<Shape, 'rows'>,
): string | undefined {
  if (name === 'cnn') {
    return 'It looks at neighbouring columns together, and the order of a table’s columns seldom means anything.'
  }
  if (!Object.hasOwn(autoSpaces[task], name)) return `It is not for a ${task}.`
  if (name === 'svm' && rows > MAX_SVM_ROWS) {
    return `Its time grows with the square of the training rows: it is tried with at most ${MAX_SVM_ROWS}.`
  }
  return undefined
}
