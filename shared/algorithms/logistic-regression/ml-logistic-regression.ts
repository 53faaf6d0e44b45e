import LogisticRegression from 'ml-logistic-regression'
import { Matrix } from 'ml-matrix'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import type { LogisticRegressionParams } from './hyperparameters.ts'
import type { LogisticRegressionModel } from './model.ts'

/** Multiplications that the package does in some ten minutes; it cannot be interrupted, so more are refused. */
const MOST_WORK = 2e10

/**
 * Trains with the npm package ml-logistic-regression: one classifier per class by plain gradient descent, without
 * penalty. It knows no intercept, so it is given a column of ones. The package does all in one call, so it can
 * neither tell how far it is nor pause.
 *
 * Its classifier of class k scores "not class k", and it predicts the class with the lowest score: the model's
 * coefficients are those weights with the sign turned; for two classes, where both classifiers mirror each other, half
 * their difference.
 */
export async function fit(
  { features, target, classCount }: TrainingData,
  params: LogisticRegressionParams,
  context: FitContext,
): Promise<Fit<LogisticRegressionModel>> {
  await context.step({ fraction: 0 })
  const { rows, columns, values } = features
  const numSteps = params.numSteps ?? 50000
  const fitting = Math.floor(MOST_WORK / (rows * (columns + 1) * classCount))
  if (numSteps > fitting) {
    throw new JobError(
      'time_limit_exceeded',
      `The engine ml-logistic-regression would run for too long on ${rows} rows and ${columns} features: use numSteps of at most ${fitting}, or the engine builtin.`,
    )
  }
  const matrix = Matrix.ones(rows, columns + 1)
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) matrix.set(i, j, values[j * rows + i])
  }
  const regression = new LogisticRegression({ numSteps, learningRate: params.learningRate ?? 5e-4 })
  regression.train(matrix, Matrix.columnVector(Array.from(target)))

  const weights = regression.classifiers.map((classifier) => classifier.weights.getRow(0))
  const perScore =
    classCount === 2
      ? [weights[0].map((weight, f) => (weight - weights[1][f]) / 2)]
      : weights.map((row) => row.map((weight) => -weight))
  const model: LogisticRegressionModel = {
    classCount,
    featureCount: columns,
    coefficients: Float64Array.from(perScore.flatMap((row) => row.slice(0, columns))),
    intercepts: Float64Array.from(perScore, (row) => row[columns]),
    link: 'oneVsRest',
    iterations: numSteps,
  }
  return { status: 'done', model, warnings: [] }
}
