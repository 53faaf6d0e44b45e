import type { Bucket } from '../storage/bucket.ts'
import { jobKeys } from './keys.ts'
import { jobIdOfResult } from './result-key.ts'

/**
 * The jobs that have a result, in the order of their keys.
 *
 * @param after the key of a result: those before it, and itself, are skipped.
 */
export async function* listResults(
  bucket: Bucket,
  after?: string,
): AsyncGenerator<{ jobId: string; key: string }> {
  for await (const { key } of bucket.list('jobs/', after)) {
    const jobId = jobIdOfResult(key)
    if (jobId !== undefined) yield { jobId, key }
  }
}

/** The jobs without a result that were handed over to a larger machine. */
export async function* listHandedOver(bucket: Bucket): AsyncGenerator<string> {
  for await (const { key } of bucket.list('jobs/')) {
    const [, jobId] = key.split('/')
    if (key === jobKeys.handOver(jobId)) yield jobId
  }
}

/** The ids of the jobs last written to, newest first: waiting ones that were never received are not among them. */
export async function newestJobs(bucket: Bucket, limit: number): Promise<string[]> {
  const modifiedAt = new Map<string, number>()
  for (const prefix of ['jobs/', 'status/']) {
    for await (const { key, modified } of bucket.list(prefix)) {
      const [, id] = key.split('/')
      modifiedAt.set(id, Math.max(modifiedAt.get(id) ?? 0, modified.getTime()))
    }
  }
  return [...modifiedAt]
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit)
    .map(([id]) => id)
}
