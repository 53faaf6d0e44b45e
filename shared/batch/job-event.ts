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
    /** Those that the job was submitted with. */
    parameters: z.object({ job_id: z.string() }),
  }),
})
export type BatchJobFailed = z.infer<typeof batchJobFailed>
