/** A search whose trials run in calls of their own: its plan, the outcomes of its trials, and how it ends. */
import type { ClosingRecord, SearchPlan, TrialRecord } from '../jobs/search-records.ts'
import { closingRecord, searchPlan, trialRecord } from '../jobs/search-records.ts'
import { type TrialMessage, trialBody, trialId } from '../jobs/trial-message.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson, writeJsonIfAbsent } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/** Sends messages to the jobs queue. */
export type Send = (bodies: readonly string[]) => Promise<void>

/** Objects that are read at the same time. */
const READS = 16

/** The plan of the latest round. */
export async function findPlan(bucket: Bucket, jobId: string): Promise<SearchPlan | undefined> {
  const plan = await readJson(bucket, jobKeys.plan(jobId), searchPlan)
  if (plan?.size === undefined) return plan
  let latest: string | undefined
  for await (const { key } of bucket.list(jobKeys.laterPlans(jobId))) latest = key
  return (latest === undefined ? undefined : await readJson(bucket, latest, searchPlan)) ?? plan
}

/**
 * Writes the plan of a search's round unless there is one.
 *
 * @returns the plan that stands.
 */
export async function writePlan(bucket: Bucket, jobId: string, plan: SearchPlan): Promise<SearchPlan> {
  const { first } = plan
  const key = first === 0 ? jobKeys.plan(jobId) : jobKeys.laterPlan(jobId, first)
  const isOurs = await writeJsonIfAbsent(bucket, key, plan)
  if (first === 0) await writeJson(bucket, jobKeys.openSearch(jobId), { sent_again: 0 })
  return isOurs ? plan : ((await findPlan(bucket, jobId)) ?? plan)
}

export function findTrial(bucket: Bucket, trial: TrialMessage): Promise<TrialRecord | undefined> {
  return readJson(bucket, jobKeys.trial(trialId(trial)), trialRecord)
}

/**
 * Commits the outcome of a trial, unless it has one already: that one stays.
 *
 * @param outcome with its scores as numbers.
 */
export async function commitTrial(bucket: Bucket, trial: TrialMessage, outcome: TrialRecord): Promise<void> {
  const scores =
    'scores' in outcome
      ? { scores: outcome.scores.map((score) => (Number.isFinite(score) ? score : String(score))) }
      : {}
  await writeJsonIfAbsent(bucket, jobKeys.trial(trialId(trial)), { ...outcome, ...scores })
}

/**
 * The outcome of each trial, in the order of the plan; undefined for those that have not ended.
 *
 * @param from leaves out those before it.
 */
export async function readTrials(
  bucket: Bucket,
  jobId: string,
  { trials }: Pick<SearchPlan, 'trials'>,
  from = 0,
): Promise<(TrialRecord | undefined)[]> {
  const found = new Array<TrialRecord | undefined>(trials.length)
  const ended = (await endedTrials(bucket, jobId)).filter((trial) => trial >= from && trial < trials.length)
  const read = async () => {
    for (let trial = ended.pop(); trial !== undefined; trial = ended.pop())
      found[trial] = await findTrial(bucket, { trial_of: jobId, trial })
  }
  await Promise.all(Array.from({ length: READS }, read))
  return found.slice(from)
}

/** The places of the trials that have ended, in order. */
export async function endedTrials(bucket: Bucket, jobId: string): Promise<number[]> {
  const trials: number[] = []
  for await (const { key } of bucket.list(jobKeys.trials(jobId))) {
    const place = /\/(\d+)\/outcome\.json$/.exec(key)?.[1]
    if (place !== undefined) trials.push(Number(place))
  }
  return trials
}

/**
 * The messages of the trials that come next: of each chain of the round the first that has not ended. Some may be under way;
 * a trial that is received twice ends once.
 */
export function dueTrials(
  jobId: string,
  { trials, width, first }: Pick<SearchPlan, 'trials' | 'width' | 'first'>,
  ended: readonly number[],
): string[] {
  const done = new Set(ended)
  return Array.from({ length: Math.min(width, trials.length - first) }, (_, chain) => {
    let trial = first + chain
    while (done.has(trial)) trial += width
    return trial
  })
    .filter((trial) => trial < trials.length)
    .map((trial) => trialBody(jobId, trial))
}

/**
 * What follows a trial that has ended: the next of its chain is sent, or, when none is left in any, the message that closes
 * the round.
 *
 * @param isRepeated whether somebody may have done that before.
 */
