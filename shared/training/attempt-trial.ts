/**
 * A trial of a search that runs in a call of its own: a cross-validation of one combination of hyperparameters, whose scores
 * are committed once. docs/search.md, "Side by side".
 */
import { rm } from 'node:fs/promises'
import { JobError } from '../errors/job-error.ts'
import { isCancelRequested, isUncountedCancel } from '../job-store/cancel.ts'
import { cleanUpAfter, findResult } from '../job-store/commit.ts'
import {
  cleanUpSearch,
  closeSearch,
  commitTrial,
  endedTrials,
  findTrial,
  followTrial,
  readTrials,
} from '../job-store/search-plan.ts'
import { writeStatus } from '../job-store/status.ts'
import type { TrainableJob } from '../jobs/records.ts'
import { CANCELLED, type JobResult } from '../jobs/result.ts'
import type { SearchPlan, TrialRecord } from '../jobs/search-records.ts'
import { type TrialMessage, trialId } from '../jobs/trial-message.ts'
import type { PlannedTrial } from '../search/trial-plan.ts'
import type { AutoData } from './auto-data.ts'
import { type CachedSearch, searchOf, type TrialData } from './cached-search.ts'
import { trainerOf } from './choose-trainer.ts'
import { type Folds, foldsOfRounds, progressOf, scoreFolds } from './cross-validate.ts'
import { candidateOutcome, plannedCandidates, searchProgress, secondsSinceBegun } from './fan-out.ts'
import { commitAndCount, failedBy } from './finish-job.ts'
import { type FitPart, resumeFit } from './fit-job.ts'
import type { Attempt, JobContext } from './job-context.ts'
import { makeJobFolder } from './job-folder.ts'
import { jobProgress } from './progress.ts'
import { budgetOf, scoreCandidate } from './score-candidate.ts'
import { isOfTrial } from './selected-fit.ts'
import { callLimits } from './time-limits.ts'
import { loadData } from './train-model.ts'

/**
 * One attempt at a trial. Done again, or twice at the same time, it ends in the same outcome.
 *
 * @returns the result of the trial's job where that has ended; else 'continued'.
 * @throws transient errors: the message is to be delivered again.
 */
export async function attemptTrial(
  trial: TrialMessage,
  attempt: Attempt,
  context: JobContext,
): Promise<JobResult | 'continued'> {
  const { bucket, log } = context
  const jobId = trial.trial_of
  const [search, earlier, isCancelled] = await Promise.all([
    searchOf(bucket, trial),
    findTrial(bucket, trial),
    isCancelRequested(bucket, jobId),
  ])
  // After the plan, which is gone when the job has ended.
  const ended = await findResult(bucket, jobId)
  if (ended !== undefined) return leave(ended, trial, search?.plan, context)
  if (search === undefined || trial.trial >= search.plan.trials.length) {
    log.warn('A trial of no search.', trial)
    return 'continued'
  }
  const { plan } = search
  attempt.algorithm = search.job.message.algorithm
  if (earlier === undefined) {
    let outcome: TrialRecord | 'paused'
    try {
      if (isCancelled) throw new JobError('cancelled', CANCELLED)
      outcome = await outcomeOf(trial, search, attempt, context)
    } catch (error) {
      // Another trial may have ended the job, and so stopped this one.
      const ended =
        (await findResult(bucket, jobId)) ??
        (await endJob(failedBy(jobId, error, attempt, context), attempt, context))
      return leave(ended, trial, plan, context)
    }
    if (outcome === 'paused') {
      await context.send([attempt.body])
      return 'continued'
    }
    await commitTrial(bucket, trial, outcome)
    logTrial(trial.trial, outcome, attempt, context)
  }
  const isRepeated = earlier !== undefined || context.attempt > 1
  await followTrial(bucket, trial, plan, context.send, { isRepeated })
  await tellProgress(jobId, plan, context)
  const result = await findResult(bucket, jobId)
  return result === undefined ? 'continued' : leave(result, trial, plan, context)
}

function logTrial(
  trial: number,
  outcome: TrialRecord,
  { started }: Attempt,
  { log, queueSeconds }: JobContext,
): void {
  log.info('trial ended', {
    trial,
    ...('scores' in outcome ? { fit_seconds: outcome.seconds } : outcome),
    attempt_seconds: (performance.now() - started) / 1000,
    queue_seconds: queueSeconds,
  })
}

/** @returns the result of the job: `result`, unless another attempt has committed one. */
async function endJob(result: JobResult, attempt: Attempt, context: JobContext): Promise<JobResult> {
  return (await commitAndCount(result, attempt, context)).result
}

/** For a trial that finds its job's result: nothing of it stays. A cancellation that nobody could count is left to the job. */
async function leave(
  result: JobResult,
  { trial_of, trial }: TrialMessage,
  plan: SearchPlan | undefined,
  { bucket, send }: JobContext,
): Promise<JobResult> {
  if (plan !== undefined && (await isUncountedCancel(bucket, result))) {
    await closeSearch(bucket, trial_of, plan, send, trial)
    return result
  }
  await cleanUpSearch(bucket, trial_of)
  await cleanUpAfter(bucket, result)
  return result
}

