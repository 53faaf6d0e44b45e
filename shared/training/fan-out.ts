/** The search of a job whose trials run in calls of their own, as the job itself sees it. docs/search.md, "Side by side". */

import type { AnyPrepared } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'
import { meanAndDeviation } from '../evaluation/scorers.ts'
import type { CandidateOutcome, TrialOutcome } from '../job-store/checkpoint.ts'
import { dueTrials, endedTrials, findPlan, readTrials, writePlan } from '../job-store/search-plan.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { SearchResult } from '../jobs/result.ts'
import type { SearchPlan, TrialRecord } from '../jobs/search-records.ts'
import { type AutoCandidate, planOf } from '../search/auto-space.ts'
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

/** The trials of a search, or the candidates of "auto", all of which have ended. */
export type EndedTrials = {
  readonly plan: SearchPlan
  readonly records: readonly (TrialRecord | undefined)[]
}

/** How many trials of a job may run at the same time, each in a call of its own; 1: all in the job's own. */
function parallelOf({ search, auto }: JobMessage): number {
  return (search ?? auto)?.max_parallel ?? 1
}

/** Whether the job's trials run in calls of their own: where it asks for that, and there is a queue. */
export function fansOut(message: JobMessage, { messageGroup }: Pick<JobContext, 'messageGroup'>): boolean {
  return parallelOf(message) > 1 && messageGroup !== undefined
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
  { folds, prepared }: { readonly folds: Folds | undefined; readonly prepared: AnyPrepared },
  { progress, started }: { readonly progress: Pick<JobProgress, 'step'>; readonly started: number },
  context: JobContext,
): Promise<EndedTrials | Waiting | undefined> {
  if (parallelOf(message) === 1 || folds === undefined) return undefined
  const { job_id } = message
  const { bucket, messageGroup } = context
  const earlier = await findPlan(bucket, job_id)
  // Where there is no queue, what trials have done is of no use unless all have ended.
  if (messageGroup === undefined && (earlier === undefined || (await isOpen(message, earlier, bucket))))
    return undefined
  const first = (): SearchPlan => ({
    body,
    group: messageGroup ?? job_id,
    first: 0,
    means: [],
    width: parallelOf(message),
    planned_at: new Date().toISOString(),
    ...firstTrials(message, sizeOf(folds, prepared), prepared.task, started),
  })
  const plan = earlier ?? (await writePlan(bucket, job_id, first()))
  // Also a plan that was found: another attempt at the job may have written it a moment ago.
  const waiting = await waitingFor(message, plan, progress, context)
  return waiting ?? { plan, records: await readTrials(bucket, job_id, plan) }
}

/** What came of the trials of a search, but for those that did not begin. */
export function trialOutcomes({ plan, records }: EndedTrials) {
  const planned: PlannedTrial[] = []
  const outcomes: TrialOutcome[] = []
  let stoppedBy: SearchResult['stopped_by']
  for (const [trial, record] of records.entries()) {
    if (record === undefined || 'not_tried' in record) continue
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

/** The trials of a plan of "auto". */
export function plannedCandidates({ trials }: Pick<SearchPlan, 'trials'>): AutoCandidate[] {
  return trials.flatMap(({ algorithm, parameters }) =>
    algorithm === undefined ? [] : [{ algorithm, parameters }],
  )
}

/** What came of them. */
export function candidatesOf({ records }: Pick<EndedTrials, 'records'>): CandidateOutcome[] {
  return records.flatMap((record) => (record === undefined ? [] : [candidateOutcome(record)]))
}

export function candidateOutcome(record: TrialRecord): CandidateOutcome {
  if ('not_tried' in record) return { notTried: record.not_tried }
  if ('skipped' in record) return { notTried: record.skipped }
  const { seconds = 0 } = record
  return 'scores' in record ? { scores: record.scores, seconds } : { error: record.error, seconds }
}

/** How much time a job with "auto" has taken whose candidates run in calls of their own. */
export function secondsSinceBegun({ begun_at, planned_at }: SearchPlan): number {
  return (Date.now() - Date.parse(begun_at ?? planned_at)) / 1000
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

/**
 * What the first plan says of the trials.
 *
 * @param started when this attempt began, by performance.now().
 * @throws JobError (bad_message) for a search that does not go with the data.
 */
function firstTrials(
  { search }: JobMessage,
  size: Size,
  task: Task,
  started: number,
): Pick<SearchPlan, 'trials' | 'total' | 'size' | 'task' | 'begun_at' | 'ends_at'> {
  if (!search) {
    const begun_at = new Date(Date.now() - (performance.now() - started)).toISOString()
    return { trials: planOf(task, size, []), size, task, begun_at }
  }
  const budget = search.time_budget_seconds
  const { total, trials } = planTrials(search, size)
  const planned = [...trials([])]
  return {
    trials: planned,
    total,
    ...(planned.length < total ? { size } : {}),
    ...(typeof budget === 'number' ? { ends_at: new Date(Date.now() + budget * 1000).toISOString() } : {}),
  }
}

/** The plan of the round that follows one whose trials have ended; undefined where it was the last. */
async function planAfter(
  { search, job_id }: JobMessage,
  plan: SearchPlan,
  bucket: Bucket,
): Promise<SearchPlan | undefined> {
  const { size, task } = plan
  if (size === undefined) return undefined
  const records = await readTrials(bucket, job_id, plan, plan.first)
  if (records.some((record) => record !== undefined && 'skipped' in record)) return undefined
  const means = [...plan.means, ...Array.from(records, meanOf)]
  const known = means.map((mean) => mean ?? undefined)
  const planned: PlannedTrial[] = []
  if (task !== undefined) planned.push(...planOf(task, size, known))
  else if (search) planned.push(...planTrials(search, size, plan.trials).trials(known))
  const first = plan.trials.length
  return planned.length <= first ? undefined : { ...plan, trials: planned, first, means }
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