export async function followTrial(
  bucket: Bucket,
  { trial_of, trial }: TrialMessage,
  plan: SearchPlan,
  send: Send,
  { isRepeated }: { isRepeated: boolean },
): Promise<void> {
  // A later round has begun, as all of this one have ended.
  if (trial < plan.first) return
  const next = trial + plan.width
  if (next < plan.trials.length) {
    const isDone = isRepeated && (await bucket.exists(jobKeys.trial(trialId({ trial_of, trial: next }))))
    if (!isDone) await send([trialBody(trial_of, next)])
  } else if (await isOver(bucket, trial_of, plan, trial)) {
    await closeSearch(bucket, trial_of, plan, send, trial)
  }
}

/** Whether all trials of the round have ended. The last of each chain are enough: one is sent when that before it has ended. */
async function isOver(
  bucket: Bucket,
  jobId: string,
  { trials, width, first: firstOfRound }: SearchPlan,
  trial: number,
): Promise<boolean> {
  const first = Math.max(firstOfRound, trials.length - width)
  // A decade is looked at before all of them, as it settles most calls.
  const decade = trial - (trial % 10)
  const near = { from: Math.max(first, decade), to: Math.min(decade + 10, trials.length) }
  return (
    (await haveEnded(bucket, jobId, near)) && haveEnded(bucket, jobId, { from: first, to: trials.length })
  )
}

async function haveEnded(
  bucket: Bucket,
  jobId: string,
  { from, to }: { from: number; to: number },
): Promise<boolean> {
  const last = jobKeys.trial(trialId({ trial_of: jobId, trial: to - 1 }))
  // Keys come in order: below the first one of this range are only those of trials before it.
  const before = `${jobKeys.trials(jobId)}${String(from).padStart(4, '0')}`
  let count = 0
  for await (const { key } of bucket.list(jobKeys.trials(jobId), before)) {
    if (key.endsWith('/outcome.json')) count++
    if (key >= last) break
  }
  return count === to - from
}

/**
 * Sends the job's message, which closes the round, unless somebody else has. The job plans the next round, or ends.
 *
 * @param by the trial that does; null: the sweep.
 */
export async function closeSearch(
  bucket: Bucket,
  jobId: string,
  { body, first }: SearchPlan,
  send: Send,
  by: number | null,
): Promise<void> {
  const closing: ClosingRecord = { by, at: new Date().toISOString() }
  const key = jobKeys.closing(jobId, first)
  if (!(await writeJsonIfAbsent(bucket, key, closing))) {
    // The writer of the earlier record may have been stopped before it sent the message. Only the same trial sends it again.
    const earlier = await readJson(bucket, key, closingRecord)
    if (earlier === undefined || earlier.by !== by || by === null) return
  }
  await send([body])
}

/** Sends the closing message once more, as the first one is lost. */
export async function closeAgain(
  bucket: Bucket,
  jobId: string,
  { body, first }: SearchPlan,
  send: Send,
): Promise<void> {
  await writeJson(bucket, jobKeys.closing(jobId, first), { by: null, at: new Date().toISOString() })
  await send([body])
}

/**
 * Deletes what a search needs only until its job has a result, where it is there. The plan goes last: it tells that there is
 * more.
 */
export async function cleanUpSearch(bucket: Bucket, jobId: string): Promise<void> {
  const { prefix, trialStatuses, trialCheckpoints, plan, openSearch } = jobKeys
  const keys: string[] = []
  for (const within of [prefix(jobId), trialStatuses(jobId), trialCheckpoints(jobId)])
    for await (const { key } of bucket.list(within)) {
      if (within !== prefix(jobId) || isOfSearch(key, jobId)) keys.push(key)
    }
  const hasPlan = keys.includes(plan(jobId))
  await bucket.delete(keys.filter((key) => key !== plan(jobId)))
  if (!hasPlan) return
  await bucket.delete([openSearch(jobId)])
  await bucket.delete([plan(jobId)])
}

/** Whether a key is of a job's search, which `cleanUpSearch` deletes. */
export function isOfSearch(key: string, jobId: string): boolean {
  const { plan, laterPlans, closing, laterClosings, trials } = jobKeys
  return (
    key === plan(jobId) ||
    key === closing(jobId, 0) ||
    [laterPlans, laterClosings, trials].some((within) => key.startsWith(within(jobId)))
  )
}
