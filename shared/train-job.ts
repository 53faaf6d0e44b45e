import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { z } from 'zod'
import type { Checkpoint, Fit, Prediction } from './algorithms/algorithm.ts'
import { algorithms, type Restored } from './algorithms/index.ts'
import type { AlgorithmName } from './algorithms/names.ts'
import { summarizeData } from './artifact/report/data-summary.ts'
import { describeModel } from './artifact/report/describe-model.ts'
import type { Evaluated } from './artifact/report/evaluation-summary.ts'
import { storeModel } from './artifact/store-model.ts'
import { withClassIndices } from './data/class-weight.ts'
import { classLabel } from './data/preparation.ts'
import { type Prepared, prepare } from './data/prepare.ts'
import { JobError } from './errors.ts'
import { accuracy, classificationReport } from './evaluation/classification-report.ts'
import { confusionMatrix } from './evaluation/confusion-matrix.ts'
import { crossEntropy, headlineScores } from './evaluation/evaluate.ts'
import {
  type AcceptedJob,
  acceptedJob,
  datasetName,
  type FailedResult,
  fingerprint,
  type JobMessage,
  type JobMetrics,
  type JobResult,
  jobResult,
  outcomeId,
  parseMessage,
} from './job.ts'
import { jobProgress } from './job-progress.ts'
import type { Log } from './logger.ts'
import { recordOutcome } from './metrics.ts'
import type { Registry } from './registry/registry.ts'
import { loadDataset } from './storage/dataset.ts'
import { jobKeys } from './storage/keys.ts'
import type { ObjectStore } from './storage/object-store.ts'

/** What a job needs of its surroundings. */
export type Worker = {
  readonly store: ObjectStore
  readonly bucket: string
  /** Where datasets are looked for that the store does not have. */
  readonly registry?: () => Promise<Registry>
  readonly threads: number
  /** Milliseconds until the process will be stopped. */
  remainingMs(): number
  /** Has the message delivered again, to go on with the job from its checkpoint. */
  continueLater(body: string): Promise<void>
  readonly log: Log
}

/**
 * One message in, one committed result out: `jobs/{job_id}/result.json`, written once and last. Doing it again, or
 * twice at once, ends in the same result.
 *
 * @returns the result that stands, or 'continued' when the time ran short and the job goes on in another call.
 * @throws whatever may pass if the message is delivered again. A job that cannot succeed is a `failed` result instead.
 */
export async function trainJob(body: string, worker: Worker): Promise<JobResult | 'continued'> {
  const started = performance.now()
  const jobId = outcomeId(body)
  let algorithm: AlgorithmName | 'unknown' = 'unknown'
  try {
    const { message, warnings } = parseMessage(body)
    algorithm = message.algorithm
    const job = await acceptJob(message, worker)
    if (job.fingerprint !== fingerprint(message)) return await refuseConflict(message, worker)
    const standing = await findResult(jobId, worker)
    if (standing !== undefined) return standing
    if (await worker.store.exists(worker.bucket, jobKeys.cancel(jobId))) throw new JobError('cancelled')
    const trained = await train(job, warnings, worker)
    if (trained === 'continued') {
      await worker.continueLater(body)
      return 'continued'
    }
    return await commit(trained, algorithm, started, worker)
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    const standing = await findResult(jobId, worker)
    if (standing !== undefined) return standing
    return await commit({ job_id: jobId, status: 'failed', error: error.message }, algorithm, started, worker)
  }
}

/** Notes the job as accepted; the first note under a job_id stands. */
async function acceptJob(message: JobMessage, { store, bucket }: Worker): Promise<AcceptedJob> {
  const key = jobKeys.accepted(message.job_id)
  const earlier = await store.getJson(bucket, key)
  if (earlier !== undefined) return acceptedJob.parse(earlier)
  const job: AcceptedJob = {
    message,
    fingerprint: fingerprint(message),
    accepted_at: new Date().toISOString(),
  }
  if (await store.putIfAbsent(bucket, key, JSON.stringify(job), 'application/json')) return job
  return acceptedJob.parse(await store.getJson(bucket, key))
}

/** Answers a message whose job_id belongs to another message. The other's result is left alone. */
async function refuseConflict(message: JobMessage, { store, bucket, log }: Worker): Promise<FailedResult> {
  const refusal: FailedResult = {
    job_id: message.job_id,
    status: 'failed',
    error: `job_id ${JSON.stringify(message.job_id)} was already used for another job: send this one with a job_id of its own.`,
  }
  const key = jobKeys.conflict(message.job_id, fingerprint(message))
  await store.put(bucket, key, JSON.stringify(refusal), 'application/json')
  log.warn('job_id used twice', { reason: refusal.error })
  return refusal
}

async function findResult(jobId: string, { store, bucket }: Worker): Promise<JobResult | undefined> {
  const found = await store.getJson(bucket, jobKeys.result(jobId))
  return found === undefined ? undefined : jobResult.parse(found)
}

