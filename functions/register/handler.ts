/**
 * S3 (a result was committed) → the registry, the model's report and events. S3 (an alias was set) → an event. On a
 * schedule: the results whose S3 event was lost or failed, and the jobs whose messages are in the dead-letter queue.
 */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import middy from '@middy/core'
import type { S3Event, ScheduledEvent } from 'aws-lambda'
import { type BatchJobFailed, batchJobFailed, ranOutOfMemory } from '../../shared/batch/job-event.ts'
import { seedLateRegistry } from '../../shared/datasets/seed.ts'
import { recoverSearches, type SendInGroup } from '../../shared/job-store/recover-searches.ts'
import { jobIdOfResult } from '../../shared/job-store/result-key.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { storeReport } from '../../shared/models/store-report.ts'
import { logger } from '../../shared/observability/logger.ts'
import { countDeadLetter, countRefusedRegistration } from '../../shared/observability/metrics.ts'
import { announceAlias } from '../../shared/registry/aliases.ts'
import type { UseRegistry } from '../../shared/registry/cached-registry.ts'
import { registerDeadLettered } from '../../shared/registry/dead-lettered-jobs.ts'
import { isRetryable } from '../../shared/registry/is-retryable.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import {
  type RegistrationError,
  registerRefused,
  registrationError,
} from '../../shared/registry/registration-error.ts'
import { type Sweep, sweepResults } from '../../shared/registry/sweep.ts'
import { awsRetries, retrying } from '../../shared/runtime/retry.ts'
import { sendMessages } from '../../shared/runtime/send-messages.ts'
import { isAliasKey } from '../../shared/storage/keys.ts'
import { createRuntime, type Runtime } from '../runtime.ts'

type Event = S3Event | Pick<ScheduledEvent, 'detail-type'> | BatchJobFailed

async function handle(event: Event, runtime: Runtime): Promise<Sweep | undefined> {
  const useRegistry = retryingRegistry(runtime)
  if (!('Records' in event)) {
    const failed = batchJobFailed.safeParse(event)
    return failed.success ? deadLetter(failed.data, runtime) : sweep(runtime, useRegistry)
  }
  const { announce, store } = runtime
  for (const { s3 } of event.Records) {
    const from = store.bucket(s3.bucket.name)
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    if (isAliasKey(key)) {
      await announceAlias({ bucket: from, announce }, key, s3.object.sequencer)
      continue
    }
    const jobId = jobIdOfResult(key)
    if (jobId === undefined) {
      logger.warn('Not a result, nothing to register.', { key })
      continue
    }
    const log = logger.createChild({ persistentKeys: { job_id: jobId, model_id: modelId(jobId) } })
    try {
      const result = await useRegistry((registry) =>
        registerModel({ bucket: from, registry }, jobId, announce),
      )
      if (result?.status === 'completed') await storeReport(from, result.model_id)
      log.info(result === undefined ? 'no result to register' : 'registered', { status: result?.status })
    } catch (error) {
      log.error('The result could not be registered.', { error })
      const permanent = registrationError(error)
      if (permanent === undefined) throw error
      await useRegistry((registry) => registerRefused({ bucket: from, registry }, jobId, permanent, announce))
      tellRefused(jobId, permanent)
    }
  }
}

/** A job that Batch gave up on. */
async function deadLetter(event: BatchJobFailed, runtime: Runtime): Promise<undefined> {
  if (ranOutOfMemory(event) && (await handOverAnew(event, runtime))) return
  const { jobId: batchJobId, statusReason: reason, parameters } = event.detail
  const { bucket, config, timeLeftMs } = runtime
  const { AWS_ENDPOINT_URL: endpoint, DEAD_LETTER_QUEUE_URL: url } = config
  if (url === undefined) throw new Error('Set DEAD_LETTER_QUEUE_URL: Batch has given up on a job.')
  const { returnFromBatch } = await import('../../shared/dead-letters/return-from-batch.ts')
  const jobId = parameters.job_id
  const outcome = await returnFromBatch(bucket, { jobId, batchJobId, reason }, { url, endpoint, timeLeftMs })
  logger.warn('Batch gave up on a job.', { job_id: jobId, batch_job_id: batchJobId, reason, outcome })
  if (outcome === 'dead-lettered') countDeadLetter({ jobId })
}

