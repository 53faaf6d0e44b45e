/** A job whose data do not fit into memory: they are read, prepared and fitted on from files. docs/large-data.md. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fit, FitContext, TrainingData } from '../algorithms/algorithm.ts'
import type { AnyRestored } from '../algorithms/descriptor.ts'
import {
  checkBudget,
  checkLikely,
  MIN_SHAPE,
  neededFor,
  neededFromDisk,
  type Shape,
} from '../algorithms/estimate.ts'
import { dateNames } from '../data/dates.ts'
import { type FeatureStore, writtenElsewhere } from '../data/feature-store.ts'
import { prepareInto } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'
import { loadOnDisk } from '../datasets/load-dataset.ts'
import { createDiskMatrix, type DiskMatrix } from '../disk/disk-matrix.ts'
import { JobError } from '../errors/job-error.ts'
import { Outgrown } from '../errors/outgrown.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { summarizeData } from '../report/data-summary.ts'
import { type AnyTrainer, chooseTrainer, possibleTrainer } from './choose-trainer.ts'
import { checkAsked, hasMoreElsewhere } from './hand-over.ts'
import type { Attempt, JobContext } from './job-context.ts'
import { type FetchedJobData, jobData, selectJobData } from './job-data.ts'
import { preparationOf } from './preparation-options.ts'
import { fitSample, rowsThatFit } from './row-sample.ts'
import { trainingData } from './training-data.ts'

/** Whether the job can have its data in files: its algorithm can, or learns from a sample, and each row is prepared once. */
export function canTrainFromDisk(message: JobMessage): boolean {
  const { algorithm, search, cv, split, sample_weight_column: weights } = message
  if (algorithm === 'auto' || search || cv || split?.test_dataset_path) return false
  const { fromDisk, acceptsSample } = possibleTrainer(message)
  if (acceptsSample) return true
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

/** The error, with what else can be done where the algorithm has to have all rows in memory. */
export function withOtherAlgorithm(error: unknown, message: JobMessage): unknown {
  const isTooLarge = error instanceof Outgrown && error.code !== 'time_limit_exceeded'
  if (!isTooLarge || message.algorithm === 'auto') return error
  const { fromDisk, acceptsSample } = possibleTrainer(message)
  if (fromDisk !== undefined || acceptsSample) return error
  const sentence = error.message.replace(/\.$/, '')
  return new Outgrown(
    error.code,
    `${sentence}, or use gradient_boosting, which learns from data larger than memory.`,
    error.needs,
  )
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
    let shape: Shape = MIN_SHAPE
    const checkShape = (found: DiskShape) => {
      shape = found
      checkFits({ ...found, tableRows: loaded.origin.rows }, message, trainer, context)
    }
    const options = { ...preparationOf(message, task, acceptsMissing), checkShape }
    const prepared = await fullDisk(async () => prepareInto(storeIn(folder), table, options))
    const parts = { train_rows: prepared.train.features.rows, test_rows: prepared.test.features.rows }
    const dataset = { ...loaded.origin, ...parts, streamed: true as const }
    return { loaded, summary, trainer, taskWarnings, prepared, dataset, shape }
  } finally {
    read.close()
    await rm(path)
  }
}

/** The trainer of a job with its data, and by which name its checkpoint goes on. */
export function fitOnDisk(
  { trainer, prepared, shape }: Awaited<ReturnType<typeof prepareOnDisk>>,
  { memoryBytes }: JobContext,
) {
  const { algorithm, fromDisk, acceptsSample } = trainer
  const data = trainingData(prepared)
  if (acceptsSample) {
    const count = rowsThatFit(trainer, shape, memoryBytes)
    const fit = (data: TrainingData<Task, DiskMatrix>, run: FitContext) =>
      fitSample(trainer, data, count, run)
    return { trainer: { algorithm, fit }, data, reached: { stage: `${count} rows` } }
  }
  if (fromDisk === undefined) throw new TypeError(`${algorithm} fits in memory only.`)
  const fit = (data: TrainingData<Task, DiskMatrix>, run: FitContext) =>
    fullDisk<Fit<AnyRestored>>(() => fromDisk.fit(data, run))
  return { trainer: { algorithm, fit }, data, reached: {} }
}

/** A sample has so many rows at least. */
const LEAST_SAMPLE = 1000

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
  const { fits, fitted } = trainer.acceptsSample
    ? ofSample(shape, trainer, context)
    : ofAllRows(shape, trainer, context)
  // A machine that has all rows in memory is better than a sample of them.
  if ((!fits || trainer.acceptsSample) && hasMoreElsewhere(needs, message, context))
    checkLikely(shape, inMemory, memoryBytes)
  const budget = { memoryBytes: fits ? Number.POSITIVE_INFINITY : memoryBytes, seconds }
  checkBudget(fits ? fitted : shape, trainer.estimate(fits ? fitted : shape, threads), budget)
}

type Sized = DiskShape & { readonly tableRows: number }

/** Whether the fit can have its features in a file here. */
function ofAllRows(shape: Sized, { fromDisk }: AnyTrainer, { threads, memoryBytes }: JobContext) {
  const estimate = fromDisk?.estimate(shape, threads)
  const fits = estimate !== undefined && neededFromDisk(shape, estimate) <= memoryBytes
  return { fits, fitted: shape }
}

/** Whether so many rows fit into memory that a fit on them is of use. */
function ofSample(shape: Sized, trainer: AnyTrainer, { memoryBytes }: JobContext) {
  const rows = rowsThatFit(trainer, shape, memoryBytes)
  const isPrepared = neededFromDisk(shape, { bytes: 0 }) <= memoryBytes
  return { fits: isPrepared && rows >= Math.min(LEAST_SAMPLE, shape.rows), fitted: { ...shape, rows } }
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
