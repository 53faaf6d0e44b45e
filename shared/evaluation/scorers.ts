/** What a search ranks by: scikit-learn's scorers, by their names. Greater is better, so errors are negative. */
import { pairwiseSum } from '../data/pairwise-sum.ts'
import type { Task } from '../data/task.ts'
import { accuracy, averageScores, scoresPerClass } from './classification-report.ts'
import { confusionMatrix } from './confusion-matrix.ts'
import { type PredictedNumbers, regressionScores } from './regression-metrics.ts'

export const scorerNames = {
  classification: [
    'accuracy',
    'balanced_accuracy',
    'f1_macro',
    'f1_weighted',
    'precision_macro',
    'recall_macro',
  ],
  regression: [
    'r2',
    'neg_mean_squared_error',
    'neg_root_mean_squared_error',
    'neg_mean_absolute_error',
    'neg_median_absolute_error',
    'neg_max_error',
  ],
} as const satisfies Record<Task, readonly string[]>

type ClassificationScorer = (typeof scorerNames.classification)[number]
type RegressionScorer = (typeof scorerNames.regression)[number]
export type ScorerName = ClassificationScorer | RegressionScorer

export const allScorerNames: readonly [ScorerName, ...ScorerName[]] = [
  ...scorerNames.classification,
  ...scorerNames.regression,
]

/** The metric of a task where none is asked for: that of scikit-learn's `score`. */
export const DEFAULT_SCORER = { classification: 'accuracy', regression: 'r2' } as const satisfies Record<
  Task,
  ScorerName
>

/** Per row, the index of its class, and of the predicted one; -1 is a class that the model does not know. */
export type PredictedClasses = { readonly actual: Int32Array; readonly classes: Int32Array }

export function scoreClasses(name: ScorerName, { actual, classes }: PredictedClasses): number {
  const known =
    actual.reduce(
      (most, k) => Math.max(most, k),
      classes.reduce((most, k) => Math.max(most, k), 0),
    ) + 1
  // A class that the model does not know is one more, never predicted.
  const count = known + 1
  const confusion = confusionMatrix(
    actual.map((k) => (k < 0 ? known : k)),
    classes,
    count,
  )
  const perClass = scoresPerClass(confusion, count)
  switch (name) {
    case 'accuracy':
      return accuracy(confusion, count)
    case 'balanced_accuracy':
      // Of the classes that have rows.
      return averageScores(
        perClass.filter(({ scores }) => scores.support > 0),
        () => 1,
      ).recall
    case 'f1_macro':
      return averageScores(perClass, () => 1)['f1-score']
    case 'f1_weighted':
      return averageScores(perClass, ({ support }) => support)['f1-score']
    case 'precision_macro':
      return averageScores(perClass, () => 1).precision
    case 'recall_macro':
      return averageScores(perClass, () => 1).recall
    default:
      throw new TypeError(`${name} is not a metric for classification.`)
  }
}

export function scoreNumbers(name: ScorerName, rows: PredictedNumbers): number {
  const scores = regressionScores(rows)
  switch (name) {
    case 'r2':
      // As scikit-learn's, which is not defined for one row.
      return rows.actual.length < 2 ? Number.NaN : scores.r2
    case 'neg_mean_squared_error':
      return -scores.mean_squared_error
    case 'neg_root_mean_squared_error':
      return -scores.root_mean_squared_error
    case 'neg_mean_absolute_error':
      return -scores.mean_absolute_error
    case 'neg_median_absolute_error':
      return -scores.median_absolute_error
    case 'neg_max_error':
      return -scores.max_error
    default:
      throw new TypeError(`${name} is not a metric for regression.`)
  }
}

/** As numpy's: the mean, and the standard deviation of the population. */
export function meanAndDeviation(scores: readonly number[]): { mean_score: number; std_score: number } {
  // Summed as numpy does, so that equal scores tie as they do there.
  const values = Float64Array.from(scores)
  const mean = pairwiseSum(values) / values.length
  const squares = values.map((score) => (score - mean) ** 2)
  return { mean_score: mean, std_score: Math.sqrt(pairwiseSum(squares) / values.length) }
}
