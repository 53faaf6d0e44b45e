/** The fit of a job: from its checkpoint, if there is one, to its end or to the next checkpoint. */
import type { Checkpoint, Fit, FitContext, TrainingData } from '../algorithms/algorithm.ts'
import type { AnyRestored } from '../algorithms/descriptor.ts'
import { anyEstimatorFor } from '../algorithms/index.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import { UnusableCheckpoint } from '../algorithms/resume.ts'
import type { Task } from '../data/task.ts'
import { JobError } from '../errors/job-error.ts'
import {
  type FittedModel,
  loadCheckpoint,
  type SavedCheckpoint,
  saveCheckpoint,
} from '../job-store/checkpoint.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { Log } from '../observability/logger.ts'
import type { WatchAll } from '../prediction/open-predictor.ts'
import { unlessDamaged } from '../storage/json.ts'
import type { JobContext } from './job-context.ts'
import { withoutKernelFaults } from './kernel-fault.ts'
import type { JobProgress } from './progress.ts'
import {
  type CallLimits,
  checkElapsed,
  checkExpected,
  checkProgress,
  isLate,
  OutOfTime,
  watchPredictions,
} from './time-limits.ts'

export type FinishedFit = Omit<FittedModel, 'model'> & {
  readonly model: AnyRestored
  /** The fit's own time, over all calls. */
  readonly seconds: number
}

type AnyTrainer<Data> = {
  readonly algorithm: AlgorithmName
  fit(data: Data, context: FitContext): Promise<Fit<AnyRestored>>
}

type AnyData = TrainingData<Task, { readonly rows: number; readonly columns: number }>

/** One fit of a job: of its model, or of a fold before that. */
export type FitPart = {
  /** What an earlier call has saved. */
  readonly resumed: SavedCheckpoint | undefined
  /** Which fit it is, and what comes before it. */
  readonly reached: Pick<SavedCheckpoint, 'stage' | 'foldScores' | 'trials' | 'stoppedBy' | 'auto'>
  readonly progress: Pick<JobProgress, 'step' | 'saved' | 'tried'>
  readonly limits: CallLimits
  /** When this attempt began to work on the job, by performance.now(). */
  readonly started: number
}

/**
 * Fits, or pauses when the call's time is short: then the checkpoint is saved. Also a fit that is done pauses, when too
 * little of the call is left to evaluate and store it. On a redelivery it is saved in any case, as the attempt before may
 * have been stopped while it did that. A long call saves its checkpoint now and then, and goes on.
 */
export async function fitJob<Data extends AnyData>(
  job: TrainableJob,
  { trainer, data }: { trainer: AnyTrainer<Data>; data: Data },
  part: FitPart,
  context: JobContext,
): Promise<FinishedFit | 'paused'> {
  const { resumed, reached, progress, limits, started } = part
  const resumedFrom = resumed?.stage === reached.stage ? resumed : undefined
  if (resumedFrom?.fitted !== undefined) {
    const { fitted, seconds } = resumedFrom
    const restored = await restoreFit(
      trainer.algorithm,
      data.task ?? 'classification',
      fitted,
      seconds,
      context,
    )
    if (restored !== undefined) return restored
  }
  const elapsed = () => (resumed?.elapsed ?? 0) + secondsSince(started)
  const begun = performance.now()
  const seconds = () => (resumedFrom?.seconds ?? 0) + secondsSince(begun)
  async function save({ checkpoint }: Pick<SavedCheckpoint, 'checkpoint'>): Promise<void> {
    await pause(job, { checkpoint, ...reached, seconds: seconds(), elapsed: elapsed() }, context)
    progress.saved()
  }
  const step: FitContext['step'] = (at) => {
    const { maxTrainingSeconds, memoryBytes } = context
    checkElapsed(elapsed(), maxTrainingSeconds, memoryBytes)
    if (at.isEven === true) checkExpected(seconds(), at.fraction, maxTrainingSeconds, memoryBytes)
    return progress.step(at)
  }
  const { rows, columns } = data.features
  const { threads, arithmetic } = context
  const fitting = { threads, ...(arithmetic && { arithmetic }) }
  const fitFrom = (checkpoint: Checkpoint | null) =>
    pausedWhenOutOfTime(checkpoint, () =>
      withoutKernelFaults({ algorithm: trainer.algorithm, rows, columns }, () =>
        fitOrBeginAnew(trainer, data, { ...fitting, step }, checkpoint, context.log),
      ),
    )
  let fit = await fitFrom(resumedFrom?.checkpoint ?? null)
  // It saved its checkpoint on its way, and has time left.
  while (fit.status === 'paused' && performance.now() <= limits.pauseAfter) {
    await save(fit)
    fit = await fitFrom(fit.checkpoint)
  }
  if (fit.status === 'done') {
    const { status: _, ...done } = fit
    const finished = { ...done, seconds: seconds() }
    const isPaused = isLate(limits)
    if (isPaused || context.attempt > 1) await saveFit(job, finished, part, context)
    return isPaused ? 'paused' : finished
  }
  checkProgress(fit.checkpoint, resumedFrom, limits)
  await save({ checkpoint: fit.checkpoint })
  return 'paused'
}

