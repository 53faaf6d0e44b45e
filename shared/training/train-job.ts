import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkBudget, MIN_SHAPE } from '../algorithms/estimate.ts'
import { algorithms } from '../algorithms/index.ts'
import { prepareAndRelease } from '../data/prepare.ts'
import { loadDataset } from '../datasets/load-dataset.ts'
import { JobError } from '../errors/job-error.ts'
import { acceptJob } from '../job-store/accept.ts'
import { isCancelRequested } from '../job-store/cancel.ts'
import { findResult } from '../job-store/commit.ts'
import { refuseConflict } from '../job-store/conflict.ts'
import { pinDataset } from '../job-store/dataset-pin.ts'
import { deleteFailure, recordFailure } from '../job-store/failure.ts'
import { inItsMeaning, isRecordOf } from '../jobs/earlier-records.ts'
import { datasetName, type JobMessage } from '../jobs/message.ts'
import { outcomeId, readMessage } from '../jobs/parse-message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { CANCELLED, type CompletedResult, failedWith, type JobResult } from '../jobs/result.ts'
import { storedModel, storeModel } from '../models/store-model.ts'
import { recordPhase } from '../observability/metrics.ts'
import { phaseClock } from '../observability/phases.ts'
import { summarizeData } from '../report/data-summary.ts'
import { limitsFor } from '../tabular/limits.ts'
import { evaluateFit } from './evaluate-fit.ts'
import { finishAgain, finishJob } from './finish-job.ts'
import { fitJob } from './fit-job.ts'
import type { Attempt, JobContext } from './job-context.ts'
import { type JobProgress, jobProgress } from './progress.ts'
import { type CallLimits, callLimits } from './time-limits.ts'

/**
 * One message in, one committed result out: `jobs/{job_id}/result.json`, written once and last. Doing it again, or
 * twice at the same time, ends in the same result. docs/reliability.md goes through the steps.
 *
 * @returns the result of the job, or 'continued' when the time ran short and the job continues in another call.
 * @throws transient errors: the message is to be delivered again. A permanent error is a `failed` result instead.
 */
export async function trainJob(body: string, context: JobContext): Promise<JobResult | 'continued'> {
  const jobId = outcomeId(body)
  const clock = phaseClock(
    (phase) => context.log.appendKeys({ phase }),
    (ended) => {
      recordPhase({ ...ended, jobId, requestId: context.requestId })
      context.onPhase?.(ended)
    },
  )
  const attempt: Attempt = { started: performance.now(), clock, algorithm: 'unknown' }
  clock.enter('accept')
  try {
    return await attemptJob(jobId, body, attempt, context)
  } catch (error) {
    clock.end(error)
    await recordFailure(context.bucket, jobId, context, error).catch((error: unknown) =>
      context.log.warn('The failure could not be recorded.', { error }),
    )
    throw error
  } finally {
    clock.end()
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
  try {
    if (await isCancelRequested(bucket, jobId)) throw new JobError('cancelled', CANCELLED)
    const stored = isFirst ? undefined : await storedModel(bucket, jobId)
    const trained = stored ?? (await train({ ...record, message }, read.warnings, attempt, context))
    if (trained !== 'paused') {
      return await finishJob(await upload(trained, message, context), attempt, context)
    }
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    attempt.clock.end(error)
    if (error.code === 'internal') log.warn('A fault of the worker.', { error: error.cause })
    return finishJob(failedWith(jobId, error), attempt, context)
  }
  await context.continueLater(body)
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

async function train(
  job: TrainableJob,
  messageWarnings: string[],
  attempt: Attempt,
  context: JobContext,
): Promise<CompletedResult | 'paused'> {
  const started = performance.now()
  const limits = callLimits(context.remainingMs(), started)
  const progress = jobProgress(context.bucket, job.message.job_id, limits, (error) =>
    context.log.warn('The status could not be exchanged.', { error }),
  )
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  let isPaused = false
  try {
    const trained = await trainOn(
      folder,
      job,
      messageWarnings,
      { progress, limits, started },
      attempt,
      context,
    )
    isPaused = trained === 'paused'
    return trained
  } finally {
    await progress.stop({ isPaused })
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Download → prepare → train → evaluate → store.
 *
 * @param folder of temporary files.
 */
async function trainOn(
  folder: string,
  job: TrainableJob,
  messageWarnings: string[],
  call: { progress: JobProgress; limits: CallLimits; started: number },
  attempt: Attempt,
  context: JobContext,
): Promise<CompletedResult | 'paused'> {
  const { message } = job
  const { bucket, threads, memoryBytes } = context
  const enter = (phase: Parameters<JobProgress['enter']>[0]) => {
    attempt.clock.enter(phase)
    call.progress.enter(phase)
  }
  enter('download')
  const entry = algorithms[message.algorithm]
  const trainer = entry.trainer(message.hyperparameters ?? {})
  const budget = { memoryBytes, seconds: context.maxTrainingSeconds }
  checkBudget(MIN_SHAPE, trainer.estimate(MIN_SHAPE, threads), budget)
  const name = datasetName(message.dataset_path)
  const { csv } = message
  const sources = { ...context, csv, limits: limitsFor(memoryBytes), timeLeftMs: context.remainingMs }
  const dataset = await loadDataset(message.dataset_path, name, sources, join(folder, 'dataset'))
  await pinDataset(bucket, message.job_id, dataset)

  enter('prepare')
  const { rows, columns } = { rows: dataset.table.rows, columns: dataset.table.columns.length }
  attempt.rows = rows
  const summary = summarizeData(dataset.table, message.target_column)
  const prepared = prepareAndRelease(dataset.table, {
    target: message.target_column,
    keepMissing: entry.acceptsMissing,
  })
  const { preparation, train: training, test } = prepared
  const classCount = preparation.target.classes.length
  const featureNames = preparation.features.map((feature) => feature.name)
  const shape = { rows: training.features.rows, columns: training.features.columns, classCount }
  checkBudget(shape, trainer.estimate(shape, threads), budget)

  enter('train')
  const data = { ...training, classCount, targetColumn: preparation.target, featureNames, validation: test }
  const fit = await fitJob(job, { trainer, data }, call, attempt, context)
  if (fit === 'paused') return fit

  enter('evaluate')
  const { metrics, report } = await evaluateFit(message.algorithm, fit, prepared, summary)

  enter('store')
  const split = { train_rows: training.features.rows, test_rows: test.features.rows }
  const { source, sha256, substitution = [] } = dataset
  return storeModel(bucket, {
    job,
    hyperparameters: trainer.hyperparameters,
    model: fit.model.model,
    preparation,
    metrics,
    report,
    dataset: { path: message.dataset_path, name, source, sha256, rows, columns, ...split },
    // The most important first: what was assumed of message and file, how the fit went, what the data are like.
    warnings: Array.from(
      new Set([
        ...substitution,
        ...messageWarnings,
        ...dataset.warnings,
        ...fit.warnings,
        ...summary.findings,
        ...prepared.warnings,
      ]),
    ),
  })
}
