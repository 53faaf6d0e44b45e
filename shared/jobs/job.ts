/**
 * The contract with those who send jobs and read results: schemas, from which the types, the JSON Schema
 * (docs/job.schema.json) and the error sentences follow.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { algorithmNames } from '../algorithms/names.ts'
import { didYouMean } from '../errors/closest-match.ts'
import { explainSchemaError } from '../errors/explain-schema-error.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'

/** Letters, digits and `. _ : -`, so that an id is safe in a key, a file name and a log line. */
const jobId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
  .describe('1 to 128 letters, digits, ".", "_", ":" or "-", beginning with a letter or digit')

export function isJobId(id: string): boolean {
  return jobId.safeParse(id).success
}

/** Half of a surrogate pair can be written in JSON, but stands for no character: no key or file can be named by it. */
const isUnicode = (text: string) => text.isWellFormed()

const name = (what: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(256)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .regex(/^[^\u0000-\u001f\u007f]*$/)
    .refine(isUnicode)
    .describe(`${what} of 1 to 256 characters without control characters`)

export const jobMessage = z.object({
  job_id: jobId,
  algorithm: z.enum(algorithmNames).describe(`one of ${algorithmNames.join(', ')}`),
  dataset_path: z
    .string()
    .trim()
    .min(1)
    .max(1024)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .regex(/^[^\u0000-\u001f\u007f]*$/)
    .refine(isUnicode)
    .describe('s3://bucket/key, bucket/key, or the name of a dataset in the registry'),
  job_name: name('a name').nullish(),
  model_name: name('a name').nullish(),
  target_column: z
    .string()
    .min(1)
    .max(1024)
    .nullish()
    .describe('the name of a column; by default the last one'),
  hyperparameters: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('an object of hyperparameters of the algorithm, by the names of scikit-learn or Keras'),
})
export type JobMessage = z.infer<typeof jobMessage>

const metricValue = z.number().nullable()

/** The metrics of behaviour.md. A figure that is not a finite number is null, as JSON has no NaN. */
export const jobMetrics = z.object({
  train_accuracy: metricValue,
  test_accuracy: metricValue,
  accuracy: metricValue,
  precision: metricValue,
  recall: metricValue,
  f1_score: metricValue,
  /** Seconds. */
  training_time: metricValue,
  classification_report: z.record(z.string(), z.unknown()).optional(),
  train_loss: metricValue.optional(),
  test_loss: metricValue.optional(),
  loss: metricValue.optional(),
  history: z.record(z.string(), z.array(metricValue)).optional(),
})
export type JobMetrics = z.infer<typeof jobMetrics>

export const completedResult = z.object({
  job_id: z.string(),
  /** The model's _id in the registry: 24 hexadecimal digits. */
  model_id: z.string(),
  /** Where the model lies in the object store, s3://bucket/key; the storage service's id of it where one is set. */
  minio_model_id: z.string(),
  status: z.literal('completed'),
  metrics: jobMetrics,
  model_name: z.string(),
  /** v and the Unix time, in seconds, at which the job was accepted. */
  version: z.string(),
  /** What the sender should know although the job is done: one sentence each. */
  warnings: z.array(z.string()),
})

export const failedResult = z.object({
  job_id: z.string(),
  status: z.literal('failed'),
  /** One sentence that its reader can act on. */
  error: z.string(),
  /** The kind of error, for programs: docs/errors.md has the codes. Results of earlier versions have none. */
  error_code: z.string().optional(),
})

export const jobResult = z.discriminatedUnion('status', [completedResult, failedResult])
export type CompletedResult = z.infer<typeof completedResult>
export type FailedResult = z.infer<typeof failedResult>
export type JobResult = z.infer<typeof jobResult>

/** The job as it was accepted, in `jobs/{job_id}/job.json`: every attempt at it reads the same. */
export const acceptedJob = z.object({
  /** null: the message could not be read as a job, and its job_id is taken all the same. */
  message: jobMessage.nullable(),
  fingerprint: z.string(),
  /** ISO 8601. Version and creation time of the model follow from it. */
  accepted_at: z.string(),
})
export type JobNote = z.infer<typeof acceptedJob>
export type AcceptedJob = JobNote & { readonly message: JobMessage }

/** The dataset that a job's first attempt fetched, in `jobs/{job_id}/dataset.json` until the job has a result. */
export const fetchedDataset = z.object({ source: z.string(), sha256: z.string() })
export type FetchedDataset = z.infer<typeof fetchedDataset>

/** The error of the last attempt that ended without a result, in `jobs/{job_id}/failure.json` until there is one. */
export const attemptFailure = z.object({
  job_id: z.string(),
  /** How often the message had been received. */
  attempt: z.int(),
  error: z.string(),
  failed_at: z.string(),
})
export type AttemptFailure = z.infer<typeof attemptFailure>

/** How often a message is received before it goes to the dead-letter queue. */
export const MOST_RECEIPTS = 5

/** The `error` of a job that somebody cancelled. */
export const CANCELLED = 'cancelled'

/** What people who wait are told: `jobs/{job_id}/status.json`. */
export const jobStatus = z.object({
  job_id: z.string(),
  phase: z.enum(['download', 'prepare', 'train', 'evaluate', 'store', 'paused']),
  /** 0 … 100, of the phase. */
  percent: z.number(),
  /** Where the fit is: { epoch: 3, loss: 0.41 }. */
  detail: z.record(z.string(), z.number()).optional(),
  updated_at: z.string(),
})
export type JobStatus = z.infer<typeof jobStatus>

/**
 * Parses the body of a message.
 *
 * @returns the job, and a warning for each field that is not part of the contract.
 * @throws JobError with a sentence that names the first field at fault, its value and what is allowed.
 */
export function parseMessage(body: string): { message: JobMessage; warnings: string[] } {
  const given = parseJson(body)
  const parsed = jobMessage.safeParse(given)
  if (!parsed.success)
    throw new JobError('bad_message', explainSchemaError(parsed.error, jobMessage, given, ''))
  const known = Object.keys(jobMessage.shape)
  const warnings = Object.keys(given)
    .filter((field) => !known.includes(field))
    .map(
      (field) =>
        `The message's field ${quote(field)} is not part of a job and was ignored${didYouMean(field, known)}.`,
    )
  return { message: parsed.data, warnings }
}

function parseJson(body: string): object {
  let given: unknown
  try {
    given = JSON.parse(body)
  } catch (error) {
    throw new JobError(
      'bad_message',
      `The message is not JSON (${error instanceof Error ? error.message : error}): send one JSON object with job_id, algorithm and dataset_path.`,
    )
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new JobError(
      'bad_message',
      `The message is ${quote(given)}: send one JSON object with job_id, algorithm and dataset_path.`,
    )
  }
  return given
}

/**
 * The id under which a message's outcome is kept: its own job_id, or, where that is missing or malformed, one made
 * from the message's text, so that a redelivery finds the same outcome.
 */
export function outcomeId(body: string): string {
  try {
    const parsed = z.object({ job_id: jobId }).safeParse(JSON.parse(body))
    if (parsed.success) return parsed.data.job_id
  } catch {
    // Not JSON: parseMessage says so in the job's result.
  }
  return `rejected-${sha256(body).slice(0, 24)}`
}

/** `iris` of `s3://bucket/some/iris.v2.csv`: the last segment of the path, cut at its first dot. */
export function datasetName(datasetPath: string): string {
  const last = datasetPath.split('/').at(-1) ?? ''
  return last.split('.')[0] || 'dataset'
}

/** The model's name: the sender's, or `{job_name}_{algorithm}_{dataset_name}`. */
export function modelName(message: JobMessage): string {
  if (message.model_name) return message.model_name
  return `${cleanJobName(message.job_name)}_${message.algorithm}_${datasetName(message.dataset_path)}`
}

/** The original's: spaces become `_`; none, or a UUID, is `DefaultJob`. */
export function cleanJobName(jobName: string | null | undefined): string {
  if (!jobName) return 'DefaultJob'
  const looksLikeUuid = jobName.length === 36 && jobName.split('-').length === 5
  return looksLikeUuid ? 'DefaultJob' : jobName.replaceAll(' ', '_')
}

/** The model's id, 24 hexadecimal digits (an ObjectId) that follow from the job's id alone. */
export function modelId(jobId: string): string {
  return sha256(`tensorfleet model ${jobId}`).slice(0, 24)
}

/** What tells two messages of one job_id apart: the hash of the parsed message with its keys in order. */
export function fingerprint(message: JobMessage): string {
  return sha256(JSON.stringify(inKeyOrder(message)))
}

/** The same for a message that cannot be read as a job: the hash of its text. */
export function textFingerprint(body: string): string {
  return sha256(body)
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inKeyOrder(inner)]),
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
