/** Predicts a file with a stored model, and prints what it took. */
import { readFile } from 'node:fs/promises'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { hasClasses } from '../../shared/data/preparation.ts'
import { wantedColumns } from '../../shared/models/predict.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'
import type { Predicted } from '../predict.ts'

const [, , model, data] = process.argv
const predictor = await readModelFile(await readFile(model, 'utf8'))
const { target } = predictor.preparation
const wanted = wantedColumns(predictor)
if (!hasClasses(target)) throw new Error('The model is a regression.')
const counts: number[] = target.classes.map(() => 0)
let predict = 0
const begun = performance.now()
for await (const table of readBatches(data, wanted)) {
  const before = performance.now()
  const prediction = predictor.predict(table)
  predict += performance.now() - before
  if ('classes' in prediction) for (const k of prediction.classes) counts[k]++
}
const all = performance.now() - begun
const peak = process.resourceUsage().maxRSS / 1024
console.log(
  JSON.stringify({ read: (all - predict) / 1000, predict: predict / 1000, counts, peak } satisfies Predicted),
)