/** Sends the job to the function again, which hands it over to a larger machine. @returns whether there is one. */
async function handOverAnew(
  { detail }: BatchJobFailed,
  { bucket, config, timeLeftMs }: Runtime,
): Promise<boolean> {
  const { AWS_ENDPOINT_URL: endpoint, JOB_QUEUE_URL: url } = config
  if (url === undefined) throw new Error('Set JOB_QUEUE_URL: a job has outgrown its machine in Batch.')
  const { outgrownInBatch } = await import('../../shared/dead-letters/outgrown-batch.ts')
  const of = { jobId: detail.parameters.job_id, batchJobId: detail.jobId }
  const body = await outgrownInBatch(bucket, of)
  if (body === undefined) return false
  const sqs = new SQSClient({ endpoint, ...awsRetries(timeLeftMs) })
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }))
  } finally {
    sqs.destroy()
  }
  logger.warn('The memory of a job ran out in Batch.', of)
  return true
}

/** After a freeze the server may have closed the connections, so their first use fails. */
function retryingRegistry({ useRegistry, timeLeftMs }: Runtime): UseRegistry {
  return (work) => retrying(() => useRegistry(work), { isRetryable, timeLeftMs })
}

async function sweep(runtime: Runtime, useRegistry: UseRegistry): Promise<Sweep> {
  const { announce, bucket, timeLeftMs } = runtime
  const datasets = await useRegistry((registry) => seedLateRegistry({ bucket, registry }))
  if (datasets.length > 0) logger.info('seeded', { datasets })
  await sweepDeadLetters(runtime, useRegistry)
  await sweepSearches(runtime)
  const swept = await useRegistry((registry) =>
    sweepResults({ bucket, registry }, { timeLeftMs, log: logger, announce, onRefused: tellRefused }),
  )
  logger.info('swept', swept)
  return swept
}

/** A result that can never be registered: no retry helps, and an alarm calls an operator. */
function tellRefused(jobId: string, { code }: RegistrationError): void {
  const keys = { job_id: jobId, model_id: modelId(jobId), error_code: code }
  logger.warn('The result cannot be registered.', keys)
  countRefusedRegistration({ jobId })
}

/** Reports the jobs in the dead-letter queue, because a killed attempt could not. */
async function sweepDeadLetters(
  { announce, bucket, config, timeLeftMs }: Runtime,
  useRegistry: UseRegistry,
): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint, DEAD_LETTER_QUEUE_URL: url, JOB_QUEUE_URL: jobQueueUrl } = config
  if (url === undefined) return
  const { recordDeadLetters } = await import('../../shared/dead-letters/record-dead-letters.ts')
  const { failures, recorded } = await recordDeadLetters(bucket, url, {
    endpoint,
    timeLeftMs,
    jobQueueUrl,
  })
  for (const { job_id } of recorded) {
    logger.warn('The job is dead-lettered.', { job_id, model_id: modelId(job_id) })
    countDeadLetter({ jobId: job_id })
  }
  await useRegistry(({ db }) => registerDeadLettered({ bucket, db }, failures, announce))
}

/** Sends lost messages of searches again. */
async function sweepSearches({ bucket, config, timeLeftMs }: Runtime): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint, JOB_QUEUE_URL: jobQueueUrl } = config
  if (jobQueueUrl === undefined) return
  const sqs = new SQSClient({ endpoint, ...awsRetries(timeLeftMs) })
  try {
    const send: SendInGroup = (bodies, group) => sendMessages(sqs, jobQueueUrl, bodies, group)
    const recovered = await recoverSearches(bucket, send, Date.now())
    if (recovered.length > 0) logger.warn('Messages of searches were sent again.', { job_ids: recovered })
  } finally {
    sqs.destroy()
  }
}

export const createHandler = (runtime: Runtime) =>
  middy<Event, Sweep | undefined>()
    .before(runtime.beginInvocation)
    .handler((event) => handle(event, runtime))

export const handler = createHandler(createRuntime(process.env))
