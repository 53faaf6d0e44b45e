/** The metrics of a fit that a job's result reports. */
import { accuracy, classificationReport } from './classification-report.ts'
import { confusionMatrix } from './confusion-matrix.ts'
import { crossEntropy, headlineScores } from './evaluate.ts'
import { type PredictedNumbers, r2Score, regressionScores } from './regression-metrics.ts'

/** What a model predicts of rows, and what they are. */
export type PredictedRows = {
  /** Per row, the index of its class; -1: a class that the model does not know. */
  readonly actual: Int32Array
  /** Per row, the index of the predicted class. */
  readonly classes: Int32Array
  /** Row-major, rows x classes. */
  readonly probabilities?: Float64Array
}

export type FitToMeasure = FitAbout<PredictedRows> & {
  /** Of the model. */
  readonly classCount: number
  /** The name of a class in the classification report. Asked for `classCount`, too: the classes that the model does not know. */
  classKey(index: number): string
}

type FitAbout<Rows> = {
  readonly train: Rows
  readonly test: Rows
  /** Of networks: a value per epoch. Their metrics have losses, the other classifiers' a classification report. */
  readonly history?: Readonly<Record<string, readonly number[]>>
  /** What the fit took. */
  readonly seconds: number
}

/** Measures a fit of numbers on its training rows and its test rows. */
export function measureRegression({ train, test, history, seconds }: FitAbout<PredictedNumbers>) {
  const { r2, ...errors } = regressionScores(test)
  return {
    train_r2: r2Score(train),
    test_r2: r2,
    r2,
    ...errors,
    training_time: seconds,
    ...(history === undefined ? {} : { history: copyOf(history) }),
  }
}

/**
 * Measures a fit on its training rows and its test rows.
 *
 * @returns the metrics, and what they follow from: the test rows' confusion matrix (row-major, classes x classes) and
 *   classes. Where test rows have classes that the model does not know, these count as one more class, never predicted.
 */
export function measureFit({ classCount, train, test, history, seconds, classKey }: FitToMeasure) {
  const classesOfTest = classCount + (test.actual.includes(-1) ? 1 : 0)
  const actual = test.actual.map((k) => (k < 0 ? classCount : k))
  const confusion = confusionMatrix(actual, test.classes, classesOfTest)
  const testAccuracy = accuracy(confusion, classesOfTest)
  const scores = {
    train_accuracy: accuracy(confusionMatrix(train.actual, train.classes, classesOfTest), classesOfTest),
    test_accuracy: testAccuracy,
    accuracy: testAccuracy,
    ...headlineScores(confusion, classesOfTest),
    training_time: seconds,
  }
  const measured = { confusion, classCount: classesOfTest, actual }
  if (history === undefined) {
    const report = classificationReport(confusion, classesOfTest, classKey)
    return { ...measured, metrics: { ...scores, classification_report: report } }
  }
  const testLoss = lossOf(test, classCount)
  const losses = { train_loss: lossOf(train, classCount), test_loss: testLoss, loss: testLoss }
  return { ...measured, metrics: { ...scores, ...losses, history: copyOf(history) } }
}

function copyOf(history: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(history).map(([name, values]) => [name, [...values]]))
}

function lossOf({ probabilities, actual }: PredictedRows, classCount: number): number | null {
  return probabilities === undefined ? null : crossEntropy(probabilities, actual, classCount)
}
