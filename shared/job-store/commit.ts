/** The exactly-once commit: a job has ended when its result exists, and nothing ever changes or deletes that. */
import { modelId } from '../jobs/ids.ts'
import { type JobResult, jobResult } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJsonIfAbsent } from '../storage/json.ts'
import { modelPrefix } from '../storage/keys.ts'
import { jobKeys } from './keys.ts'
import { cleanUpSearch, isOfSearch } from './search-plan.ts'

/** The job's result; undefined while there is none. */
export function findResult(bucket: Bucket, jobId: string): Promise<JobResult | undefined> {
  return readJson(bucket, jobKeys.result(jobId), jobResult)
}

/**
 * Commits a result by a conditional write: of any number of callers one writes it, the others get that one.
 *
 * @returns the result of the job, and whether this call wrote it. Also true where the answer to the write was lost and
 *   S3 had done it.
 */
export async function commitResult(
  bucket: Bucket,
  result: JobResult,
): Promise<{ result: JobResult; isOurs: boolean }> {
  const ours: JobResult = { ...result, completed_at: new Date().toISOString() }
  if (await writeJsonIfAbsent(bucket, jobKeys.result(result.job_id), ours))
    return { result: ours, isOurs: true }
  const committed = await findResult(bucket, result.job_id)
  if (committed === undefined) throw new Error(`The result of job ${result.job_id} was deleted meanwhile.`)
  return { result: committed, isOurs: false }
}

/**
 * Deletes what a job needs only until it has a result, and the files of a model that no result names. Every attempt that
 * finds or writes the result does this, as one before it may have been stopped, or have written something afterwards.
 */
export async function cleanUpAfter(bucket: Bucket, result: JobResult): Promise<void> {
  const { status, liveTrials, formerStatus, cancel, failure, dataset, handOver, checkpoint, evaluated } =
    jobKeys
  const id = result.job_id
  // Only what is there: in a versioned bucket the deletion of an object that never was leaves a marker, which in jobs/
  // every list would read from then on. The other two prefixes are cleared by the bucket's lifecycle.
  const transient = [formerStatus(id), cancel(id), failure(id), dataset(id), handOver(id)]
  const keys = [status(id), liveTrials(id), checkpoint(id), evaluated(id)]
  let hasSearch = false
  for await (const { key } of bucket.list(jobKeys.prefix(id))) {
    if (transient.includes(key)) keys.push(key)
    hasSearch ||= isOfSearch(key, id)
  }
  if (hasSearch) await cleanUpSearch(bucket, id)
  if (result.status === 'failed') {
    for await (const { key } of bucket.list(modelPrefix(modelId(result.job_id)))) keys.push(key)
  }
  await bucket.delete(keys)
}
