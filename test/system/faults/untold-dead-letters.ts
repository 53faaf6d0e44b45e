import type { Db } from 'mongodb'
import type { AwsClientSettings } from '../../../local/aws-client-settings.ts'
import { recordDeadLetters } from '../../../shared/dead-letters/record-dead-letters.ts'
import { findJobState } from '../../../shared/job-store/job-state.ts'
import { collectionsIn } from '../../../shared/registry/collections.ts'
import { registerDeadLettered } from '../../../shared/registry/dead-lettered-jobs.ts'
import { unlimited } from '../../../shared/runtime/retry.ts'
import type { Bucket } from '../../../shared/storage/bucket.ts'

/**
 * Does what a sweep does about the dead letters.
 *
 * @returns a sentence for each job among them of which bucket or registry then still know nothing. (It may run again, as
 *   some jobs are sent more than once.)
 */
export async function untoldDeadLetters(
  stores: { readonly bucket: Bucket; readonly db: Db },
  queue: { readonly url: string; readonly jobQueueUrl: string; readonly aws: AwsClientSettings },
): Promise<string[]> {
  const { failures } = await recordDeadLetters(stores.bucket, queue.url, {
    ...queue.aws,
    jobQueueUrl: queue.jobQueueUrl,
    timeLeftMs: unlimited,
  })
  await registerDeadLettered(stores, failures)
  const untold: string[] = []
  for (const { job_id } of failures) {
    const { status } = await findJobState(stores.bucket, job_id)
    const document = await collectionsIn(stores.db).jobs.findOne({ _id: job_id })
    if (status === 'stale' || status === 'unknown' || document === null)
      untold.push(
        `${job_id}: is a dead letter, but ${status} in the bucket, ${document?.status ?? 'nothing'} in the registry`,
      )
  }
  return untold
}
