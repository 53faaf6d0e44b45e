/** Fits and predicts the case of `fitCases` that is given by its number, with all processors; prints `Measured`. */
import { availableParallelism } from 'node:os'
import type { Fit, Prediction } from '../../shared/algorithms/algorithm.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import type { Task } from '../../shared/data/task.ts'
import { r2Score } from '../../shared/evaluation/regression-metrics.ts'
import { predictAll } from '../../shared/prediction/open-predictor.ts'
import { fitCases, type Measured } from '../fit-cases.ts'
import { madeUp, madeUpNumbers } from '../made-up.ts'
import { median } from '../median.ts'

const {
  algorithm,
  task = 'classification',
  rows,
  columns,
  hyperparameters,
  runs,
} = fitCases[Number(process.argv[2])]
const data = task === 'regression' ? madeUpNumbers(rows, columns) : madeUp(rows, columns)
const trainer = anyEstimatorFor(algorithm, task).trainer(hyperparameters)
const fits: number[] = []
const predicts: number[] = []
let score = 0
let answer: number[] = []
for (let k = 0; k <= runs; k++) {
  const begin = performance.now()
  const fit: Fit<AnyRestored> = await trainer.fit(data, {
    threads: availableParallelism(),
    step: async () => 'continue',
  })
  const fitted = performance.now()
  if (fit.status !== 'done') throw new Error('The fit paused.')
  const [prediction] = await predictAll<Task>(fit.model, [data.features], availableParallelism())
  const done = performance.now()
  // The first is not counted, neither here nor of the peer.
  if (k === 0) continue
  fits.push((fitted - begin) / 1000)
  predicts.push((done - fitted) / 1000)
  score =
    'values' in prediction
      ? r2Score({ actual: Float64Array.from(data.target), values: prediction.values })
      : prediction.classes.filter((label, i) => label === data.target[i]).length / rows
  answer = answerOf(algorithm, fit.model.model, prediction)
}
console.log(
  JSON.stringify({ fit: median(fits), predict: median(predicts), score, answer } satisfies Measured),
)

/** Predictions of neighbors, and of numbers by a svm; coefficients; nodes and importances; support vectors per class; for the networks nothing. */
function answerOf(algorithm: AlgorithmName, model: unknown, prediction: Prediction<Task>): number[] {
  const fields = Object(model)
  switch (algorithm) {
    case 'linear_regression':
      return [fields.intercept, ...fields.coefficients]
    case 'logistic_regression':
      return Array.from(fields.coefficients)
    case 'svm':
      return 'values' in prediction
        ? Array.from(prediction.values.subarray(0, 100))
        : Array.from(fields.supportPerClass)
    case 'k_neighbors':
      return Array.from(('values' in prediction ? prediction.values : prediction.classes).subarray(0, 1000))
    case 'decision_tree':
      return [fields.tree.feature.length, ...fields.featureImportances]
    case 'random_forest': {
      const nodes = fields.trees.reduce(
        (sum: number, tree: { feature: Int32Array }) => sum + tree.feature.length,
        0,
      )
      return [nodes, ...fields.featureImportances]
    }
    default:
      return []
  }
}
