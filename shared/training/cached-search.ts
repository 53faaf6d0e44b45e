/** What the trials of one search share in a process: the job, its plan, and the dataset, read and prepared for each fold. */
import { findJob } from '../job-store/accept.ts'
import { findPlan } from '../job-store/search-plan.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { SearchPlan } from '../jobs/search-records.ts'
import type { TrialMessage } from '../jobs/trial-message.ts'
import type { PlannedTrial } from '../search/trial-plan.ts'
import type { Bucket } from '../storage/bucket.ts'
import type { AutoData } from './auto-data.ts'
import type { Folds } from './cross-validate.ts'

export type TrialData = {
  /** Of a trial of a search. */
  folds(trial: PlannedTrial): Folds
  /** Of candidates of "auto". */
  readonly auto: AutoData | undefined
}

export type CachedSearch = {
  readonly job: TrainableJob
  /** The plan of the round that has the trial. */
  plan: SearchPlan
  /** Filled by the first trial that needs them. */
  data?: TrialData
}

let kept: { readonly name: string; readonly search: CachedSearch } | undefined

/**
 * The search of a trial's job: that of an earlier trial in this process, as neither the job nor the plan of a round ever changes,
 * or from the bucket. One is kept at most.
 *
 * @returns undefined for a job that has no plan, or none any more.
 */
export async function searchOf(
  bucket: Bucket,
  { trial_of: jobId, trial }: TrialMessage,
): Promise<CachedSearch | undefined> {
  const name = `${bucket.name} ${jobId}`
  if (kept?.name === name) {
    const { search } = kept
    // Of a later round.
    if (trial >= search.plan.trials.length) search.plan = (await findPlan(bucket, jobId)) ?? search.plan
    return search
  }
  kept = undefined
  const [record, plan] = await Promise.all([findJob(bucket, jobId), findPlan(bucket, jobId)])
  if (!record?.message || plan === undefined) return undefined
  const search = { job: { ...record, message: record.message }, plan }
  kept = { name, search }
  return search
}

/** Lets the memory go, for a job that needs it. */
export function releaseSearch(): void {
  kept = undefined
}
