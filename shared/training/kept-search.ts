/** What the trials of one search share in a process: the job, its plan, and the dataset, read and prepared for each fold. */
import { findJob } from '../job-store/accept.ts'
import { findPlan } from '../job-store/search-plan.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type { SearchPlan } from '../jobs/search-records.ts'
import type { Bucket } from '../storage/bucket.ts'
import type { Folds } from './cross-validate.ts'

export type KeptSearch = {
  readonly job: TrainableJob
  readonly plan: SearchPlan
  /** Filled by the first trial that needs them. */
  folds?: Folds
}

let kept: { readonly name: string; readonly search: KeptSearch } | undefined

/**
 * The search of a job: that of an earlier trial in this process, as neither job nor plan ever changes, or from the bucket. One
 * is kept at most.
 *
 * @returns undefined for a job that has no plan, or none any more.
 */
export async function searchOf(bucket: Bucket, jobId: string): Promise<KeptSearch | undefined> {
  const name = `${bucket.name} ${jobId}`
  if (kept?.name === name) return kept.search
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