/**
 * Has the rows predicted by which a finished fit is measured. Where this call's time is over meanwhile, the fit is saved, and the
 * next call has all its time for them.
 *
 * @throws Outgrown for predictions that take longer than a call has.
 */
export async function withTimeToPredict<T>(
  job: TrainableJob,
  fit: FinishedFit,
  part: FitPart,
  context: JobContext,
  predict: (watch: WatchAll) => Promise<T>,
): Promise<T | 'paused'> {
  const { resumed, reached, limits } = part
  const wasSaved = resumed !== undefined && resumed.stage === reached.stage && resumed.fitted !== undefined
  try {
    return await predict(watchPredictions(limits, context, { mayPause: !wasSaved }))
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    await saveFit(job, fit, part, context)
    return 'paused'
  }
}

async function saveFit(
  job: TrainableJob,
  { seconds, ...fit }: FinishedFit,
  { resumed, reached, progress, started }: FitPart,
  context: JobContext,
): Promise<void> {
  const fitted = { ...fit, model: fit.model.model }
  const elapsed = (resumed?.elapsed ?? 0) + secondsSince(started)
  await pause(job, { checkpoint: null, fitted, ...reached, seconds, elapsed }, context)
  progress.saved()
}

/**
 * The model of a fit that is done. Its own data go into its files: what checks them may put their fields into another order.
 *
 * @returns undefined for a model that does not have the form of this version's.
 */
async function restoreFit(
  algorithm: AlgorithmName,
  task: Task,
  { model, ...fitted }: FittedModel,
  seconds: number,
  { log }: JobContext,
): Promise<FinishedFit | undefined> {
  try {
    const restored: AnyRestored = await anyEstimatorFor(algorithm, task).restore(model)
    return { ...fitted, model: { ...restored, model }, seconds }
  } catch (error) {
    if (!(error instanceof JobError) || error.code !== 'model_damaged') throw error
    log.warn('The model in the checkpoint is not one of this version: the fit begins anew.', { error })
    return undefined
  }
}

/** Fits from a checkpoint; anew from one that cannot be gone on from, such as one that an older version has written. */
async function fitOrBeginAnew<Data>(
  trainer: AnyTrainer<Data>,
  data: Data,
  context: FitContext,
  checkpoint: Checkpoint | null,
  log: Log,
): Promise<Fit<AnyRestored>> {
  if (checkpoint === null) return trainer.fit(data, context)
  try {
    return await trainer.fit(data, { ...context, resumeFrom: checkpoint })
  } catch (error) {
    if (!(error instanceof UnusableCheckpoint)) throw error
    log.warn('The fit cannot go on from its checkpoint, and begins anew.', { error })
    return trainer.fit(data, context)
  }
}

const secondsSince = (start: number) => (performance.now() - start) / 1000

type Paused = { readonly status: 'paused'; readonly checkpoint: SavedCheckpoint['checkpoint'] }

/** Runs a fit. One that runs out of time is where it began. */
async function pausedWhenOutOfTime<Outcome>(
  resumedFrom: Checkpoint | null,
  fit: () => Promise<Outcome>,
): Promise<Outcome | Paused> {
  try {
    return await fit()
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    return { status: 'paused', checkpoint: resumedFrom }
  }
}

/** What an earlier call of this job has saved, if anything that can be read: else the fit begins anew. */
export async function resumeFit(
  { message, fingerprint }: TrainableJob,
  { bucket, log }: JobContext,
): Promise<SavedCheckpoint | undefined> {
  const begun = performance.now()
  const saved = await unlessDamaged(loadCheckpoint(bucket, message.job_id, fingerprint), (error) =>
    log.warn('The checkpoint is damaged.', { error }),
  )
  if (saved !== undefined) logCheckpoint(log, 'job resumed', saved.seconds, saved.bytes, begun)
  return saved
}

async function pause(
  { message, fingerprint }: TrainableJob,
  saved: SavedCheckpoint,
  { bucket, log }: JobContext,
): Promise<void> {
  const begun = performance.now()
  const bytes = await saveCheckpoint(bucket, message.job_id, fingerprint, saved)
  logCheckpoint(log, 'job paused', saved.seconds, bytes, begun)
}

function logCheckpoint(log: Log, event: string, seconds: number, bytes: number, begun: number): void {
  log.info(event, {
    seconds,
    checkpoint_bytes: bytes,
    checkpoint_ms: Math.round(performance.now() - begun),
  })
}
