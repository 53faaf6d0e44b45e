/** A job whose data do not fit into memory: they are read, prepared and fitted on from files. docs/large-data.md. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fit, FitContext, TrainingData } from '../algorithms/algorithm.ts'
import type { AnyRestored } from '../algorithms/descriptor.ts'
import { checkBudget, checkLikely, neededFor, neededFromDisk, type Shape } from '../algorithms/estimate.ts'
import { dateNames } from '../data/dates.ts'
import { type FeatureStore, writtenElsewhere } from '../data/feature-store.ts'
import { prepareInto } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'
import { loadOnDisk } from '../datasets/load-dataset.ts'
import { createDiskMatrix, type DiskMatrix } from '../disk/disk-matrix.ts'
import { JobError } from '../errors/job-error.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { summarizeData } from '../report/data-summary.ts'
import { type AnyTrainer, chooseTrainer, possibleTrainer } from './choose-trainer.ts'
import { checkAsked, hasMoreElsewhere } from './hand-over.ts'
import type { Attempt, JobContext } from './job-context.ts'
import { type FetchedJobData, jobData, selectJobData } from './job-data.ts'
import { preparationOf } from './preparation-options.ts'
import { trainingData } from './training-data.ts'

/** Whether the job can have its data in files: its algorithm can, and each row is prepared once. */
export function canTrainFromDisk(message: JobMessage): boolean {
  const { algorithm, search, cv, split, sample_weight_column: weights } = message
  if (algorithm === 'auto' || search || cv || split?.test_dataset_path) return false
  const { fromDisk } = possibleTrainer(message)
  return fromDisk !== undefined && (!weights || fromDisk.acceptsSampleWeights)
}

/** Whether the files alone are larger than the memory, so that it is of no use to try. */
export async function isLargerThanMemory(
  { dataset }: FetchedJobData,
  { memoryBytes }: JobContext,
): Promise<boolean> {
  const sizes = await Promise.all(dataset.files.map(async ({ path }) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0) > memoryBytes
}

/** The columns of the table that are in memory at the same time have this share of it. */
const CACHE_SHARE = 1 / 16

/**
 * Reads the dataset into a table on disk, and prepares it into matrices on disk: the same numbers as in memory.
 *
 * @param folder of temporary files. What is not needed any more is removed.
 * @throws JobError for a dataset that cannot be read or learned from, or a full disk; Outgrown where even so it needs more memory than there is.
 */
export async function prepareOnDisk(
  folder: string,
  { message }: TrainableJob,
  { dataset: fetched }: FetchedJobData,
  attempt: Attempt,
  context: JobContext,
) {
  const path = join(folder, 'columns')
  const cacheBytes = context.memoryBytes * CACHE_SHARE
  const read = await fullDisk(() => loadOnDisk(fetched, { csv: message.csv, cacheBytes }, path))
  try {
    for (const { path } of fetched.files) await rm(path)
    const loaded = jobData(message, { ...fetched, ...read })
    const { table } = selectJobData(message, loaded)
    attempt.rows = table.rows
    const { task, trainer, acceptsMissing, warnings: taskWarnings } = chooseTrainer(message, table)
    const summary = summarizeData(table, message.target_column, task, dateNames(message.date_columns))
    const checkShape = (shape: DiskShape) =>
      checkFits({ ...shape, tableRows: loaded.origin.rows }, message, trainer, context)
    const options = { ...preparationOf(message, task, acceptsMissing), checkShape }
    const prepared = await fullDisk(async () => prepareInto(storeIn(folder), table, options))
    const parts = { train_rows: prepared.train.features.rows, test_rows: prepared.test.features.rows }
    const dataset = { ...loaded.origin, ...parts, streamed: true as const }
    return { loaded, summary, trainer, taskWarnings, prepared, dataset }
  } finally {
    read.close()
    await rm(path)
  }
}

/** The trainer of a job with its data. */
export function fitOnDisk({ trainer, prepared }: Awaited<ReturnType<typeof prepareOnDisk>>) {
  const { algorithm, fromDisk } = trainer
  if (fromDisk === undefined) throw new TypeError(`${algorithm} fits in memory only.`)
  const fit = (data: TrainingData<Task, DiskMatrix>, run: FitContext) =>
    fullDisk<Fit<AnyRestored>>(() => fromDisk.fit(data, run))
  return { trainer: { algorithm, fit }, data: trainingData(prepared) }
}

type DiskShape = Shape & { readonly widest: number }

/** @throws ForLargerMachine where the message asks for one; Outgrown where the fit needs more than there is, also from disk. */
function checkFits(
  shape: DiskShape & { readonly tableRows: number },
  message: JobMessage,
  trainer: AnyTrainer,
  context: JobContext,
): void {
  const { threads, memoryBytes, maxTrainingSeconds: seconds } = context
  const inMemory = trainer.estimate(shape, threads)
  const needs = neededFor(shape, inMemory)
  checkAsked(message, needs, context)
  const fromDisk = trainer.fromDisk?.estimate(shape, threads)
  const fits = fromDisk !== undefined && neededFromDisk(shape, fromDisk) <= memoryBytes
  checkBudget(shape, inMemory, { memoryBytes: fits ? Number.POSITIVE_INFINITY : memoryBytes, seconds })
  if (!fits && hasMoreElsewhere(needs, message, context)) checkLikely(shape, inMemory, memoryBytes)
}

const storeIn =
  (folder: string): FeatureStore<DiskMatrix> =>
  (part, rows, columns) =>
    writtenElsewhere(rows, createDiskMatrix(join(folder, part), rows, columns))

/** Does what writes to the disk. @throws JobError (disk_full) where it is full. */
async function fullDisk<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    throw new JobError(
      'disk_full',
      'The dataset does not fit into memory, and its numbers (8 bytes each, twice; for dnn and cnn 4 more) do not fit on the worker’s disk: send fewer rows or columns, or have the function’s ephemeral storage or its memory raised.',
      { cause: error },
    )
  }
}
