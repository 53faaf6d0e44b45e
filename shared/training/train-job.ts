import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { z } from 'zod'
import type { Checkpoint, Fit, Prediction } from '../algorithms/algorithm.ts'
import type { Restored } from '../algorithms/descriptor.ts'
import { checkBudget, MIN_SHAPE } from '../algorithms/estimate.ts'
import { algorithms } from '../algorithms/index.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import { classLabel } from '../data/preparation.ts'
import { type Prepared, prepareAndRelease } from '../data/prepare.ts'
import { loadDataset } from '../datasets/load-dataset.ts'
import { JobError } from '../errors/job-error.ts'
import { accuracy, classificationReport } from '../evaluation/classification-report.ts'
import { confusionMatrix } from '../evaluation/confusion-matrix.ts'
import { crossEntropy, headlineScores } from '../evaluation/evaluate.ts'
import { fingerprint, modelId, outcomeId, textFingerprint } from '../jobs/ids.ts'
import { datasetName, type JobMessage, parseMessage } from '../jobs/message.ts'
import {
  type AttemptFailure,
  type DatasetPin,
  datasetPin,
  type JobRecord,
  type JobStatus,
  jobRecord,
  type TrainableJob,
} from '../jobs/records.ts'
import {
  CANCELLED,
  type CompletedResult,
  type FailedResult,
  type JobMetrics,
  type JobResult,
  jobResult,
} from '../jobs/result.ts'
import { storedModel, storeModel } from '../models/store-model.ts'
import type { Log } from '../observability/logger.ts'
import { recordOutcome, recordPhase } from '../observability/metrics.ts'
import { type EndedPhase, type PhaseClock, phaseClock } from '../observability/phases.ts'
import { redactSecrets } from '../observability/redact-secrets.ts'
import type { Registry } from '../registry/registry.ts'
import { summarizeData } from '../report/data-summary.ts'
import { describeModel } from '../report/describe-model.ts'
import type { Evaluated } from '../report/evaluation-summary.ts'
import type { Bucket } from '../storage/bucket.ts'
import { jobKeys, modelPrefix } from '../storage/keys.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { StorageService } from '../storage/storage-service.ts'
import { limitsFor } from '../tabular/limits.ts'
import { jobProgress, OutOfTime } from './progress.ts'

/** What a job needs of its surroundings. */
export type Worker = {
  /** Where the buckets are that a dataset's path may name. */
  readonly store: ObjectStore
  /** The artifact bucket. */
  readonly bucket: Bucket
  /** Where datasets are looked for that the store does not have. */
  readonly registry?: () => Promise<Registry>
  /** The original's storage service, where one is set: datasets are looked for there first, models handed to it. */
  readonly storageService?: StorageService
  readonly threads: number
  /** Bytes that this process may fill. */
  readonly memoryBytes: number
  /** Seconds that a job may take in all, over any number of calls. */
  readonly maxTrainingSeconds: number
  /** How often the message has been received, this time included. */
  readonly attempt: number
  /** Milliseconds until the process will be stopped. */
  remainingMs(): number
  /** Has the message delivered again, to go on with the job from its checkpoint. */
  continueLater(body: string): Promise<void>
  readonly log: Log
  /** Of the call, for the metrics' records. */
  readonly requestId?: string
  /** Seconds that the message lay in the queue. */
  readonly queueSeconds?: number
  /** Hears of every step of a job that is over. */
  onPhase?(ended: EndedPhase): void
}

/** One attempt at a job, and what it finds out for the record of the job's outcome. */
type Attempt = {
  readonly started: number
  readonly clock: PhaseClock
  algorithm: AlgorithmName | 'unknown'
  rows?: number
  /** Seconds that earlier calls spent on the job before they handed it on. */
  secondsBefore?: number
}

/**
 * One message in, one committed result out: `jobs/{job_id}/result.json`, written once and last. Doing it again, or
 * twice at once, ends in the same result. docs/reliability.md goes through the steps.
 *
 * @returns the result that stands, or 'continued' when the time ran short and the job goes on in another call.
 * @throws whatever may pass if the message is delivered again. A job that cannot succeed is a `failed` result instead.
 */
export async function trainJob(body: string, worker: Worker): Promise<JobResult | 'continued'> {
  const jobId = outcomeId(body)
  const clock = phaseClock(
    (phase) => worker.log.appendKeys({ phase }),
    (ended) => {
      recordPhase({ ...ended, jobId, requestId: worker.requestId })
      worker.onPhase?.(ended)
    },
  )
  const attempt: Attempt = { started: performance.now(), clock, algorithm: 'unknown' }
  clock.enter('accept')
  try {
    return await attemptJob(jobId, body, attempt, worker)
  } catch (error) {
    clock.end(error)
    await noteFailure(jobId, error, worker)
    throw error
  } finally {
    clock.end()
  }
}

