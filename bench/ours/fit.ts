/** Fits and predicts the case of `fitCases` that is given by its number, with all processors; prints `Measured`. */
import { availableParallelism } from 'node:os'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { fitCases, type Measured } from '../fit-cases.ts'
import { madeUp } from '../made-up.ts'
import { median } from '../median.ts'

const { algorithm, rows, columns, hyperparameters, runs } = fitCases[Number(process.argv[2])]
const data = madeUp(rows, columns)
const trainer = estimatorFor(algorithm, 'classification').trainer(hyperparameters)
const fits: number[] = []
const predicts: number[] = []
let accuracy = 0
let answer: number[] = []
for (let k = 0; k <= runs; k++) {
  const begin = performance.now()
  const fit = await trainer.fit(data, { threads: availableParallelism(), step: async () => 'continue' })
  const fitted = performance.now()
  if (fit.status !== 'done') throw new Error('The fit paused.')
  const { classes } = fit.model.predict(data.features)
  const done = performance.now()
  // The first is not counted, neither here nor of the peer.
  if (k === 0) continue
  fits.push((fitted - begin) / 1000)
  predicts.push((done - fitted) / 1000)
  accuracy = classes.filter((label, i) => label === data.target[i]).length / rows
  answer = answerOf(algorithm, fit.model.model)
}
console.log(
  JSON.stringify({ fit: median(fits), predict: median(predicts), accuracy, answer } satisfies Measured),
)

/** Coefficients; nodes and importances; support vectors per class; for the networks nothing. */
function answerOf(algorithm: AlgorithmName, model: unknown): number[] {
  const fields = Object(model)
  switch (algorithm) {
    case 'logistic_regression':
      return Array.from(fields.coefficients)
    case 'svm':
      return Array.from(fields.supportPerClass)
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
