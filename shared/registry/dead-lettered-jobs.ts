/** Jobs in the collection `jobs` that have no result, because their messages lie in the dead-letter queue. */
import type { Db } from 'mongodb'
import { jobDeadLettered } from '../events/event.ts'
import { type Announce, announceNothing } from '../events/send-events.ts'
import { findJob } from '../job-store/accept.ts'
import { findJobState } from '../job-store/job-state.ts'
import type { AttemptFailure } from '../jobs/records.ts'
import type { Bucket } from '../storage/bucket.ts'
import { unlessDamaged } from '../storage/json.ts'
import { collectionsIn } from './collections.ts'
import { deadLetteredDocument } from './documents.ts'
import { isDuplicateKey } from './is-retryable.ts'
import { FINAL_STATUSES } from './job-progress.ts'

/** The document of a job that has ended, or that is dead-lettered since then. */
const told = ({ job_id, dead_lettered_at = '' }: AttemptFailure) => ({
  _id: job_id,
  $or: [
    { status: { $in: [...FINAL_STATUSES] } },
    { status: 'dead_lettered' as const, dead_lettered_at: new Date(dead_lettered_at) },
  ],
})

/**
 * Writes a document for each of these jobs, unless the registry has its result. Those that were redriven or have ended since
 * are queued again in the registry; a result is then registered like all that the registry lacks.
 */
export async function registerDeadLettered(
  { bucket, db }: { readonly bucket: Bucket; readonly db: Db },
  failures: readonly AttemptFailure[],
  announce: Announce = announceNothing,
): Promise<void> {
  const { jobs } = collectionsIn(db)
  const ids = failures.map(({ job_id }) => job_id)
  for await (const { _id } of jobs.find({ status: 'dead_lettered', _id: { $nin: ids } })) {
    // The message may be held by somebody else just now; the bucket tells what became of it.
    if ((await findJobState(bucket, _id)).status !== 'dead_lettered')
      await jobs.updateOne(
        { _id, status: 'dead_lettered' },
        { $set: { status: 'queued' }, $unset: { error: '', attempt: '', dead_lettered_at: '' } },
      )
  }
  for (const failure of failures) {
    if (await jobs.findOne(told(failure), { projection: { _id: 1 } })) continue
    // Before the document says so: as long as that is missing, it is announced again.
    await announce([jobDeadLettered(bucket.name, failure)])
    const job = await unlessDamaged(findJob(bucket, failure.job_id))
    const filter = { _id: failure.job_id, status: { $nin: [...FINAL_STATUSES] } }
    try {
      await jobs.replaceOne(filter, deadLetteredDocument(failure, job), { upsert: true })
    } catch (error) {
      // It has the job's result.
      if (!isDuplicateKey(error)) throw error
    }
  }
}
