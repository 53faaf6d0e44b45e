import { averageScores, scoresPerClass } from './classification-report.ts'

/**
 * Precision, recall and F1 as the original worker reports them, from the test rows' confusion matrix: the average
 * weighted by support when the rows have more than two classes, else the figures of the greater class.
 */
export function headlineScores(
  confusion: Float64Array,
  classCount: number,
): { precision: number; recall: number; f1_score: number } {
  const classes = scoresPerClass(confusion, classCount)
  const present = classes.filter(({ scores }) => scores.support > 0)
  const greater = classCount === 2 ? 1 : Math.max(...present.map(({ index }) => index))
  const none = { precision: 0, recall: 0, 'f1-score': 0 }
  const scores =
    present.length > 2
      ? averageScores(classes, ({ support }) => support)
      : (classes.find(({ index }) => index === greater)?.scores ?? none)
  return { precision: scores.precision, recall: scores.recall, f1_score: scores['f1-score'] }
}

/**
 * Keras' mean sparse categorical cross-entropy: probabilities (row-major, rows x classes) are clipped to
 * [1e-7, 1 - 1e-7] first. A row whose actual class is -1, one that the model does not know, has probability 0.
 */
export function crossEntropy(probabilities: Float64Array, actual: Int32Array, classCount: number): number {
  let sum = 0
  for (let i = 0; i < actual.length; i++) {
    const p = actual[i] < 0 ? 0 : probabilities[i * classCount + actual[i]]
    sum -= Math.log(Math.min(1 - 1e-7, Math.max(1e-7, p)))
  }
  return sum / actual.length
}
