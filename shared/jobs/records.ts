/** What the bucket holds of a job besides its result (shared/job-store/ reads and writes it). */
import { z } from 'zod'
import { type JobMessage, jobMessage } from './message.ts'

/** The job as it was accepted: every attempt at it reads the same. */
export const jobRecord = z.object({
  /** null: the message could not be read as a job, and its job_id is taken all the same. */
  message: jobMessage.nullable(),
  /** Of the message: tells another message with the same job_id apart. */
  fingerprint: z.string(),
  /** `kept`: 1.0 is not 1 where it matters. Records of earlier versions have none. */
  spelling: z.literal('kept').optional(),
  /** ISO 8601. Version and creation time of the model follow from it. */
  accepted_at: z.string(),
})
export type JobRecord = z.infer<typeof jobRecord>

/** A job whose message could be read. */
export type TrainableJob = JobRecord & { readonly message: JobMessage }

/** The dataset that a job's first attempt fetched. */
export const datasetPin = z.object({
  source: z.string(),
  sha256: z.string(),
  /** Of the test rows, where they have a dataset of their own. */
  test: z.object({ source: z.string(), sha256: z.string() }).optional(),
})
export type DatasetPin = z.infer<typeof datasetPin>

/** The error of the last attempt that ended without a result. */
export const attemptFailure = z.object({
  job_id: z.string(),
  /** The receive count of the message. */
  attempt: z.int(),
  error: z.string(),
  failed_at: z.string(),
  /** How many attempts the queue allows. */
  max_attempts: z.int().optional(),
  /** ISO 8601: when the message becomes visible again; absent after the last attempt. */
  next_attempt_at: z.string().optional(),
  /** ISO 8601: since when the message is given up, and lies in the dead-letter queue until somebody decides. */
  dead_lettered_at: z.string().optional(),
  /** ISO 8601: when the message was sent from the dead-letter queue to the jobs queue again. */
  redriven_at: z.string().optional(),
})
export type AttemptFailure = z.infer<typeof attemptFailure>

/** The record that a job was handed over to a larger machine. */
export const handOver = z.object({
  job_id: z.string(),
  /** The message as it was received. */
  body: z.string(),
  vcpus: z.int(),
  memory_mb: z.int(),
  /** ISO 8601 */
  handed_over_at: z.string(),
  /** The id that AWS Batch gave it; absent while it is being submitted. */
  batch_job_id: z.string().optional(),
  /** The one before it, whose memory ran out. */
  outgrown_batch_job_id: z.string().optional(),
})
export type HandOver = z.infer<typeof handOver>

/** How far a running job is, for people who wait. */
export const jobStatus = z.object({
  job_id: z.string(),
  phase: z.enum(['download', 'prepare', 'train', 'evaluate', 'store', 'paused', 'handed_over']),
  /** 0 … 100, of the phase. */
  percent: z.number(),
  /** Where the fit is: { epoch: 3, loss: 0.41 }. */
  detail: z.record(z.string(), z.number()).optional(),
  updated_at: z.string(),
})
export type JobStatus = z.infer<typeof jobStatus>

/** What a running job has tried so far, in the order in which it did: of a search, or of the algorithm "auto". */
export const liveTrials = z.object({
  metric: z.string(),
  /** How many are planned so far: a search may add to them by what it finds. */
  planned: z.int(),
  trials: z.array(
    z.object({
      algorithm: z.string().optional(),
      parameters: z.record(z.string(), z.unknown()),
      n_resources: z.int().optional(),
      mean_score: z.number().nullish(),
      std_score: z.number().nullish(),
      /** Of its cross-validation. */
      seconds: z.number().optional(),
      /** Why it has no score. */
      error: z.string().optional(),
      /** 0 … 100, of one that runs. */
      percent: z.number().optional(),
    }),
  ),
})
export type LiveTrials = z.infer<typeof liveTrials>