/** @throws JobError for what ends the job, and not the trial alone. */
async function outcomeOf(
  trial: TrialMessage,
  search: CachedSearch,
  attempt: Attempt,
  context: JobContext,
): Promise<TrialRecord | 'paused'> {
  const { job, plan } = search
  const { bucket, log } = context
  const jobId = trial.trial_of
  // The first trial runs also when the time is over: a search needs at least one.
  if (trial.trial > 0 && plan.ends_at !== undefined && new Date().toISOString() > plan.ends_at)
    return { skipped: 'time_budget_seconds', ended_at: new Date().toISOString() }
  const started = performance.now()
  const limits = callLimits(context.remainingMs(), started, context.interruptedAt)
  const progress = jobProgress(
    bucket,
    trialId(trial),
    limits,
    (error) => log.warn('The status could not be exchanged.', { error }),
    undefined,
    async () => (await isCancelRequested(bucket, jobId)) || (await findResult(bucket, jobId)) !== undefined,
  )
  let isPaused = false
  try {
    search.data ??= await dataOf(job, attempt, context)
    attempt.clock.enter('train')
    progress.enter('train')
    const own: TrainableJob = { ...job, message: { ...job.message, job_id: trialId(trial) } }
    const call = { progress, limits, started }
    const { folds, auto } = search.data
    const planned = plan.trials[trial.trial]
    const outcome = auto
      ? await candidateScored(own, trial, plan, auto, call, context)
      : await scored(own, planned, folds(planned), call, context)
    isPaused = outcome === 'paused'
    return outcome
  } finally {
    await progress.stop({ isPaused })
  }
}

/** @param trial with its own id in the place of the job's, for its checkpoints. */
async function scored(
  trial: TrainableJob,
  { parameters }: PlannedTrial,
  folds: Folds,
  call: Omit<FitPart, 'resumed' | 'reached'>,
  context: JobContext,
): Promise<TrialRecord | 'paused'> {
  const resumed = await resumeFit(trial, context)
  const scores = [...(resumed?.foldScores ?? [])]
  const partOf = (fold: number): FitPart => ({
    ...call,
    resumed,
    reached: { stage: `fold ${fold}`, foldScores: scores },
    progress: progressOf(call.progress, fold, folds.count),
  })
  const now = () => new Date().toISOString()
  const begun = performance.now()
  try {
    const trainer = trainerOf(trial.message, parameters, folds.task)
    if ((await scoreFolds(trial, trainer, folds, scores, partOf, context)) === 'paused') return 'paused'
    const seconds = (resumed?.elapsed ?? 0) + (performance.now() - begun) / 1000
    return { scores, seconds, ended_at: now() }
  } catch (error) {
    if (!isOfTrial(error)) throw error
    return { error: error.message, ended_at: now() }
  }
}

/** A candidate of "auto". */
async function candidateScored(
  own: TrainableJob,
  { trial_of, trial }: TrialMessage,
  plan: SearchPlan,
  data: AutoData,
  call: Omit<FitPart, 'resumed' | 'reached'>,
  context: JobContext,
): Promise<TrialRecord | 'paused'> {
  const [resumed, records] = await Promise.all([
    resumeFit(own, context),
    readTrials(context.bucket, trial_of, plan),
  ])
  const scores = [...(resumed?.foldScores ?? [])]
  const { count } = data.folds(false)
  const partOf = (fold: number): FitPart => ({
    ...call,
    resumed,
    reached: { stage: `fold ${fold}`, foldScores: scores },
    progress: progressOf(call.progress, fold, count),
  })
  const seconds = () => secondsSinceBegun(plan)
  const known = {
    plan: plannedCandidates(plan),
    outcomes: Array.from(records, (record) => record && candidateOutcome(record)),
  }
  const begun = seconds() - (resumed?.elapsed ?? 0)
  const isResumed = resumed !== undefined
  const race = { job: own, data, context, seconds, budgetSeconds: budgetOf(own.message, context) }
  const outcome = await scoreCandidate(trial, known, { begun, isResumed, scores, partOf }, race)
  if (outcome === 'paused') return outcome
  const ended_at = new Date().toISOString()
  return 'notTried' in outcome ? { not_tried: outcome.notTried, ended_at } : { ...outcome, ended_at }
}

async function dataOf(job: TrainableJob, attempt: Attempt, context: JobContext): Promise<TrialData> {
  const folder = await makeJobFolder()
  try {
    const enter = (phase: Parameters<Attempt['clock']['enter']>[0]) => attempt.clock.enter(phase)
    const { folds, auto } = await loadData(folder, job, { enter }, attempt, context)
    if (folds === undefined) throw new TypeError('A search has folds.')
    return { folds: foldsOfRounds(folds), auto }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const TELL_EVERY_MS = 2000
let lastTold = 0

/** Writes how far the whole search is, at most every two seconds in a process. */
async function tellProgress(jobId: string, plan: SearchPlan, { bucket }: JobContext): Promise<void> {
  const now = performance.now()
  if (now - lastTold < TELL_EVERY_MS) return
  lastTold = now
  const { fraction, detail } = searchProgress((await endedTrials(bucket, jobId)).length, plan)
  const percent = Math.round(fraction * 1000) / 10
  const updated_at = new Date().toISOString()
  await writeStatus(bucket, { job_id: jobId, phase: 'paused', percent, detail, updated_at })
}
