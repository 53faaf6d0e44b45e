/** Predictions of a trained model for raw rows, batch by batch. */

import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Manifest, manifestSchema } from '../artifact/manifest.ts'
import { type Predictor, readModelFile } from '../artifact/model-file.ts'
import { rawNames } from '../data/apply-preparation.ts'
import { MISSING_WORDS } from '../data/missing-words.ts'
import type { Feature } from '../data/preparation.ts'
import { type ClassTarget, hasClasses } from '../data/preparation.ts'
import type { Table } from '../data/table.ts'
import type { Task } from '../data/task.ts'
import { addTally, emptyTally, type UnknownValues, unknownValues } from '../data/unknown-values.ts'
import { openPredictor } from '../prediction/open-predictor.ts'
import { type ReadOptions, readBatches } from '../tabular/read-batches.ts'
import type { WantedColumn } from '../tabular/wanted-columns.ts'
import { inOrder } from '../threads/in-order.ts'
import { DamagedModel } from './damaged-model.ts'

/** The file that predictions are made with. `model.onnx` beside it is the same model for other runtimes. */
export const MODEL_FILE = 'model.json'

export type OpenModel = Predictor & { readonly manifest: Manifest }

/** Predictions for one batch of rows. */
export type PredictedBatch = {
  readonly rows: number
  /** Per row, the target's own value; of a regression, the predicted number. */
  readonly labels: readonly Label[]
  /** Per row and class, in the order of the model's classes (row i, class k at `i * classes + k`); svm has them only with `probability` or `calibration`, a regression never. */
  readonly probabilities: Float64Array | undefined
  /** The columns of this batch that hold what the model does not know. */
  readonly unknown: readonly UnknownValues[]
  /** The same of all rows up to here: of the last batch, of the whole file. */
  readonly unknownSoFar: readonly UnknownValues[]
}
export type Label = string | number | boolean

/**
 * Opens a model that `tensorfleet download` wrote.
 *
 * @param path its folder, or the model.json in it.
 * @throws DamagedModel when a file is missing or is not the one that was trained, by its sha256.
 * @example
 * const model = await openModel('./model')
 * console.log(model.manifest.metrics.accuracy)
 */
export async function openModel(path: string): Promise<OpenModel> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path)
  const manifest = manifestOf(await localFile(folder, 'manifest.json'), folder)
  const body = await localFile(folder, MODEL_FILE)
  if (hash('sha256', body) !== manifest.files[MODEL_FILE]?.sha256) {
    throw new DamagedModel(
      `${join(folder, MODEL_FILE)} is not the file that was trained: its sha256 differs from the manifest's. Download the model again.`,
    )
  }
  return { ...(await readModelFile(body.toString('utf8'))), manifest }
}

/**
 * Predicts the rows of a data file (CSV, JSON lines, Parquet), its columns found by name. Memory does not grow with
 * the file.
 *
 * @param options a CSV file's dialect, where it is neither that of the training data nor found from the file's head; who is told what was assumed; and how
 *   many threads may predict (1 by default), which never changes the result.
 * @throws JobError for a file that cannot be read, or lacks a column that the model needs.
 * @example
 * for await (const { labels } of predictFile(await openModel('./model'), 'new.csv')) console.log(labels)
 */
export function predictFile(
  model: Predictor & Partial<Pick<OpenModel, 'manifest'>>,
  path: string,
  options: ReadOptions & { readonly threads?: number } = {},
): AsyncGenerator<PredictedBatch> {
  const kept = model.manifest?.dataset.csv
  return predictBatches(model, readBatches(path, wantedColumns(model), { kept, ...options }), options.threads)
}

/** The columns that the model needs, and as what. */
export function wantedColumns({ preparation }: Predictor): WantedColumn[] {
  const dates = (preparation.dates ?? []).map(({ name }): WantedColumn => ({ name, kind: 'text' }))
  const isRaw = new Set(rawNames(preparation))
  const others = preparation.features.filter(({ name }) => isRaw.has(name))
  return [...dates, ...others.map(wantedColumn)]
}

function wantedColumn(feature: Feature): WantedColumn {
  const { name } = feature
  if (feature.kind === 'number') return { name, kind: 'number' }
  const values = feature.categories.filter((category) => MISSING_WORDS.has(category))
  return { name, kind: 'text', ...(values.length > 0 && { values: new Set(values) }) }
}

/**
 * Predicts tables that hold the columns which the model needs. With several threads, batches are predicted on them while
 * this one reads those that follow.
 */
export async function* predictBatches(
  model: Predictor,
  batches: AsyncIterable<Table>,
  threads = 1,
): AsyncGenerator<PredictedBatch> {
  const { features, target } = model.preparation
  const classes = hasClasses(target) ? labelsOf(target) : []
  const total = features.map(emptyTally)
  const predictor = openPredictor<Task>(model.model, threads)
  let rowsBefore = 0
  const predicted = inOrder(batches, predictor.ahead, async (table) => {
    const prepared = model.prepare(table, rowsBefore)
    rowsBefore += table.rows
    return { tallies: prepared.tallies, prediction: await predictor.predictBatch(prepared.features) }
  })
  try {
    for await (const { tallies, prediction } of predicted) {
      tallies.forEach((tally, j) => {
        addTally(total[j], tally)
      })
      const labels =
        'values' in prediction
          ? Array.from(prediction.values)
          : Array.from(prediction.classes, (k) => classes[k])
      yield {
        rows: labels.length,
        labels,
        probabilities: 'values' in prediction ? undefined : prediction.probabilities,
        unknown: unknownValues(features, tallies),
        unknownSoFar: unknownValues(features, total),
      }
    }
  } finally {
    await predictor.close()
  }
}

/** The values that a model predicts, in the order of its classes. */
export function labelsOf(target: ClassTarget): Label[] {
  if (target.dtype === 'bool') return target.classes.map((value) => value === 1)
  return [...target.classes]
}

async function localFile(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new DamagedModel(
      `${folder} has no ${name}: name a folder that \`tensorfleet download\` wrote, with all its files.`,
      { cause: error },
    )
  }
}

function manifestOf(body: Buffer, folder: string): Manifest {
  let data: unknown
  try {
    data = JSON.parse(body.toString('utf8'))
  } catch {
    data = undefined
  }
  const parsed = manifestSchema.safeParse(data)
  if (parsed.success) return parsed.data
  throw new DamagedModel(
    `${join(folder, 'manifest.json')} is not the manifest that was written: download the model again.`,
  )
}
