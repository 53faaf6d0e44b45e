import { JobError } from '../errors/job-error.ts'

/** What is to be trained on: the training rows, the features, and the classes. */
export type Shape = { readonly rows: number; readonly columns: number; readonly classCount: number }

/**
 * What a fit needs at least. Both figures are lower bounds: a job that is refused by them could not have been done, and
 * one that is not refused may still turn out to be too large.
 */
export type Cost = {
  /** Bytes that the fit fills beside the features that it is given. */
  readonly bytes: number
  /** Bytes of the model. */
  readonly modelBytes: number
  /** Seconds, at a pace that no processor exceeds. */
  readonly seconds: number
  /** The hyperparameter that the model and the time are proportional to. */
  readonly factor?: { readonly name: string; readonly value: number }
}

export type Means = { readonly memoryBytes: number; readonly seconds: number }

/** The smallest shape that can be trained: what is too costly for it is too costly for any dataset. */
export const SMALLEST: Shape = { rows: 2, columns: 1, classCount: 2 }

/** What Node and the worker's code take. */
const OWN_BYTES = 150 * 2 ** 20

/** `model.json` is one text, of at most 2^29 characters in V8; arrays lie in it in base64. */
export const MOST_MODEL_BYTES = Math.floor(2 ** 29 * 0.74)

/** @throws JobError for a fit that cannot be done with these means, in a sentence that says what it needs and what to do. */
export function checkCost(shape: Shape, cost: Cost, means: Means): void {
  const { factor } = cost
  const on = `on ${shape.rows} rows x ${shape.columns} features`
  const given = factor && `hyperparameters.${factor.name} is ${factor.value}, which ${on} `
  const atMost = (most: number, need: number) =>
    factor && Math.floor(factor.value * (most / need)) >= 1
      ? `use at most ${Math.floor(factor.value * (most / need))}`
      : 'send fewer rows or columns'
  if (given && cost.modelBytes > MOST_MODEL_BYTES) {
    throw new JobError(
      'model_too_large',
      `${given}makes a model of at least ${size(cost.modelBytes)}, and a model can have ${size(MOST_MODEL_BYTES)}: ${atMost(MOST_MODEL_BYTES, cost.modelBytes)}.`,
    )
  }
  if (given && cost.seconds > means.seconds) {
    throw new JobError(
      'time_limit_exceeded',
      `${given}takes at least ${duration(cost.seconds)}, and this worker's limit is ${duration(means.seconds)} (TENSORFLEET_MAX_TRAINING_SECONDS): ${atMost(means.seconds, cost.seconds)}.`,
    )
  }
  const bytes = OWN_BYTES + 8 * shape.rows * shape.columns + cost.bytes
  if (bytes > means.memoryBytes) {
    throw new JobError(
      'too_large_to_train',
      `The training needs at least ${size(bytes)} of memory ${on}, and the worker has ${size(means.memoryBytes)}: send fewer rows or columns, or have the function's memory raised.`,
    )
  }
}

function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`
}

function duration(seconds: number): string {
  if (seconds < 7200) return `${Math.ceil(seconds)} s`
  return seconds < 172_800 ? `${Math.ceil(seconds / 3600)} hours` : `${Math.ceil(seconds / 86_400)} days`
}
