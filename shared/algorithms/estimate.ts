import { JobError } from '../errors/job-error.ts'
import { Outgrown } from '../errors/outgrown.ts'

/** The size of the training data: rows, features, classes. A regression has the class count 1: a model predicts one number. */
export type Shape = {
  readonly rows: number
  readonly columns: number
  readonly classCount: number
  /** Rows of the table, with those that test; absent: a quarter more than train. */
  readonly allRows?: number
  /** Columns of the table that the features are of; absent: as many. */
  readonly tableColumns?: number
}

/**
 * What a fit needs at least: these figures are lower bounds, but for likelyBytes. A job that is refused by them could not
 * have been done, and one that is not refused may still turn out to be too large.
 */
export type FitEstimate = {
  /** Bytes of memory that the fit fills, the features it is given not counted. */
  readonly bytes: number
  /** About how many they will be, where the lower bound leaves much out: a machine is chosen by it. */
  readonly likelyBytes?: number
  /** Bytes of the model. */
  readonly modelBytes: number
  /** Seconds, at a pace that no processor exceeds. */
  readonly seconds: number
  /** The hyperparameter that the model's size and the time are proportional to. */
  readonly factor?: { readonly name: string; readonly value: number }
}

/** What a worker has for a job: bytes of memory, and seconds. */
export type Budget = { readonly memoryBytes: number; readonly seconds: number }

/** The smallest shape that can be trained: what exceeds the budget on it does so on any dataset. */
export const MIN_SHAPE: Shape = { rows: 2, columns: 1, classCount: 2 }

/** Memory of Node and the worker's code as measured, and as the lower bounds have it. */
const LIKELY_BASE_BYTES = 110 * 2 ** 20
const BASE_BYTES = 150 * 2 ** 20

/** Likely memory of each thread beside the first. */
export const THREAD_BYTES = 30 * 2 ** 20

/** What is not collected yet while the features are made, at most; and where they are made on disk. */
const GARBAGE_BYTES = 128 * 2 ** 20
const GARBAGE_FROM_DISK_BYTES = 64 * 2 ** 20

/** What is written to files, or read from them, at a time. */
const DISK_BYTES = 48 * 2 ** 20

/** `model.json` is one text, of at most 2^29 characters in V8; arrays are base64 in it. */
export const MAX_MODEL_BYTES = Math.floor(2 ** 29 * 0.74)

/** What a fit needs of a worker: bytes of memory, the worker's own included, at least and likely, and seconds. */
export function neededFor(shape: Shape, estimate: FitEstimate): Budget & { readonly likelyBytes: number } {
  const memoryBytes = BASE_BYTES + 8 * shape.rows * shape.columns + estimate.bytes
  return { memoryBytes, likelyBytes: likelyFor(shape, estimate), seconds: estimate.seconds }
}

/**
 * The bytes of memory that a fit is likely to take, within a quarter of what was measured (bench/results.md): the worker's
 * own, the table, the features of all rows, what is not collected yet, and the fit's.
 */
function likelyFor(shape: Shape, estimate: FitEstimate): number {
  const { rows, columns, allRows = 1.25 * rows, tableColumns = columns } = shape
  const data = 8 * allRows * (columns + tableColumns)
  const garbage = Math.min(GARBAGE_BYTES, data / 2)
  return LIKELY_BASE_BYTES + data + garbage + (estimate.likelyBytes ?? estimate.bytes)
}

/** Bytes that a row needs while a column is prepared: its values, three copies of them, and orders of the rows. */
const PREPARED_ROW_BYTES = 8 + 3 * 8 + 4 * 4

/** The same for a fit with its features in a file. @param shape with the table's rows, and the most columns that one of the table's has. */
export function neededFromDisk(
  { rows, tableRows, widest }: Shape & { readonly tableRows: number; readonly widest: number },
  { bytes }: Pick<FitEstimate, 'bytes'>,
): number {
  const preparing = PREPARED_ROW_BYTES * tableRows + 8 * rows * widest
  return BASE_BYTES + DISK_BYTES + Math.max(preparing, 16 * rows + bytes)
}

