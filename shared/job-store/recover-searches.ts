/** What the sweep does for searches whose trials run in calls of their own: messages that are lost are sent again. */
import { z } from 'zod'
import type { TrialMessage } from '../jobs/trial-message.ts'
import { trialId } from '../jobs/trial-message.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, unlessDamaged, writeJson } from '../storage/json.ts'
import { findResult } from './commit.ts'
import { findFailure } from './failure.ts'
import { findJobState, LONGEST_INVOCATION_MS } from './job-state.ts'
import { jobKeys, OPEN_SEARCHES } from './keys.ts'
import {
  closeAgain,
  commitTrial,
  dueTrials,
  endedTrials,
  findPlan,
  findTrial,
  followTrial,
  type Send,
} from './search-plan.ts'

/** Sends messages of a search to the jobs queue, with its MessageGroupId. */
export type SendInGroup = (bodies: readonly string[], group: string) => Promise<void>

/** How often the sweep has sent messages of a search again. */
const openSearch = z.object({ sent_again: z.int() })

/** In these states the message is known to be in a queue. */
const MESSAGE_IS_KEPT: readonly string[] = ['retrying', 'queued', 'dead_lettered']

/**
 * Sends the trials again that come next, or the closing message, of each search of which nothing was heard for as long as
 * an invocation can take; each time it waits twice as long, as the messages may only be waiting.
 *
 * @param now milliseconds since 1970.
 * @returns the jobs whose searches were sent again.
 */
export async function recoverSearches(bucket: Bucket, send: SendInGroup, now: number): Promise<string[]> {
  const recovered: string[] = []
  for await (const { key, modified } of bucket.list(OPEN_SEARCHES)) {
    const jobId = key.slice(OPEN_SEARCHES.length)
    const plan = await findPlan(bucket, jobId)
    if (plan === undefined || (await findResult(bucket, jobId))) {
      await bucket.delete([key])
      continue
    }
    const last = await lastHeardOf(bucket, jobId, modified.getTime())
    if (now - last < LONGEST_INVOCATION_MS) continue
    const sentAgain = (await unlessDamaged(readJson(bucket, key, openSearch)))?.sent_again ?? 0
    if (now - last < LONGEST_INVOCATION_MS * 2 ** sentAgain) continue
    if (MESSAGE_IS_KEPT.includes((await findJobState(bucket, jobId)).status)) continue
    await writeJson(bucket, key, { sent_again: sentAgain + 1 })
    const sendInGroup: Send = (bodies) => send(bodies, plan.group)
    const due = dueTrials(jobId, plan, await endedTrials(bucket, jobId))
    if (due.length > 0) await sendInGroup(due)
    else await closeAgain(bucket, jobId, plan, sendInGroup)
    recovered.push(jobId)
  }
  return recovered
}

/** When something was last written about a search, in milliseconds since 1970. */
async function lastHeardOf(bucket: Bucket, jobId: string, opened: number): Promise<number> {
  let last = opened
  for (const prefix of [jobKeys.prefix(jobId), jobKeys.statuses(jobId)])
    for await (const { modified } of bucket.list(prefix)) last = Math.max(last, modified.getTime())
  return last
}

/**
 * Ends a trial as failed whose message lies in the dead-letter queue, so that its search goes on without it.
 */
export async function giveUpTrial(bucket: Bucket, trial: TrialMessage, send: SendInGroup): Promise<void> {
  const { trial_of } = trial
  const plan = await findPlan(bucket, trial_of)
  if (plan === undefined || trial.trial >= plan.trials.length) return
  if ((await findResult(bucket, trial_of)) ?? (await findTrial(bucket, trial))) return
  const failure = await unlessDamaged(findFailure(bucket, trialId(trial)))
  const reason = failure?.error.replace(/[.\s]+$/, '') ?? 'the last one was cut off before it could say why'
  const error = `Every attempt at the trial failed (${reason}).`
  await commitTrial(bucket, trial, { error, ended_at: new Date().toISOString() })
  await followTrial(bucket, trial, plan, (bodies) => send(bodies, plan.group), { isRepeated: true })
}
