/** A job as the API shows it: what the bucket says, and of one that no attempt began, what the registry says. */
import { findJob } from '../job-store/accept.ts'
import { findJobState, type UnfinishedJob } from '../job-store/job-state.ts'
import { findLiveTrials } from '../job-store/live-trials.ts'
import { overallPercent } from '../jobs/overall-percent.ts'
import type { JobRecord } from '../jobs/records.ts'
import type { JobResult } from '../jobs/result.ts'
import { collectionsIn } from '../registry/collections.ts'
import type { Registry } from '../registry/registry.ts'
import { DamagedRecord, unlessDamaged } from '../storage/json.ts'
import type { ApiContext } from './context.ts'
import { plainJson } from './plain-json.ts'
import { type Job, type JobSummary, job, jobSummary } from './schemas.ts'

/** @returns undefined where there is no such job. */
export async function readJob(context: ApiContext, jobId: string): Promise<Job | undefined> {
  const state = await findJobState(context.bucket, jobId)
  if (state.status === 'unknown') return queuedJob(await context.registry(), jobId)
  const record = await findJob(context.bucket, jobId)
  const found = jobOf(state, record)
  if (state.status === 'completed' || state.status === 'failed') return found
  const trials = await triedBy(context, record)
  return trials === undefined ? found : { ...found, trials }
}

/** What a job with a search, or with the algorithm "auto", has tried so far. */
async function triedBy({ bucket }: ApiContext, record: JobRecord | undefined): Promise<Job['trials']> {
  const { job_id, search, auto, algorithm } = record?.message ?? {}
  if (job_id === undefined || !(search || algorithm === 'auto')) return undefined
  return unlessDamaged(findLiveTrials(bucket, job_id, (search ?? auto)?.metric ?? 'score'))
}

/** Of a job that waits: the queue cannot be asked for it. */
async function queuedJob(registry: Registry, jobId: string): Promise<Job | undefined> {
  const found = await collectionsIn(registry.db).jobs.findOne({ _id: jobId })
  if (found === null) return undefined
  const { message, ...rest } = fieldsOf(found)
  return job.parse({ ...rest, message, metrics: undefined })
}

export function jobOf(
  state: JobResult | Exclude<UnfinishedJob, { status: 'unknown' }>,
  record?: JobRecord,
): Job {
  const { job_id, status } = state
  const accepted = record && { created_at: record.accepted_at, started_at: record.accepted_at }
  const message = record?.message ?? undefined
  const named = message && {
    message,
    algorithm: message.algorithm,
    dataset_path: message.dataset_path,
    ...(message.model_name ? { model_name: message.model_name } : {}),
  }
  return job.parse(plainJson({ job_id, status, ...named, ...accepted, ...outcome(state) }))
}

function outcome(state: JobResult | UnfinishedJob): Partial<Record<keyof Job, unknown>> {
  switch (state.status) {
    case 'completed': {
      const { metrics } = state
      return {
        ...state,
        progress: 100,
        ...('accuracy' in metrics
          ? {
              current_accuracy: metrics.accuracy ?? undefined,
              current_loss: metrics.loss ?? undefined,
            }
          : {}),
        updated_at: state.completed_at,
      }
    }
    case 'failed':
      return { ...state, updated_at: state.completed_at }
    case 'retrying':
    case 'queued':
    case 'dead_lettered': {
      const { attempt, max_attempts, next_attempt_at, error, failed_at } = state
      return { attempt, max_attempts, next_attempt_at, error, updated_at: failed_at }
    }
    case 'running':
    case 'paused':
    case 'handed_over': {
      const { phase, percent, detail, updated_at } = state
      if (phase === undefined || percent === undefined) return { progress: 0 }
      const progress = overallPercent({ phase, percent })
      return {
        phase,
        progress,
        detail,
        current_loss: detail?.loss,
        current_accuracy: detail?.accuracy,
        updated_at,
      }
    }
    case 'stale':
      return { updated_at: state.since }
    case 'unknown':
      return {}
  }
}

/** The registry's document of a job as a line of the list; of one without a result, what the bucket says now. */
export async function summarize(context: ApiContext, document: Record<string, unknown>): Promise<JobSummary> {
  const fields = fieldsOf(document)
  if (fields.status === 'completed' || fields.status === 'failed') return jobSummary.parse(fields)
  const state = await findJobState(context.bucket, String(fields.job_id)).catch((error: unknown) => {
    if (error instanceof DamagedRecord) return undefined
    throw error
  })
  if (state === undefined || state.status === 'unknown') return jobSummary.parse(fields)
  const changed = plainJson({ ...outcome(state), status: state.status })
  return jobSummary.parse({ ...fields, ...changed, metrics: undefined })
}

/** By the names of the API. */
function fieldsOf(document: Record<string, unknown>): Record<string, unknown> {
  const { _id, message, metrics, ...rest } = plainJson(document)
  const named = isRecord(message)
    ? {
        algorithm: message.algorithm,
        dataset_path: message.dataset_path,
        model_name: message.model_name ?? undefined,
      }
    : {}
  const { accuracy, r2 } = isRecord(metrics) ? metrics : {}
  return { ...named, job_id: _id, ...rest, ...(isRecord(message) ? { message } : {}), accuracy, r2 }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
