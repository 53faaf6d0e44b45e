/**
 * Fits and predicts the case of `bestCases` that is given by its number, with all processors; prints `BestMeasured`. A forest
 * goes into `model.onnx` in the folder that is given, for the peers that only predict.
 */
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Fit } from '../../shared/algorithms/algorithm.ts'
import type { Restored } from '../../shared/algorithms/descriptor.ts'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import { writeOnnx } from '../../shared/artifact/onnx/write-onnx.ts'
import { column, zeros } from '../../shared/data/matrix.ts'
import type { Preparation } from '../../shared/data/preparation.ts'
import { predictAll } from '../../shared/prediction/open-predictor.ts'
import { type BestMeasured, bestCases } from '../best-cases.ts'
import { shapes } from '../shapes.ts'

const RUNS = 3
/** Predictions after each fit: a few milliseconds are disturbed more than a fit. As many as the peers'. */
const PREDICTIONS = 10

const { algorithm, shape, rows, hyperparameters } = bestCases[Number(process.argv[2])]
const data = shapes[shape](rows)
const { features, target, classCount, featureNames } = data
const trainer = estimatorFor(algorithm, 'classification').trainer(hyperparameters)
const threads = availableParallelism()
const one = zeros(1, features.columns)
for (let j = 0; j < one.columns; j++) one.values[j] = column(features, j)[0]

const fits: number[] = []
const predicts: number[] = []
const ones: number[] = []
let accuracy = 0
let model: unknown
for (let run = 0; run <= RUNS; run++) {
  const begun = performance.now()
  const fit: Fit<Restored> = await trainer.fit(data, { threads, step: async () => 'continue' })
  if (fit.status !== 'done') throw new Error('The fit paused.')
  const fitted = performance.now()
  for (let k = 0; k < PREDICTIONS; k++) {
    const begunPrediction = performance.now()
    const [{ classes }] = await predictAll(fit.model, [features], threads)
    if (run > 0) predicts.push((performance.now() - begunPrediction) / 1000)
    accuracy = classes.filter((label, i) => label === target[i]).length / rows
  }
  for (let k = 0; k < 100; k++) fit.model.predict(one)
  const begunOne = performance.now()
  for (let k = 0; k < 100; k++) fit.model.predict(one)
  const end = performance.now()
  // The first is not counted, neither here nor of the peers.
  if (run === 0) continue
  fits.push((fitted - begun) / 1000)
  ones.push((end - begunOne) / 1e5)
  model = fit.model.model
}
if (algorithm === 'random_forest') {
  const preparation: Preparation = {
    features: featureNames.map((name) => ({
      kind: 'number',
      dtype: 'float',
      name,
      mean: 0,
      scale: 1,
      impute: 0,
      missingSeen: false,
    })),
    target: { name: 'target', dtype: 'int', classes: Array.from({ length: classCount }, (_, k) => k) },
  }
  await writeFile(join(process.argv[3], 'model.onnx'), writeOnnx({ algorithm, model, preparation }, {}))
}
console.log(
  JSON.stringify({
    fit: Math.min(...fits),
    predict: Math.min(...predicts),
    one: Math.min(...ones),
    accuracy,
  } satisfies BestMeasured),
)
