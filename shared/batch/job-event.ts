import { z } from 'zod'

/**
 * What EventBridge tells of a job in Batch that will not be started again.
 *
 * https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
 */
export const batchJobFailed = z.object({
  'detail-type': z.literal('Batch Job State Change'),
  detail: z.object({
    jobId: z.string(),
    status: z.literal('FAILED'),
    statusReason: z.string().optional(),
    /** Of the last attempt; why the container was stopped, where it did not end by itself. */
    container: z.object({ reason: z.string().optional() }).optional(),
    /** Those that the job was submitted with. */
    parameters: z.object({ job_id: z.string() }),
  }),
})
/** Whether the machine's memory ran out: a larger one may do the job. */
export function ranOutOfMemory({ detail }: BatchJobFailed): boolean {
  return /^OutOfMemory/i.test(detail.container?.reason ?? '')
}

export type BatchJobFailed = z.infer<typeof batchJobFailed>
