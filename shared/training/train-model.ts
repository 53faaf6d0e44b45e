/** The steps of a job from its dataset to its stored model. Those that do not fit into this call are left to the next. */
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { checkBudget, checkLikely, MIN_SHAPE, neededFor, type Shape } from '../algorithms/estimate.ts'
import { algorithmNames } from '../algorithms/names.ts'
import { dateNames } from '../data/dates.ts'
import { type AnyPrepared, prepareAndRelease } from '../data/prepare.ts'
import { foldCount } from '../data/split/cross-validation.ts'
import type { Features } from '../disk/disk-matrix.ts'
import { computed } from '../errors/code-fault.ts'
import { Outgrown } from '../errors/outgrown.ts'
import { loadEvaluation, saveEvaluation } from '../job-store/checkpoint.ts'
import { crossValidationOf, type JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { CompletedResult, RivalComparison } from '../jobs/result.ts'
import { storeModel, type TrainedModel } from '../models/store-model.ts'
import { summarizeData } from '../report/data-summary.ts'
import { trialsAtLeast } from '../search/plan-trials.ts'
import { unlessDamaged } from '../storage/json.ts'
import { limitsFor } from '../tabular/limits.ts'
import { canReadToDisk } from '../tabular/read-to-disk.ts'
import { announceStatus } from './announce-status.ts'
import { autoData } from './auto-data.ts'
import { chooseTrainer, metricOf, possibleTrainer } from './choose-trainer.ts'
import { compareRivals } from './compare-rivals.ts'
import { foldsOfTable, keptFoldBytes, withFolds } from './cross-validate.ts'
import { evaluateFit } from './evaluate-fit.ts'
import { awaitedTrials, fansOut, trialsOf, type Waiting } from './fan-out.ts'
import { type FinishedFit, type FitPart, fitJob, resumeFit, withTimeToPredict } from './fit-job.ts'
import {
  canTrainFromDisk,
  fitOnDisk,
  isLargerThanMemory,
  prepareOnDisk,
  withOtherAlgorithm,
} from './from-disk.ts'
import { checkAsked, hasMoreElsewhere, largestBudget } from './hand-over.ts'
import type { Attempt, JobContext } from './job-context.ts'
import { type FetchedJobData, fetchJobData, type JobData, readJobData, selectJobData } from './job-data.ts'
import { makeJobFolder } from './job-folder.ts'
import { preparationOf } from './preparation-options.ts'
import { type JobProgress, jobProgress } from './progress.ts'
import { selectFit } from './select-fit.ts'
import type { Selected } from './selected-fit.ts'
import { type CallLimits, callLimits, isLate } from './time-limits.ts'
import { trainingData } from './training-data.ts'

type Call = {
  readonly progress: JobProgress
  readonly limits: CallLimits
  /** When this attempt began to work on the job, by performance.now(). */
  readonly started: number
  /** Says which phase the job is in. */
  enter(phase: Parameters<JobProgress['enter']>[0]): void
}

/** A trained model without the job that it is of. */
type EvaluatedModel = Omit<TrainedModel, 'job'>
const evaluatedModel = z.custom<Omit<EvaluatedModel, 'algorithm'> & Partial<EvaluatedModel>>(
  (value) => typeof value === 'object' && value !== null,
)

/**
 * Trains the model of a job and stores it; or goes as far as this call's time allows, and saves a checkpoint.
 *
 * @param messageWarnings about the message.
 */
export async function trainModel(
  job: TrainableJob,
  messageWarnings: readonly string[],
  attempt: Attempt,
  context: JobContext,
): Promise<CompletedResult | 'paused' | Waiting> {
  const started = performance.now()
  const limits = callLimits(context.remainingMs(), started, context.interruptedAt)
  const progress = jobProgress(
    context.bucket,
    job.message.job_id,
    limits,
    (error) => context.log.warn('The status could not be exchanged.', { error }),
    (status) => announceStatus(job, status, context),
  )
  const enter: Call['enter'] = (phase) => {
    attempt.clock.enter(phase)
    progress.enter(phase)
  }
  const call = { progress, limits, started, enter }
  let isPaused = false
  try {
    const evaluated =
      (await resumeEvaluated(job, attempt, context)) ??
      (await evaluatedInTime(job, messageWarnings, call, attempt, context))
    isPaused = evaluated === 'paused' || 'waitsFor' in evaluated
    if (evaluated === 'paused' || 'waitsFor' in evaluated) return evaluated
    enter('store')
    return await storeModel(context.bucket, { ...evaluated, job })
  } finally {
    await progress.stop({ isPaused })
  }
}

/** The model that an earlier call has evaluated. */
async function resumeEvaluated(
  { message, fingerprint }: TrainableJob,
  attempt: Attempt,
  { bucket, log }: JobContext,
): Promise<EvaluatedModel | undefined> {
  if (attempt.isFirst) return undefined
  const saved = await unlessDamaged(
    loadEvaluation(bucket, message.job_id, fingerprint, evaluatedModel),
    (error) => log.warn('The evaluated model is damaged.', { error }),
  )
  if (saved === undefined) return undefined
  log.info('job resumed', { step: 'store', checkpoint_bytes: saved.bytes })
  attempt.secondsBefore = saved.elapsed
  attempt.rows = saved.evaluated.dataset.rows
  // An earlier version, which did not know "auto", saved the model without it.
  const algorithm = z.enum(algorithmNames).parse(saved.evaluated.algorithm ?? message.algorithm)
  return { ...saved.evaluated, algorithm }
}

/** Saved where the call has too little time left to store it; and on a redelivery, as a fit that is done. */
async function evaluatedInTime(
  job: TrainableJob,
  messageWarnings: readonly string[],
  call: Call,
  attempt: Attempt,
  context: JobContext,
): Promise<EvaluatedModel | 'paused' | Waiting> {
  const waiting = await awaitedTrials(job, call.progress, context)
  if (waiting !== undefined) return waiting
  const folder = await makeJobFolder()
  try {
    const evaluated = await evaluatedFrom(folder, job, messageWarnings, call, attempt, context)
    if (evaluated === 'paused' || 'waitsFor' in evaluated) return evaluated
    const isPaused = isLate(call.limits)
    if (isPaused || context.attempt > 1) {
      const elapsed = (attempt.secondsBefore ?? 0) + (performance.now() - call.started) / 1000
      const { message, fingerprint } = job
      const saved = { evaluated, elapsed }
      const bytes = await saveEvaluation(context.bucket, message.job_id, fingerprint, saved)
      context.log.info('job paused', { step: 'store', checkpoint_bytes: bytes })
    }
    return isPaused ? 'paused' : evaluated
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Download → prepare → train → evaluate.
 *
 * @param folder of temporary files.
 */
async function evaluatedFrom(
  folder: string,
  job: TrainableJob,
  messageWarnings: readonly string[],
  call: Call,
  attempt: Attempt,
  context: JobContext,
): Promise<EvaluatedModel | 'paused' | Waiting> {
  const fetched = await fetchData(folder, job, call, context)
  call.enter('prepare')
  const data = await prepareWhereItFits(folder, job, fetched, attempt, context)
  call.enter('train')
  // Nothing was saved before the first attempt.
  const resumed = attempt.isFirst ? undefined : await resumeFit(job, context)
  attempt.secondsBefore = resumed?.elapsed
  const { progress, limits, started } = call
  const part = { resumed, progress, limits, started }
  if (!('folds' in data)) {
    const { reached, ...onDisk } = fitOnDisk(data, context)
    const fitPart = { ...part, reached }
    const fit = await fitJob(job, onDisk, fitPart, context)
    return fit === 'paused' ? fit : evaluated({ job, ...data, messageWarnings }, fit, fitPart, call, context)
  }
  const trials = await trialsOf(job, attempt.body, data, { progress, started }, context)
  if (trials !== undefined && 'waitsFor' in trials) return trials
  const selected = await selectFit(job, { ...data, trials }, part, context)
  if (selected === 'paused') return selected
  const { trainer, prepared = data.prepared } = selected
  const fit = await fitJob(job, { trainer, data: trainingData(prepared) }, selected.part, context)
  if (fit === 'paused') return fit
  const comparison = await compareRivals(selected, fit, { prepared, limits }, context)
  const about = { job, ...data, messageWarnings, trainer, prepared, selected, comparison }
  return evaluated(about, fit, selected.part, call, context)
}

/** What the result and the manifest say of a model, apart from its fit. */
type About = Pick<
  Awaited<ReturnType<typeof prepareData>>,
  'loaded' | 'summary' | 'trainer' | 'taskWarnings'
> & {
  readonly job: TrainableJob
  readonly dataset: TrainedModel['dataset']
  readonly prepared: AnyPrepared<Features>
  readonly messageWarnings: readonly string[]
  readonly selected?: Selected
  readonly comparison?: RivalComparison | undefined
}

async function evaluated(
  about: About,
  fit: FinishedFit,
  part: FitPart,
  call: Call,
  context: JobContext,
): Promise<EvaluatedModel | 'paused'> {
  const { job, loaded, summary, dataset, trainer, prepared, selected, comparison } = about
  call.enter('evaluate')
  const evaluation = await withTimeToPredict(job, fit, part, context, (watch) =>
    evaluateFit(trainer.algorithm, fit, prepared, summary, context.threads, watch),
  )
  if (evaluation === 'paused') return evaluation
  const { metrics, report } = evaluation
  return {
    algorithm: trainer.algorithm,
    hyperparameters: trainer.hyperparameters,
    model: fit.model.model,
    task: prepared.task,
    preparation: prepared.preparation,
    metrics,
    crossValidation: selected?.crossValidation,
    search: selected?.search,
    leaderboard: selected?.leaderboard,
    comparison,
    report,
    dataset,
    // The most important first: what was assumed of message and file, how the fit went, what the data are like.
    warnings: Array.from(
      new Set([
        ...loaded.substitutions,
        ...about.messageWarnings,
        ...about.taskWarnings,
        ...loaded.warnings,
        ...(selected?.warnings ?? []),
        ...fit.warnings,
        ...summary.findings,
        ...prepared.warnings,
      ]),
    ),
  }
}

/** The dataset, downloaded. */
async function fetchData(
  folder: string,
  { message }: TrainableJob,
  { enter }: Pick<Call, 'enter'>,
  context: JobContext,
): Promise<FetchedJobData> {
  enter('download')
  const most = largestBudget(message, context)
  checkBudget(MIN_SHAPE, possibleTrainer(message).estimate(MIN_SHAPE, context.threads), most)
  const limits = limitsFor(context.memoryBytes)
  const fileBytes = canTrainFromDisk(message) ? Number.POSITIVE_INFINITY : limits.fileBytes
  return fetchJobData(message, context, folder, { ...limits, fileBytes })
}

/** Prepares the dataset in memory, or on disk where it does not fit and the job can be trained so. */
async function prepareWhereItFits(
  folder: string,
  job: TrainableJob,
  fetched: FetchedJobData,
  attempt: Attempt,
  context: JobContext,
) {
  const inMemory = (canStream: boolean) => prepareData(folder, job, fetched, attempt, context, canStream)
  if (!canTrainFromDisk(job.message) || fetched.dataset.table !== undefined) {
    return inMemory(false).catch((error: unknown) => {
      throw withOtherAlgorithm(error, job.message)
    })
  }
  const { acceptsSample } = possibleTrainer(job.message)
  if (acceptsSample || !(await isLargerThanMemory(fetched, context))) {
    try {
      return await inMemory(true)
    } catch (error) {
      if (!(error instanceof Outgrown)) throw error
      // A machine that has all rows in memory is better than a sample of them.
      if (acceptsSample && hasMoreElsewhere(error.needs, job.message, context)) throw error
      if (!(await canReadToDisk(fetched.dataset.files[0].path))) return inMemory(false)
    }
  }
  context.log.info('job streamed', { memory_mb: Math.floor(context.memoryBytes / 2 ** 20) })
  return computed('The preparation of the dataset on disk', () =>
    prepareOnDisk(folder, job, fetched, attempt, context),
  )
}

/** The dataset, prepared in memory, and checked to be one that the trainer can fit here. */
export async function loadData(
  folder: string,
  job: TrainableJob,
  { enter }: Pick<Call, 'enter'>,
  attempt: Attempt,
  context: JobContext,
) {
  const fetched = await fetchData(folder, job, { enter }, context)
  enter('prepare')
  return prepareData(folder, job, fetched, attempt, context)
}

async function prepareData(
  folder: string,
  { message }: TrainableJob,
  fetched: FetchedJobData,
  attempt: Attempt,
  context: JobContext,
  canStream = false,
) {
  const loaded = await computed('The reading of the dataset', () =>
    readJobData(message, fetched, context, folder),
  )
  return computed(`The preparation of ${loaded.origin.rows} rows`, () =>
    prepareLoaded(message, loaded, attempt, context, canStream),
  )
}

/**
 * Chooses rows, columns and trainer, and prepares them.
 *
 * @param canStream whether the job can have its data in files instead.
 */
function prepareLoaded(
  message: JobMessage,
  loaded: JobData,
  attempt: Attempt,
  context: JobContext,
  canStream: boolean,
) {
  const { threads, memoryBytes, maxTrainingSeconds } = context
  const { table, testFrom } = selectJobData(message, loaded)
  attempt.rows = table.rows
  const { task, trainer, acceptsMissing, warnings: taskWarnings } = chooseTrainer(message, table)
  const summary = summarizeData(table, message.target_column, task, dateNames(message.date_columns))
  const cv = crossValidationOf(message)
  const preparing = { ...preparationOf(message, task, acceptsMissing), testFrom }
  const isAuto = message.algorithm === 'auto'
  // Without these, no fold is fitted on more than once.
  const keptBytes = message.search || isAuto ? keptFoldBytes(context) : 0
  const checkShape = (shape: Shape) => {
    const estimate = trainer.estimate(shape, threads)
    const trials = message.search && !fansOut(message, context) ? trialsAtLeast(message.search) : 1
    const all = cv ? withFolds(estimate, shape, foldCount(cv), trials, keptBytes) : estimate
    const needs = neededFor(shape, all)
    checkAsked(message, needs, context)
    checkBudget(shape, all, { memoryBytes, seconds: maxTrainingSeconds })
    if (canStream || hasMoreElsewhere(needs, message, context)) checkLikely(shape, all, memoryBytes)
  }
  const metric = metricOf(message, task)
  const folding = cv === undefined ? undefined : { cv, metric, keptBytes }
  const kept = folding && { rows: table.rows, columns: [...table.columns] }
  const folds = folding && kept && foldsOfTable(kept, preparing, folding)
  const prepared = prepareAndRelease(table, { ...preparing, checkShape })
  const auto = isAuto && folds ? autoData(kept, preparing, { folds, prepared }, folding) : undefined
  const { features } = prepared.train
  const parts = { train_rows: features.rows, test_rows: prepared.test.features.rows }
  const dataset = { ...loaded.origin, ...parts }
  return { loaded, summary, trainer, taskWarnings, folds, auto, prepared, dataset }
}