async function attemptJob(
  jobId: string,
  body: string,
  attempt: Attempt,
  worker: Worker,
): Promise<JobResult | 'continued'> {
  const read = readMessage(body)
  const { job, isFirst } = await acceptJob(jobId, read, worker)
  const standing = await findResult(jobId, worker)
  if (job.fingerprint !== read.fingerprint) {
    const refusal = await refuseConflict(jobId, read.fingerprint, worker)
    // An earlier attempt at this message may have noted its failure when the other job had cleared away.
    if (standing !== undefined) await worker.bucket.delete([jobKeys.failure(jobId)])
    return refusal
  }
  if (standing !== undefined) return settle(standing, worker)
  const failed = ({ message, code }: JobError): JobResult => ({
    job_id: jobId,
    status: 'failed',
    error: message,
    error_code: code,
  })
  if (read.message === null) return commit(failed(read.error), attempt, worker)
  attempt.algorithm = read.message.algorithm
  try {
    if (await worker.bucket.exists(jobKeys.cancel(jobId))) throw new JobError('cancelled', CANCELLED)
    const stored = isFirst ? undefined : await storedModel(worker.bucket, jobId)
    const trained = stored ?? (await train({ ...job, message: read.message }, read.warnings, attempt, worker))
    if (trained !== 'continued') {
      return await commit(await handToService(trained, read.message, worker), attempt, worker)
    }
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    attempt.clock.end(error)
    return commit(failed(error), attempt, worker)
  }
  await worker.continueLater(body)
  return 'continued'
}

/** Gives the stored model to the storage service, where one is set; its result then names the service's document. */
async function handToService(
  stored: CompletedResult,
  message: JobMessage,
  { storageService, bucket }: Worker,
): Promise<CompletedResult> {
  if (storageService === undefined) return stored
  const { uploadToStorageService } = await import('../models/upload-to-storage-service.ts')
  const { mongo_id } = await uploadToStorageService(storageService, bucket, stored.model_id, message)
  return { ...stored, minio_model_id: mongo_id }
}

type Read =
  | { readonly message: JobMessage; readonly warnings: string[]; readonly fingerprint: string }
  | { readonly message: null; readonly error: JobError; readonly fingerprint: string }

function readMessage(body: string): Read {
  try {
    const { message, warnings } = parseMessage(body)
    return { message, warnings, fingerprint: fingerprint(message) }
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    return { message: null, error, fingerprint: textFingerprint(body) }
  }
}

/** Notes the job as accepted; the first note under a job_id stands. */
async function acceptJob(
  jobId: string,
  read: Read,
  { bucket }: Worker,
): Promise<{ job: JobRecord; isFirst: boolean }> {
  const key = jobKeys.accepted(jobId)
  const earlier = await bucket.getJson(key)
  if (earlier !== undefined) return { job: jobRecord.parse(earlier), isFirst: false }
  const job: JobRecord = {
    message: read.message,
    fingerprint: read.fingerprint,
    accepted_at: new Date().toISOString(),
  }
  if (await bucket.putIfAbsent(key, JSON.stringify(job), 'application/json')) return { job, isFirst: true }
  return { job: jobRecord.parse(await bucket.getJson(key)), isFirst: false }
}

/** Answers a message whose job_id belongs to another message. The other's result is left alone. */
async function refuseConflict(
  jobId: string,
  fingerprint: string,
  { bucket, log }: Worker,
): Promise<FailedResult> {
  const refusal: FailedResult = {
    job_id: jobId,
    status: 'failed',
    error: `job_id ${JSON.stringify(jobId)} was already used for another job: send this one with a job_id of its own.`,
    error_code: 'job_id_conflict',
  }
  await bucket.put(jobKeys.conflict(jobId, fingerprint), JSON.stringify(refusal), 'application/json')
  log.warn('job_id used twice', { reason: refusal.error })
  return refusal
}

async function findResult(jobId: string, { bucket }: Worker): Promise<JobResult | undefined> {
  const found = await bucket.getJson(jobKeys.result(jobId))
  return found === undefined ? undefined : jobResult.parse(found)
}

