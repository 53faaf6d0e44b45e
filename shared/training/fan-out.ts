/** The search of a job whose trials run in calls of their own, as the job itself sees it. docs/search.md, "Side by side". */

import type { TrialOutcome } from '../job-store/checkpoint.ts'
import { dueTrials, endedTrials, findPlan, readTrials, writePlan } from '../job-store/search-plan.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { SearchResult } from '../jobs/result.ts'
import type { SearchPlan } from '../jobs/search-records.ts'
import { type Candidate, candidatesOf } from '../search/candidates.ts'
import { isFannedOut } from '../search/options.ts'
import type { JobContext } from './job-context.ts'
import type { JobProgress } from './progress.ts'

/** A job that goes on when its trials have ended. */
export type Waiting = {
  /** The messages of the trials that come next. */
  readonly waitsFor: readonly string[]
}

/** The trials of a search, all of which have ended. */
export type EndedTrials = {
  readonly candidates: readonly Candidate[]
  readonly outcomes: readonly TrialOutcome[]
  readonly stoppedBy: SearchResult['stopped_by']
}

/** Whether the job's trials run in calls of their own: where it asks for that, and there is a queue. */
export function fansOut({ search }: JobMessage, { messageGroup }: Pick<JobContext, 'messageGroup'>): boolean {
  return search ? isFannedOut(search) && messageGroup !== undefined : false
}

/** What a job waits for whose trials were planned by an earlier call; undefined when it waits for none. */
export async function awaitedTrials(
  { message }: TrainableJob,
  progress: Pick<JobProgress, 'step'>,
  context: JobContext,
): Promise<Waiting | undefined> {
  if (!fansOut(message, context)) return undefined
  const { bucket } = context
  const plan = await findPlan(bucket, message.job_id)
  if (plan === undefined) return undefined
  return waitingFor(message.job_id, plan, await endedTrials(bucket, message.job_id), progress)
}

/**
 * What came of the trials; or, where some have not ended, the ones that come next. Plans them where no call before has.
 *
 * @param body the job's message as it came.
 * @returns undefined for a job that does all in its own calls.
 */
export async function trialsOf(
  { message }: TrainableJob,
  body: string,
  progress: Pick<JobProgress, 'step'>,
  context: JobContext,
): Promise<EndedTrials | Waiting | undefined> {
  if (!message.search || !isFannedOut(message.search)) return undefined
  const { bucket, messageGroup } = context
  const { job_id } = message
  const earlier = await findPlan(bucket, job_id)
  if (earlier === undefined && messageGroup === undefined) return undefined
  const plan = earlier ?? (await writePlan(bucket, job_id, planOf(message, body, messageGroup ?? job_id)))
  const records = await readTrials(bucket, job_id, plan)
  const ended = records.flatMap((record, trial) => (record === undefined ? [] : [trial]))
  const waiting = await waitingFor(job_id, plan, ended, progress)
  // Where there is no queue, what the trials have done so far is of no use.
  if (waiting !== undefined) return messageGroup === undefined ? undefined : waiting
  const candidates: Candidate[] = []
  const outcomes: TrialOutcome[] = []
  let stoppedBy: SearchResult['stopped_by']
  for (const [trial, record] of records.entries()) {
    if (record === undefined) continue
    if ('skipped' in record) {
      stoppedBy = record.skipped
      continue
    }
    candidates.push(plan.trials[trial])
    outcomes.push('error' in record ? { error: record.error } : { scores: record.scores })
  }
  return { candidates, outcomes, stoppedBy }
}

function planOf(message: JobMessage, body: string, group: string): SearchPlan {
  const { search } = message
  const now = Date.now()
  const budget = search?.time_budget_seconds
  return {
    body,
    group,
    trials: search ? candidatesOf(search) : [],
    width: search?.max_parallel ?? 1,
    planned_at: new Date(now).toISOString(),
    ...(typeof budget === 'number' ? { ends_at: new Date(now + budget * 1000).toISOString() } : {}),
  }
}

/** Shows how far the search is, too. */
async function waitingFor(
  jobId: string,
  plan: SearchPlan,
  ended: readonly number[],
  progress: Pick<JobProgress, 'step'>,
): Promise<Waiting | undefined> {
  const waitsFor = dueTrials(jobId, plan, ended)
  if (waitsFor.length === 0) return undefined
  await progress.step(searchProgress(ended.length, plan))
  return { waitsFor }
}

/** How far a job is of whose trials so many have ended: the fit of the model comes after them. */
export function searchProgress(ended: number, { trials }: Pick<SearchPlan, 'trials'>) {
  return {
    fraction: ended / (trials.length + 1),
    detail: { trials_ended: ended, trials: trials.length },
  }
}
