/** What a running job has tried so far, for people who wait. */
import { type LiveTrials, liveTrials } from '../jobs/records.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson } from '../storage/json.ts'
import { jobKeys } from './keys.ts'
import { trialsOfPlan } from './list-trials.ts'
import { findPlan } from './search-plan.ts'

export function writeLiveTrials(bucket: Bucket, jobId: string, trials: LiveTrials): Promise<void> {
  return writeJson(bucket, jobKeys.liveTrials(jobId), trials)
}

/**
 * The trials of a job that runs them in its own calls, or of a search whose trials run in calls of their own.
 *
 * @param metric of a search that has a plan.
 * @returns undefined where nothing was tried yet.
 */
export async function findLiveTrials(
  bucket: Bucket,
  jobId: string,
  metric: string,
): Promise<LiveTrials | undefined> {
  const [own, plan] = await Promise.all([
    readJson(bucket, jobKeys.liveTrials(jobId), liveTrials),
    findPlan(bucket, jobId),
  ])
  if (own !== undefined || plan === undefined) return own
  const listed = await trialsOfPlan(bucket, jobId, plan)
  const begun = listed.filter(({ state }) => state !== 'waiting' && state !== 'skipped')
  return {
    metric,
    planned: listed.length,
    trials: begun.map(({ algorithm, parameters, mean_score, std_score, error, percent, seconds }) => ({
      ...(algorithm !== undefined && { algorithm }),
      parameters,
      ...(mean_score !== undefined && { mean_score, std_score }),
      ...(error !== undefined && { error }),
      ...(percent !== undefined && { percent }),
      ...(seconds !== undefined && { seconds }),
    })),
  }
}