/** Writes the result, unless another attempt was faster: then that one's stands. */
async function commit(result: JobResult, attempt: Attempt, worker: Worker): Promise<JobResult> {
  const { bucket, log } = worker
  attempt.clock.enter('commit')
  const key = jobKeys.result(result.job_id)
  if (!(await bucket.putIfAbsent(key, JSON.stringify(result), 'application/json'))) {
    return settle(jobResult.parse(await bucket.getJson(key)), worker)
  }
  // A cancelled job's marker must go before the count: an attempt that found both would count it again.
  const isCancelled = result.status === 'failed' && result.error === CANCELLED
  if (isCancelled) await clearAway(result, worker)
  recordOutcome({
    jobId: result.job_id,
    requestId: worker.requestId,
    modelType: attempt.algorithm,
    status: result.status,
    seconds: (attempt.secondsBefore ?? 0) + (performance.now() - attempt.started) / 1000,
    rows: attempt.rows,
    queueSeconds: worker.queueSeconds,
    ...(result.status === 'completed'
      ? { accuracy: result.metrics.accuracy }
      : { errorCode: result.error_code }),
  })
  if (result.status === 'completed') log.info('job completed', { model_id: result.model_id })
  // Without its sentence, which may quote the data: that is in the result.
  else log.warn('job failed', { algorithm: attempt.algorithm, error_code: result.error_code })
  if (!isCancelled) await clearAway(result, worker)
  return result
}

/** What an attempt does that finds the job's result: it clears away what attempts, its own among them, have left. */
async function settle(standing: JobResult, worker: Worker): Promise<JobResult> {
  const { bucket, log } = worker
  const { job_id } = standing
  // A job that was cancelled before it began was committed by whoever cancelled it, who cannot count it.
  const uncounted =
    standing.status === 'failed' &&
    standing.error === CANCELLED &&
    (await bucket.exists(jobKeys.cancel(job_id)))
  await clearAway(standing, worker)
  if (uncounted) {
    const { requestId } = worker
    recordOutcome({
      jobId: job_id,
      requestId,
      modelType: 'unknown',
      status: 'failed',
      errorCode: 'cancelled',
      seconds: 0,
    })
    log.warn('job failed', { reason: standing.error })
  }
  return standing
}

/** Deletes what a job needs only until it has a result, and the files of a model that no result speaks of. */
async function clearAway(result: JobResult, { bucket }: Worker): Promise<void> {
  const { job_id } = result
  const keys = [jobKeys.status, jobKeys.cancel, jobKeys.failure, jobKeys.dataset, jobKeys.checkpoint].map(
    (key) => key(job_id),
  )
  if (result.status === 'failed') {
    for await (const { key } of bucket.list(modelPrefix(modelId(job_id)))) keys.push(key)
  }
  await bucket.delete(keys)
}

/** Leaves word of why this attempt ends without a result. The error itself is thrown on, whether that succeeds or not. */
async function noteFailure(jobId: string, error: unknown, { bucket, attempt, log }: Worker): Promise<void> {
  const note: AttemptFailure = {
    job_id: jobId,
    attempt,
    error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    failed_at: new Date().toISOString(),
  }
  try {
    await bucket.put(jobKeys.failure(jobId), JSON.stringify(note, redactSecrets), 'application/json')
  } catch (error) {
    log.warn('The failure could not be noted.', { error })
  }
}

