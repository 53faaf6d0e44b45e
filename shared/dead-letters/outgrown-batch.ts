import { largerThan } from '../batch/machine.ts'
import { beginLargerHandOver, findHandOver } from '../job-store/hand-over.ts'
import type { Bucket } from '../storage/bucket.ts'

/**
 * A job whose memory ran out in Batch is to go to a larger machine. Doing it again does the same.
 *
 * @param batchJobId the job of Batch that failed.
 * @returns the message to send to the jobs queue, so that the function hands the job over anew; undefined where there is no
 *   larger machine, the job has ended, or another job of Batch has it.
 */
export async function outgrownInBatch(
  bucket: Bucket,
  { jobId, batchJobId }: { readonly jobId: string; readonly batchJobId: string },
): Promise<string | undefined> {
  const handedOver = await findHandOver(bucket, jobId)
  if (handedOver === undefined) return undefined
  // Told a second time: the message may not have been sent the first time.
  const isKnown = handedOver.batch_job_id === undefined && handedOver.outgrown_batch_job_id === batchJobId
  if (isKnown) return handedOver.body
  if (handedOver.batch_job_id !== batchJobId) return undefined
  const machine = largerThan({ vcpus: handedOver.vcpus, memoryMb: handedOver.memory_mb })
  if (machine === undefined) return undefined
  await beginLargerHandOver(bucket, handedOver, machine)
  return handedOver.body
}
