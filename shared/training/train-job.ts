import { JobError } from '../errors/job-error.ts'
import { acceptJob } from '../job-store/accept.ts'
import { isCancelRequested } from '../job-store/cancel.ts'
import { findResult } from '../job-store/commit.ts'
import { refuseConflict } from '../job-store/conflict.ts'
import { deleteFailure, recordFailure } from '../job-store/failure.ts'
import { isHandedOver } from '../job-store/hand-over.ts'
import { inItsMeaning, isRecordOf } from '../jobs/earlier-records.ts'
import type { JobMessage } from '../jobs/message.ts'
import { outcomeId, readMessage } from '../jobs/parse-message.ts'
import { CANCELLED, type CompletedResult, failedWith, type JobResult } from '../jobs/result.ts'
import { readTrialMessage, trialId } from '../jobs/trial-message.ts'
import { storedModel } from '../models/store-model.ts'
import { countDeadLetter, recordPhase } from '../observability/metrics.ts'
import { phaseClock } from '../observability/phases.ts'
import { DamagedRecord } from '../storage/json.ts'
import { attemptTrial } from './attempt-trial.ts'
import { releaseSearch } from './cached-search.ts'
import { failedBy, finishAgain, finishJob } from './finish-job.ts'
import { checkCompute, checkSilentAttempts, handOver, largerMachine } from './hand-over.ts'
import type { Attempt, JobContext } from './job-context.ts'
import { trainModel } from './train-model.ts'

/**
 * One message in, one committed result out: `jobs/{job_id}/result.json`, written once and last. Doing it again, or
 * twice at the same time, ends in the same result. docs/reliability.md goes through the steps.
 *
 * @returns the result of the job, or 'continued' when the job continues in other calls: as the time ran short, with the
 *   trials of its search, or on a larger machine.
 * @throws transient errors: the message is to be delivered again. A permanent error is a `failed` result instead.
 */
export async function trainJob(body: string, context: JobContext): Promise<JobResult | 'continued'> {
  const jobId = outcomeId(body)
  const trial = readTrialMessage(body)
  const clock = phaseClock(
    (phase) => context.log.appendKeys({ phase }),
    (ended) => {
      recordPhase({ ...ended, jobId, requestId: context.requestId })
      context.onPhase?.(ended)
    },
  )
  const attempt: Attempt = {
    started: performance.now(),
    clock,
    body,
    isFirst: true,
    algorithm: 'unknown',
  }
  clock.enter('accept')
  try {
    if (trial === undefined) releaseSearch()
    const ended =
      trial === undefined ? attemptJob(jobId, body, attempt, context) : attemptTrial(trial, attempt, context)
    return await ended.catch((error: unknown) =>
      finishJob(failedBy(jobId, error, attempt, context), attempt, context),
    )
  } catch (error) {
    clock.end(error)
    if (error instanceof DamagedRecord) {
      // The job has a result, which nobody can read and nothing may replace: there is nothing left to try.
      context.log.warn('The result of the job is damaged.', { error })
      return failedBy(jobId, error, attempt, context)
    }
    await recordAttempt(trial === undefined ? jobId : trialId(trial), context, error)
    throw error
  } finally {
    clock.end()
  }
}

async function recordAttempt(jobId: string, context: JobContext, error: unknown): Promise<void> {
  try {
    const failure = await recordFailure(context.bucket, jobId, context, error)
    if (failure.dead_lettered_at !== undefined) countDeadLetter({ jobId, requestId: context.requestId })
  } catch (error) {
    context.log.warn('The failure could not be recorded.', { error })
  }
}

async function attemptJob(
  jobId: string,
  body: string,
  attempt: Attempt,
  context: JobContext,
): Promise<JobResult | 'continued'> {
  const { bucket, log } = context
  const read = readMessage(body)
  const { record, isFirst } = await acceptJob(bucket, jobId, read)
  attempt.isFirst = isFirst
  const result = await findResult(bucket, jobId)
  if (!isRecordOf(record, read)) {
    const refusal = await refuseConflict(bucket, jobId, read.fingerprint)
    log.warn('job_id used twice', { reason: refusal.error })
    // An earlier attempt at this message may have recorded its failure after the other job had cleaned up.
    if (result !== undefined) await deleteFailure(bucket, jobId)
    return refusal
  }
  if (result !== undefined) return finishAgain(result, context)
  if (read.message === null) return finishJob(failedWith(jobId, read.error), attempt, context)
  const message = inItsMeaning(record, read.message)
  attempt.algorithm = message.algorithm
  const { batch } = context
  if (batch !== undefined && !isFirst && (await isHandedOver(bucket, jobId))) return 'continued'
  /** The messages that continue the job. */
  let next: readonly string[]
  try {
    if (await isCancelRequested(bucket, jobId)) throw new JobError('cancelled', CANCELLED)
    checkCompute(message, context)
    await checkSilentAttempts(jobId, message, context)
    const stored = isFirst ? undefined : await storedModel(bucket, jobId)
    const trained = stored ?? (await trainModel({ ...record, message }, read.warnings, attempt, context))
    if (trained !== 'paused' && !('waitsFor' in trained)) {
      return await finishJob(await upload(trained, message, context), attempt, context)
    }
    next = trained === 'paused' ? [body] : trained.waitsFor
  } catch (error) {
    const machine = largerMachine(error, message, context)
    if (machine !== undefined && batch !== undefined) {
      await handOver({ ...record, message }, body, machine, batch, context)
      // The machine may have been faster than the records of the hand-over.
      const ended = await findResult(bucket, jobId)
      return ended === undefined ? 'continued' : finishAgain(ended, context)
    }
    throw error
  }
  await context.send(next)
  return 'continued'
}

/** Uploads the stored model to the storage service, where one is set; its result then names the service's document. */
async function upload(
  stored: CompletedResult,
  message: JobMessage,
  { storageService, bucket }: JobContext,
): Promise<CompletedResult> {
  if (storageService === undefined) return stored
  const { uploadToStorageService } = await import('../models/upload-to-storage-service.ts')
  const { mongo_id } = await uploadToStorageService(storageService, bucket, stored.model_id, message)
  return { ...stored, minio_model_id: mongo_id }
}