/** Writes the result, unless another attempt was faster: then that one's stands. */
async function commit(
  result: JobResult,
  algorithm: AlgorithmName | 'unknown',
  started: number,
  worker: Worker,
): Promise<JobResult> {
  const { store, bucket, log } = worker
  const key = jobKeys.result(result.job_id)
  if (!(await store.putIfAbsent(bucket, key, JSON.stringify(result), 'application/json'))) {
    return jobResult.parse(await store.getJson(bucket, key))
  }
  recordOutcome({
    jobId: result.job_id,
    modelType: algorithm,
    status: result.status,
    seconds: (performance.now() - started) / 1000,
    ...(result.status === 'completed' ? { accuracy: result.metrics.accuracy } : {}),
  })
  if (result.status === 'completed') log.info('job completed', { model_id: result.model_id })
  else log.warn('job failed', { reason: result.error })
  await store.delete(bucket, [jobKeys.status(result.job_id), jobKeys.checkpoint(result.job_id)])
  return result
}

/** Dataset → prepare → train → evaluate → store. */
async function train(
  job: AcceptedJob,
  messageWarnings: string[],
  worker: Worker,
): Promise<JobResult | 'continued'> {
  const { message } = job
  const { store, bucket, log } = worker
  const remaining = worker.remainingMs()
  const reserve = Math.min(60_000, remaining / 5)
  const progress = jobProgress(
    store,
    bucket,
    message.job_id,
    performance.now() + remaining - reserve,
    (error) => log.warn('The status could not be exchanged.', { error }),
  )
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  try {
    const entry = algorithms[message.algorithm]
    const given = message.hyperparameters ?? {}
    const { hyperparameters } = entry.trainer(given)
    const name = datasetName(message.dataset_path)
    const places = { store, artifactBucket: bucket, registry: worker.registry, threads: worker.threads }
    const dataset = await loadDataset(message.dataset_path, name, places, join(folder, 'dataset'))

    progress.enter('prepare')
    const { rows, columns } = { rows: dataset.table.rows, columns: dataset.table.columns.length }
    const data = summarizeData(dataset.table, message.target_column)
    const prepared = prepare(dataset.table, {
      target: message.target_column,
      keepMissing: entry.acceptsMissing,
      takeOver: true,
    })
    const { preparation, train: training, test } = prepared
    const featureNames = preparation.features.map((feature) => feature.name)

    progress.enter('train')
    const trainer = entry.trainer(withClassIndices(given, preparation.target))
    const resumeFrom = await loadCheckpoint(job, worker)
    const begun = performance.now()
    const fit = await trainer.fit(
      {
        ...training,
        classCount: preparation.target.classes.length,
        featureNames,
        validation: test,
      },
      { threads: worker.threads, resumeFrom: resumeFrom?.checkpoint, step: progress.step },
    )
    const seconds = (resumeFrom?.seconds ?? 0) + (performance.now() - begun) / 1000
    if (fit.status === 'paused') {
      await saveCheckpoint(job, { checkpoint: fit.checkpoint, seconds }, worker)
      log.info('job paused', { seconds })
      return 'continued'
    }

    progress.enter('evaluate')
    const { metrics, evaluated } = evaluate(fit, prepared, seconds)
    const { model, predict } = fit.model
    const report = describeModel({
      data,
      evaluated,
      explained: { algorithm: message.algorithm, model, predict, featureNames, test },
      preparation,
    })

    progress.enter('store')
    return await storeModel(
      {
        job,
        hyperparameters,
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
        warnings: [...messageWarnings, ...dataset.warnings, ...prepared.warnings, ...fit.warnings],
      },
      store,
      bucket,
    )
  } finally {
    await progress.stop()
    await rm(folder, { recursive: true, force: true })
  }
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

type Saved = { readonly checkpoint: Checkpoint; readonly seconds: number }

const savedCheckpoint = z.object({
  fingerprint: z.string(),
  seconds: z.number(),
  checkpoint: z.custom<Checkpoint>((value) => typeof value === 'object' && value !== null),
})

async function saveCheckpoint(job: AcceptedJob, saved: Saved, { store, bucket }: Worker): Promise<void> {
  const bytes = serialize({ fingerprint: job.fingerprint, ...saved })
  await store.put(bucket, jobKeys.checkpoint(job.message.job_id), bytes)
}

async function loadCheckpoint(job: AcceptedJob, { store, bucket, log }: Worker): Promise<Saved | undefined> {
  const bytes = await store.get(bucket, jobKeys.checkpoint(job.message.job_id))
  if (bytes === undefined) return undefined
  const saved = savedCheckpoint.parse(deserialize(bytes))
  if (saved.fingerprint !== job.fingerprint) return undefined
  log.info('job resumed', { seconds: saved.seconds })
  return saved
}
