/** The search of a job whose trials run in calls of their own, as the job itself sees it. docs/search.md, "Side by side". */

import type { AnyPrepared } from '../data/prepare.ts'
import { meanAndDeviation } from '../evaluation/scorers.ts'
import type { TrialOutcome } from '../job-store/checkpoint.ts'
import { dueTrials, endedTrials, findPlan, readTrials, writePlan } from '../job-store/search-plan.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { SearchResult } from '../jobs/result.ts'
import type { SearchPlan, TrialRecord } from '../jobs/search-records.ts'
import { isFannedOut, type SearchOptions } from '../search/options.ts'
import { planTrials } from '../search/plan-trials.ts'
import type { PlannedTrial, Size } from '../search/trial-plan.ts'
import type { Bucket } from '../storage/bucket.ts'
import type { Folds } from './cross-validate.ts'
import type { JobContext } from './job-context.ts'
import type { JobProgress } from './progress.ts'

/** A job that goes on when its trials have ended. */
export type Waiting = {
  /** The messages of the trials that come next. */
  readonly waitsFor: readonly string[]
}

/** The trials of a search, all of which have ended. */
export type EndedTrials = {
  readonly planned: readonly PlannedTrial[]
  readonly outcomes: readonly TrialOutcome[]
  readonly stoppedBy: SearchResult['stopped_by']
}

/** Whether the job's trials run in calls of their own: where it asks for that, and there is a queue. */
export function fansOut({ search }: JobMessage, { messageGroup }: Pick<JobContext, 'messageGroup'>): boolean {
  return search ? isFannedOut(search) && messageGroup !== undefined : false
}

/** What a job waits for whose trials were planned by an earlier call, or follow from those; undefined when it waits for none. */
export async function awaitedTrials(
  { message }: TrainableJob,
  progress: Pick<JobProgress, 'step'>,
  context: JobContext,
): Promise<Waiting | undefined> {
  if (!fansOut(message, context)) return undefined
  const plan = await findPlan(context.bucket, message.job_id)
  return plan && waitingFor(message, plan, progress, context)
}

/**
 * What came of the trials; or, where some have not ended, the ones that come next. Plans them where no call before has.
 *
 * @param body the job's message as it came.
 * @param data what a search may depend on.
 * @returns undefined for a job that does all in its own calls.
 */
export async function trialsOf(
  { message }: TrainableJob,
  body: string,
  data: { readonly folds: Folds | undefined; readonly prepared: AnyPrepared },
  progress: Pick<JobProgress, 'step'>,
  context: JobContext,
): Promise<EndedTrials | Waiting | undefined> {
  const { search, job_id } = message
  if (!search || !isFannedOut(search) || data.folds === undefined) return undefined
  const { bucket, messageGroup } = context
  const earlier = await findPlan(bucket, job_id)
  // Where there is no queue, what trials have done is of no use unless all have ended.
  if (messageGroup === undefined && (earlier === undefined || (await isOpen(message, earlier, bucket))))
    return undefined
  const plan =
    earlier ??
    (await writePlan(
      bucket,
      job_id,
      firstPlan(search, sizeOf(data.folds, data.prepared), body, messageGroup ?? job_id),
    ))
  // Also a plan that was found: another attempt at the job may have written it a moment ago.
  const waiting = await waitingFor(message, plan, progress, context)
  return waiting ?? endedOf(plan, await readTrials(bucket, job_id, plan))
}

function endedOf(plan: SearchPlan, records: readonly (TrialRecord | undefined)[]): EndedTrials {
  const planned: PlannedTrial[] = []
  const outcomes: TrialOutcome[] = []
  let stoppedBy: SearchResult['stopped_by']
  for (const [trial, record] of records.entries()) {
    if (record === undefined) continue
    if ('skipped' in record) {
      stoppedBy = record.skipped
      continue
    }
    planned.push(plan.trials[trial])
    const { seconds } = record
    outcomes.push({
      ...('error' in record ? { error: record.error } : { scores: record.scores }),
      ...(seconds !== undefined && { seconds }),
    })
  }
  return { planned, outcomes, stoppedBy }
}

/** The training rows, folds and classes that a search of these data has. */
export function sizeOf(folds: Folds, { train, preparation, task }: AnyPrepared): Size {
  const isOfClasses = task !== 'regression' && 'classes' in preparation.target
  return {
    rows: train.features.rows,
    folds: folds.count,
    classCount: isOfClasses ? preparation.target.classes.length : 1,
  }
}

/** @throws JobError (bad_message) for a search that does not go with the data. */
function firstPlan(search: SearchOptions, size: Size, body: string, group: string): SearchPlan {
  const now = Date.now()
  const budget = search.time_budget_seconds
  const all = planTrials(search, size)
  const planned = [...all.trials([])]
  return {
    body,
    group,
    trials: planned,
    first: 0,
    means: [],
    total: all.total,
    ...(planned.length < all.total ? { size } : {}),
    width: search.max_parallel ?? 1,
    planned_at: new Date(now).toISOString(),
    ...(typeof budget === 'number' ? { ends_at: new Date(now + budget * 1000).toISOString() } : {}),
  }
}

/** The plan of the round that follows one whose trials have ended; undefined where it was the last. */
async function planAfter(
  { search, job_id }: JobMessage,
  plan: SearchPlan,
  bucket: Bucket,
): Promise<SearchPlan | undefined> {
  if (plan.size === undefined || !search) return undefined
  const records = await readTrials(bucket, job_id, plan, plan.first)
  if (records.some((record) => record !== undefined && 'skipped' in record)) return undefined
  const means = [...plan.means, ...records.map(meanOf)]
  const all = planTrials(search, plan.size, plan.trials)
  const planned = [...all.trials(means.map((mean) => mean ?? undefined))]
  const first = plan.trials.length
  return planned.length === first ? undefined : { ...plan, trials: planned, first, means }
}

/** JSON has no number that is not finite. */
function meanOf(record: TrialRecord | undefined): number | null {
  const mean = record && 'scores' in record ? meanAndDeviation(record.scores).mean_score : Number.NaN
  return Number.isFinite(mean) ? mean : null
}

/** Whether trials have not ended, or others follow. */
async function isOpen(message: JobMessage, plan: SearchPlan, bucket: Bucket): Promise<boolean> {
  const ended = await endedTrials(bucket, message.job_id)
  if (dueTrials(message.job_id, plan, ended).length > 0) return true
  return (await planAfter(message, plan, bucket)) !== undefined
}

/** Plans the next round where all trials have ended. Shows how far the search is, too. */
async function waitingFor(
  message: JobMessage,
  plan: SearchPlan,
  progress: Pick<JobProgress, 'step'>,
  { bucket }: JobContext,
): Promise<Waiting | undefined> {
  const { job_id } = message
  const ended = await endedTrials(bucket, job_id)
  let waitsFor = dueTrials(job_id, plan, ended)
  if (waitsFor.length === 0) {
    const next = await planAfter(message, plan, bucket)
    if (next === undefined) return undefined
    waitsFor = dueTrials(job_id, await writePlan(bucket, job_id, next), ended)
  }
  await progress.step(searchProgress(ended.length, plan))
  return { waitsFor }
}

/** How far a job is of whose trials so many have ended: the fit of the model comes after them. */
export function searchProgress(ended: number, { trials, total }: Pick<SearchPlan, 'trials' | 'total'>) {
  const all = total ?? trials.length
  return { fraction: ended / (all + 1), detail: { trials_ended: ended, trials: all } }
}
