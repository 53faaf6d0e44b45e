/** Predicts a file with a stored model on all threads, and prints what it took: the predictions alone, then the whole. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { hasClasses } from '../../shared/data/preparation.ts'
import type { Task } from '../../shared/data/task.ts'
import { type Label, labelsOf, predictFile, wantedColumns } from '../../shared/models/predict.ts'
import { openPredictor } from '../../shared/prediction/open-predictor.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'
import { inOrder } from '../../shared/threads/in-order.ts'
import type { Predicted } from '../predict.ts'

const [, , path, data] = process.argv
const model = await readModelFile(await readFile(path, 'utf8'))
const { target } = model.preparation
if (!hasClasses(target)) throw new Error('The model is a regression.')
const threads = availableParallelism()

let begun = performance.now()
const countOf = new Map<Label, number>(labelsOf(target).map((label) => [label, 0]))
for await (const { labels } of predictFile(model, data, { threads })) {
  for (const label of labels) countOf.set(label, (countOf.get(label) ?? 0) + 1)
}
const whole = (performance.now() - begun) / 1000
const peak = process.resourceUsage().maxRSS / 1024

const tables = await Array.fromAsync(readBatches(data, wantedColumns(model)))
const predictor = openPredictor<Task>(model.model, threads)
begun = performance.now()
for await (const _ of inOrder(tables, predictor.ahead, (table) =>
  predictor.predictBatch(model.prepare(table).features),
));
const predict = (performance.now() - begun) / 1000
await predictor.close()
console.log(JSON.stringify({ predict, whole, counts: [...countOf.values()], peak } satisfies Predicted))