/**
 * The bytes of memory that a fit likely takes on a sample of the rows, the others of which are in a file.
 *
 * @param allRows of the file, one column of which is in memory at a time.
 */
export function likelyOfSample({ rows, columns }: Shape, allRows: number, estimate: FitEstimate): number {
  const own = LIKELY_BASE_BYTES + DISK_BYTES + GARBAGE_FROM_DISK_BYTES
  return own + 8 * rows * columns + 16 * allRows + (estimate.likelyBytes ?? estimate.bytes)
}

/** @throws JobError for a fit that does not fit into the budget (Outgrown where it fits into a larger one), in a sentence that says what it needs and what to do. */
export function checkBudget(shape: Shape, estimate: FitEstimate, budget: Budget): void {
  const on = `on ${shape.rows} rows x ${shape.columns} features`
  const needs = neededFor(shape, estimate)
  if (estimate.factor !== undefined) checkFactor(on, estimate, estimate.factor, budget, needs)
  if (needs.memoryBytes > budget.memoryBytes) {
    throw new Outgrown(
      'too_large_to_train',
      `The training needs at least ${size(needs.memoryBytes)} of memory ${on}, and the worker has ${size(budget.memoryBytes)}: send fewer rows or columns, or have the function's memory raised.`,
      needs,
    )
  }
  if (estimate.factor === undefined && estimate.modelBytes > MAX_MODEL_BYTES) {
    throw new JobError(
      'model_too_large',
      `The model would have at least ${size(estimate.modelBytes)} ${on}, and a model can have ${size(MAX_MODEL_BYTES)}: send fewer rows or columns.`,
    )
  }
}

/**
 * For a job that can be done with less memory, or elsewhere with more. Any other is tried, where the lower bound allows it.
 *
 * @throws Outgrown for a fit that is likely to run out of memory.
 */
export function checkLikely(shape: Shape, estimate: FitEstimate, memoryBytes: number): void {
  const needs = neededFor(shape, estimate)
  if (needs.likelyBytes <= memoryBytes) return
  throw new Outgrown(
    'too_large_to_train',
    `The training is likely to need ${size(needs.likelyBytes)} of memory on ${shape.rows} rows x ${shape.columns} features, and the worker has ${size(memoryBytes)}: send fewer rows or columns, or have the function's memory raised.`,
    needs,
  )
}

/** Checks the model's size and the time, with the value that the factor may have. */
function checkFactor(
  on: string,
  { modelBytes, seconds }: FitEstimate,
  { name, value }: { readonly name: string; readonly value: number },
  budget: Budget,
  needs: Budget,
): void {
  const given = `hyperparameters.${name} is ${value}, which ${on}`
  const advice = (limit: number, needed: number) => {
    const max = Math.floor(value * (limit / needed))
    return max >= 1 ? `use at most ${max}` : 'send fewer rows or columns'
  }
  if (modelBytes > MAX_MODEL_BYTES) {
    throw new JobError(
      'model_too_large',
      `${given} makes a model of at least ${size(modelBytes)}, and a model can have ${size(MAX_MODEL_BYTES)}: ${advice(MAX_MODEL_BYTES, modelBytes)}.`,
    )
  }
  if (seconds > budget.seconds) {
    throw new Outgrown(
      'time_limit_exceeded',
      `${given} takes at least ${duration(seconds)}, and this worker's limit is ${duration(budget.seconds)} (TENSORFLEET_MAX_TRAINING_SECONDS): ${advice(budget.seconds, seconds)}.`,
      needs,
    )
  }
}

function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`
}

/** A time for people, rounded up: in seconds, hours or days. */
export function duration(seconds: number): string {
  if (seconds < 7200) return `${Math.ceil(seconds)} s`
  return seconds < 172_800 ? `${Math.ceil(seconds / 3600)} hours` : `${Math.ceil(seconds / 86_400)} days`
}