/** Dataset → prepare → train → evaluate → store. */
async function train(
  job: TrainableJob,
  messageWarnings: string[],
  attempt: Attempt,
  worker: Worker,
): Promise<CompletedResult | 'continued'> {
  const { message } = job
  const { bucket, log } = worker
  const entered = performance.now()
  const remaining = worker.remainingMs()
  const reserve = Math.min(60_000, remaining / 5)
  const end = entered + remaining
  const progress = jobProgress(
    bucket,
    message.job_id,
    { pauseAfter: end - reserve, stopAfter: end - reserve / 2 },
    (error) => log.warn('The status could not be exchanged.', { error }),
  )
  const enter = (phase: Exclude<JobStatus['phase'], 'paused'>) => {
    attempt.clock.enter(phase)
    progress.enter(phase)
  }
  enter('download')
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  try {
    const entry = algorithms[message.algorithm]
    const given = message.hyperparameters ?? {}
    const trainer = entry.trainer(given)
    const budget = { memoryBytes: worker.memoryBytes, seconds: worker.maxTrainingSeconds }
    checkBudget(MIN_SHAPE, trainer.estimate(MIN_SHAPE, worker.threads), budget)
    const name = datasetName(message.dataset_path)
    const { registry, storageService, threads, remainingMs: timeLeftMs } = worker
    const limits = limitsFor(worker.memoryBytes)
    const places = { store: worker.store, bucket, registry, storageService, threads, limits, timeLeftMs }
    const dataset = await loadDataset(message.dataset_path, name, places, join(folder, 'dataset'))
    await holdToDataset(message.job_id, dataset, worker)

    enter('prepare')
    const { rows, columns } = { rows: dataset.table.rows, columns: dataset.table.columns.length }
    attempt.rows = rows
    const data = summarizeData(dataset.table, message.target_column)
    const prepared = prepareAndRelease(dataset.table, {
      target: message.target_column,
      keepMissing: entry.acceptsMissing,
    })
    const { preparation, train: training, test } = prepared
    const featureNames = preparation.features.map((feature) => feature.name)

    const { rows: trainRows, columns: features } = training.features
    const shape = { rows: trainRows, columns: features, classCount: preparation.target.classes.length }
    checkBudget(shape, trainer.estimate(shape, worker.threads), budget)

    enter('train')
    const resumeFrom = await loadCheckpoint(job, worker)
    attempt.secondsBefore = resumeFrom?.elapsed
    const begun = performance.now()
    const since = (start: number) => (performance.now() - start) / 1000
    const elapsed = () => (resumeFrom?.elapsed ?? 0) + since(entered)
    const fit = await pausing(resumeFrom, () =>
      trainer.fit(
        {
          ...training,
          classCount: shape.classCount,
          targetColumn: preparation.target,
          featureNames,
          validation: test,
        },
        {
          threads: worker.threads,
          ...(resumeFrom?.checkpoint ? { resumeFrom: resumeFrom.checkpoint } : {}),
          step(at) {
            checkElapsed(elapsed(), worker.maxTrainingSeconds)
            return progress.step(at)
          },
        },
      ),
    )
    const seconds = (resumeFrom?.seconds ?? 0) + since(begun)
    if (fit.status === 'paused') {
      checkProgress(fit.checkpoint, resumeFrom, remaining)
      await saveCheckpoint(job, { checkpoint: fit.checkpoint, seconds, elapsed: elapsed() }, worker)
      return 'continued'
    }

    enter('evaluate')
    const { metrics, evaluated } = evaluate(fit, prepared, seconds)
    const { model, predict } = fit.model
    const report = describeModel({
      data,
      evaluated,
      explained: { algorithm: message.algorithm, model, predict, featureNames, test },
      preparation,
    })

    enter('store')
    return await storeModel(bucket, {
      job,
      hyperparameters: trainer.hyperparameters,
      model,
      preparation,
      metrics,
      report,
      dataset: {
        path: message.dataset_path,
        name,
        source: dataset.source,
        sha256: dataset.sha256,
        rows,
        columns,
        train_rows: training.features.rows,
        test_rows: test.features.rows,
      },
      warnings: [
        ...messageWarnings,
        ...dataset.warnings,
        ...data.findings,
        ...prepared.warnings,
        ...fit.warnings,
      ],
    })
  } finally {
    await progress.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * All attempts at a job train on the dataset that the first one fetched: what one of them goes on from, or finds in the
 * bucket, another began.
 *
 * @throws JobError when the dataset has been changed since.
 */
async function holdToDataset(
  jobId: string,
  { source, sha256 }: DatasetPin,
  { bucket }: Worker,
): Promise<void> {
  const key = jobKeys.dataset(jobId)
  if (await bucket.putIfAbsent(key, JSON.stringify({ source, sha256 }), 'application/json')) return
  const found = await bucket.getJson(key)
  // Gone again: another attempt has committed, and this one will find its result.
  if (found === undefined) return
  const first = datasetPin.parse(found)
  if (first.sha256 === sha256) return
  throw new JobError(
    'dataset_changed',
    `The dataset was changed while the job was under way: the training began on the one in ${first.source} with the SHA-256 ${first.sha256.slice(0, 12)}…, and now ${source} has ${sha256.slice(0, 12)}…. Send the job again, with a job_id of its own.`,
  )
}

type Done = Extract<Fit<Restored>, { status: 'done' }>

function evaluate(
  fit: Done,
  { preparation, train: training, test }: Prepared,
  seconds: number,
): { metrics: JobMetrics; evaluated: Evaluated } {
  const { target } = preparation
  // A test row of a class that the model does not know counts as one more class, which is never predicted.
  const classCount = target.classes.length + (test.target.includes(-1) ? 1 : 0)
  const actual = test.target.map((k) => (k < 0 ? classCount - 1 : k))
  const label = (k: number) => (k === target.classes.length ? 'unknown to the model' : classLabel(target, k))
  const onTrain = fit.model.predict(training.features)
  const onTest = fit.model.predict(test.features)
  const confusion = confusionMatrix(actual, onTest.classes, classCount)
  const trainAccuracy = accuracy(confusionMatrix(training.target, onTrain.classes, classCount), classCount)
  const testAccuracy = accuracy(confusion, classCount)
  const common: JobMetrics = {
    train_accuracy: trainAccuracy,
    test_accuracy: testAccuracy,
    accuracy: testAccuracy,
    ...headlineScores(confusion, classCount),
    training_time: seconds,
  }
  const evaluated = { confusion, classCount, actual, prediction: onTest, trainTarget: training.target, label }
  if (fit.history === undefined) {
    // The original encodes a text target before it trains, so its report keys those classes by their codes.
    const key = (k: number) => (target.dtype === 'text' && k < target.classes.length ? String(k) : label(k))
    const report = classificationReport(confusion, classCount, key)
    return { metrics: { ...common, classification_report: report }, evaluated }
  }
  const testLoss = loss(onTest, test.target, target.classes.length)
  const metrics: JobMetrics = {
    ...common,
    train_loss: loss(onTrain, training.target, target.classes.length),
    test_loss: testLoss,
    loss: testLoss,
    history: Object.fromEntries(Object.entries(fit.history).map(([name, values]) => [name, [...values]])),
  }
  return { metrics, evaluated }
}

function loss(prediction: Prediction, actual: Int32Array, classCount: number): number | null {
  return prediction.probabilities === undefined
    ? null
    : crossEntropy(prediction.probabilities, actual, classCount)
}

/** Where a fit stands between two calls. */
type Saved = {
  /** null: at its beginning. */
  readonly checkpoint: Checkpoint | null
  /** The fit's own time so far. */
  readonly seconds: number
  /** The time of all calls so far. */
  readonly elapsed: number
}

type Paused = { readonly status: 'paused'; readonly checkpoint: Checkpoint | null }

/** Runs a fit. One that runs out of time stands where it began. */
async function pausing<Outcome>(
  begunFrom: Saved | undefined,
  fit: () => Promise<Outcome>,
): Promise<Outcome | Paused> {
  try {
    return await fit()
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    return { status: 'paused', checkpoint: begunFrom?.checkpoint ?? null }
  }
}

function checkElapsed(elapsed: number, most: number): void {
  if (elapsed <= most) return
  throw new JobError(
    'time_limit_exceeded',
    `The training takes longer than ${most} s in all, which is this worker's limit (TENSORFLEET_MAX_TRAINING_SECONDS): send fewer rows or lighter hyperparameters, or have the limit raised.`,
  )
}

/** Throws JobError for a fit that pauses where it was resumed: the next call would come no further. */
function checkProgress(checkpoint: Checkpoint | null, begunFrom: Saved | undefined, callMs: number): void {
  if (begunFrom === undefined || !isDeepStrictEqual(checkpoint, begunFrom.checkpoint)) return
  throw new JobError(
    'no_progress',
    `The training makes no progress: twice, ${Math.round(callMs / 1000)} s were too short to come to a point at which it can be interrupted. Send fewer rows, use the engine builtin, or have the function's timeout raised.`,
  )
}

const savedCheckpoint = z.object({
  fingerprint: z.string(),
  seconds: z.number(),
  elapsed: z.number(),
  checkpoint: z.custom<Checkpoint | null>((value) => typeof value === 'object'),
})

async function saveCheckpoint(job: TrainableJob, saved: Saved, { bucket, log }: Worker): Promise<void> {
  const begun = performance.now()
  const bytes = serialize({ fingerprint: job.fingerprint, ...saved })
  await bucket.put(jobKeys.checkpoint(job.message.job_id), bytes)
  log.info('job paused', {
    seconds: saved.seconds,
    checkpoint_bytes: bytes.length,
    checkpoint_ms: Math.round(performance.now() - begun),
  })
}

async function loadCheckpoint(job: TrainableJob, { bucket, log }: Worker): Promise<Saved | undefined> {
  const begun = performance.now()
  const bytes = await bucket.get(jobKeys.checkpoint(job.message.job_id))
  if (bytes === undefined) return undefined
  const saved = savedCheckpoint.parse(deserialize(bytes))
  if (saved.fingerprint !== job.fingerprint) return undefined
  log.info('job resumed', {
    seconds: saved.seconds,
    checkpoint_bytes: bytes.length,
    checkpoint_ms: Math.round(performance.now() - begun),
  })
  return saved
}
