/** The trials of a job's search, as people are shown them: while they run in calls of their own, and when the job has ended. */
import { meanAndDeviation } from '../evaluation/scorers.ts'
import { type JobStatus, jobStatus } from '../jobs/records.ts'
import type { CompletedResult } from '../jobs/result.ts'
import type { SearchPlan, TrialRecord } from '../jobs/search-records.ts'
import { type TrialMessage, trialId } from '../jobs/trial-message.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, unlessDamaged } from '../storage/json.ts'
import { findFailure } from './failure.ts'
import { isDeadLettered } from './job-state.ts'
import { jobKeys } from './keys.ts'
import { readTrials } from './search-plan.ts'

export type ListedTrial = {
  /** Its place in the plan, from 0. */
  readonly trial: number
  /** Of a candidate of "auto". */
  readonly algorithm?: string
  readonly state: 'done' | 'failed' | 'skipped' | 'running' | 'retrying' | 'dead_lettered' | 'waiting'
  readonly parameters: Readonly<Record<string, unknown>>
  readonly mean_score?: number | null
  readonly std_score?: number | null
  /** One for each fold. */
  readonly scores?: readonly (number | null)[]
  /** Why it has no score. */
  readonly error?: string
  /** Of its cross-validation. */
  readonly seconds?: number
  /** 0 … 100, of one that runs. */
  readonly percent?: number
}

/** Those of a job that has completed; of "auto" the best first. */
export function trialsOfResult({ search, leaderboard }: CompletedResult): ListedTrial[] {
  if (leaderboard) {
    const { candidates, not_tried } = leaderboard
    const tried = candidates.map(
      (candidate, place): ListedTrial => ({
        trial: place,
        state: 'error' in candidate ? 'failed' : 'done',
        ...candidate,
      }),
    )
    const skipped = not_tried.map(
      ({ algorithm, parameters = {}, reason }, place): ListedTrial => ({
        trial: candidates.length + place,
        state: 'skipped',
        algorithm,
        parameters,
        error: reason,
      }),
    )
    return [...tried, ...skipped]
  }
  return (search?.trials ?? []).map((trial, place) => ({
    trial: place,
    state: 'error' in trial ? 'failed' : 'done',
    ...trial,
  }))
}

/** Those of a job that waits for them. */
export async function trialsOfPlan(bucket: Bucket, jobId: string, plan: SearchPlan): Promise<ListedTrial[]> {
  const [records, statuses] = await Promise.all([
    readTrials(bucket, jobId, plan),
    runningTrials(bucket, jobId),
  ])
  const next = nextOfChains(records, plan)
  return Promise.all(
    plan.trials.map(async ({ algorithm, parameters }, trial): Promise<ListedTrial> => {
      const record = records[trial]
      const common = { trial, ...(algorithm !== undefined && { algorithm }), parameters }
      if (record !== undefined) return { ...common, ...outcome(record) }
      // The trials behind the next one of a chain were not sent yet.
      if (!next.has(trial)) return { ...common, state: 'waiting' }
      return { ...common, ...(await unfinished(bucket, { trial_of: jobId, trial }, statuses)) }
    }),
  )
}

type State = Omit<ListedTrial, 'trial' | 'algorithm' | 'parameters'>

function outcome(record: TrialRecord): State {
  const took = record.seconds === undefined ? {} : { seconds: record.seconds }
  if ('error' in record) return { state: 'failed', error: record.error, ...took }
  if ('skipped' in record) return { state: 'skipped' }
  if ('not_tried' in record) return { state: 'skipped', error: record.not_tried }
  const { scores } = record
  return { state: 'done', ...meanAndDeviation(scores), scores, ...took }
}

async function unfinished(
  bucket: Bucket,
  trial: TrialMessage,
  statuses: ReadonlyMap<string, JobStatus>,
): Promise<State> {
  const id = trialId(trial)
  const status = statuses.get(id)
  const failure = await unlessDamaged(findFailure(bucket, id))
  if (failure !== undefined && failure.failed_at >= (status?.updated_at ?? ''))
    return { state: isDeadLettered(failure) ? 'dead_lettered' : 'retrying', error: failure.error }
  return status === undefined ? { state: 'waiting' } : { state: 'running', percent: status.percent }
}

async function runningTrials(bucket: Bucket, jobId: string): Promise<Map<string, JobStatus>> {
  const found = new Map<string, JobStatus>()
  for await (const { key } of bucket.list(jobKeys.trialStatuses(jobId))) {
    const status = await unlessDamaged(readJson(bucket, key, jobStatus))
    if (status !== undefined) found.set(status.job_id, status)
  }
  return found
}

/** The first trial without an outcome of each chain of the latest round. */
function nextOfChains(
  records: readonly (TrialRecord | undefined)[],
  { first, width }: Pick<SearchPlan, 'first' | 'width'>,
): Set<number> {
  const ofRound = Array.from(records.keys()).slice(first)
  const chains = Map.groupBy(ofRound, (trial) => (trial - first) % width)
  const next = [...chains.values()].map((chain) => chain.find((trial) => records[trial] === undefined))
  return new Set(next.filter((trial) => trial !== undefined))
}
