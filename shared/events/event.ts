/** The contract with those who wait for events: what is sent when a job ends, a model is registered or an alias changes. */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { tasks } from '../data/task.ts'
import { attemptFailure } from '../jobs/records.ts'
import { completedResult, failedResult, type JobResult } from '../jobs/result.ts'

export const EVENT_SOURCE = 'tensorfleet'

const common = {
  /** The same whenever the same event is sent again: who has seen it may ignore it. */
  id: z.string(),
  /** The bucket of results and models, which tells stacks apart. */
  bucket: z.string(),
}

const completedDetail = z.object({
  ...common,
  ...completedResult.omit({ metrics: true, cross_validation: true, search: true, leaderboard: true }).shape,
  /** The figures of the result's metrics, without its histories and reports. */
  metrics: z.record(z.string(), z.number().nullable()),
  /** s3://bucket/key of the whole result. */
  result: z.string(),
})
const failedDetail = z.object({ ...common, ...failedResult.shape, result: z.string() })
const deadLetteredDetail = z.object({ ...common, ...attemptFailure.shape })
const modelDetail = z.object({
  ...common,
  model_id: z.string(),
  job_id: z.string(),
  model_name: z.string(),
  version: z.string(),
  task: z.enum(tasks).optional(),
})
const aliasDetail = z.object({
  ...common,
  /** The model's name. */
  name: z.string(),
  alias: z.string(),
  /** null: the alias was removed. */
  version: z.string().nullable(),
  model_id: z.string().nullable(),
})

const source = z.literal(EVENT_SOURCE)

/** An event as EventBridge delivers it, with the fields that are ours. */
export const workerEvent = z.discriminatedUnion('detail-type', [
  z.object({ source, 'detail-type': z.literal('job.completed'), detail: completedDetail }),
  z.object({ source, 'detail-type': z.literal('job.failed'), detail: failedDetail }),
  z.object({ source, 'detail-type': z.literal('job.dead_lettered'), detail: deadLetteredDetail }),
  z.object({ source, 'detail-type': z.literal('model.registered'), detail: modelDetail }),
  z.object({ source, 'detail-type': z.literal('alias.changed'), detail: aliasDetail }),
])
export type WorkerEvent = z.infer<typeof workerEvent>

/** The id follows from what the event stands for, so that it is the same for every sender and every repetition. */
const eventId = (...parts: readonly string[]) => hash('sha256', JSON.stringify(parts)).slice(0, 32)

/** An event has 256 KB at most. */
const MAX_WARNINGS = 20
const MAX_TEXT = 10_000

/** That a job has a result. */
export function jobEnded(bucket: string, resultKey: string, result: JobResult): WorkerEvent {
  const own = { bucket, result: `s3://${bucket}/${resultKey}` }
  const id = eventId(bucket, result.status, result.job_id)
  if (result.status === 'failed') {
    const detail = { ...result, ...own, id, error: result.error.slice(0, MAX_TEXT) }
    return { source: EVENT_SOURCE, 'detail-type': 'job.failed', detail }
  }
  const { metrics, cross_validation: _, search: __, leaderboard: ___, ...fields } = result
  const warnings = result.warnings.slice(0, MAX_WARNINGS).map((text) => text.slice(0, MAX_TEXT / 10))
  const detail = { ...fields, ...own, id, warnings, metrics: figuresOf(metrics) }
  return { source: EVENT_SOURCE, 'detail-type': 'job.completed', detail }
}

function figuresOf(metrics: object): Record<string, number | null> {
  const figures = Object.entries(metrics).filter(([, value]) => value === null || typeof value === 'number')
  return Object.fromEntries(figures)
}

/** That a job's model is in the registry. */
export function modelRegistered(bucket: string, result: JobResult & { status: 'completed' }): WorkerEvent {
  const { model_id, job_id, model_name, version, task } = result
  const fields = { model_id, job_id, model_name, version, ...(task === undefined ? {} : { task }) }
  const detail = { id: eventId(bucket, 'registered', model_id), bucket, ...fields }
  return { source: EVENT_SOURCE, 'detail-type': 'model.registered', detail }
}

/** That no attempt at a job follows by itself. */
export function jobDeadLettered(bucket: string, failure: z.infer<typeof attemptFailure>): WorkerEvent {
  const { job_id, dead_lettered_at = '' } = failure
  const id = eventId(bucket, 'dead_lettered', job_id, dead_lettered_at)
  const detail = { ...failure, id, bucket, error: failure.error.slice(0, MAX_TEXT) }
  return { source: EVENT_SOURCE, 'detail-type': 'job.dead_lettered', detail }
}

/**
 * That an alias points at a version, or was removed.
 *
 * @param change tells this writing of the alias from others: the sequencer of S3's event.
 */
export function aliasChanged(
  bucket: string,
  alias: Omit<z.infer<typeof aliasDetail>, 'id' | 'bucket'>,
  change: string,
): WorkerEvent {
  const id = eventId(bucket, 'alias', alias.name, alias.alias, change)
  return { source: EVENT_SOURCE, 'detail-type': 'alias.changed', detail: { ...alias, id, bucket } }
}
