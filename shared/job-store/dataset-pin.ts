import { JobError } from '../errors/job-error.ts'
import { type DatasetPin, datasetPin } from '../jobs/records.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJsonIfAbsent } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/**
 * Pins the job to the dataset of its first attempt: a fit is never continued on other rows, and no two datasets end up in
 * one model's files.
 *
 * @param haveSameRows whether two files, by their SHA-256, may be taken for each other.
 * @throws JobError when the dataset has changed since that attempt.
 */
export async function pinDataset(
  bucket: Bucket,
  jobId: string,
  pin: DatasetPin,
  haveSameRows: (a: string, b: string) => boolean,
): Promise<void> {
  const key = jobKeys.dataset(jobId)
  if (await writeJsonIfAbsent(bucket, key, pin)) return
  const first = await readJson(bucket, key, datasetPin)
  // Deleted meanwhile: another attempt has committed, and this one will find its result.
  if (first === undefined) return
  refuseChange(first, pin)
  if (first.test !== undefined && pin.test !== undefined) refuseChange(first.test, pin.test)

  function refuseChange(was: { source: string; sha256: string }, now: { source: string; sha256: string }) {
    if (!haveSameRows(was.sha256, now.sha256)) throw changed(was, now)
  }
}

function changed(
  first: { source: string; sha256: string },
  now: { source: string; sha256: string },
): JobError {
  return new JobError(
    'dataset_changed',
    `The dataset was changed while the job was under way: the training began on the one in ${first.source} with the SHA-256 ${first.sha256.slice(0, 12)}…, and now ${now.source} has ${now.sha256.slice(0, 12)}…. Send the job again, with a job_id of its own.`,
  )
}
