import type { BatchClient } from '@aws-sdk/client-batch'
import { lazy } from '../runtime/lazy.ts'
import { awsRetries, type TimeLeft } from '../runtime/retry.ts'
import type { Machine } from './machine.ts'

/** A queue of AWS Batch, whose jobs run the image's `work --job`. */
export type BatchQueue = {
  /** Seconds that a job may take there, over all its attempts. */
  readonly maxSeconds: number
  /**
   * Submits a job of ours. Doing it twice makes two jobs in Batch, which work on the same job and end in one result.
   *
   * @returns Batch's id of it.
   */
  submit(jobId: string, machine: Machine): Promise<string>
}

/** Makes no request; the client is loaded when it is first needed. */
export function connectBatch(settings: {
  readonly queue: string
  readonly definition: string
  readonly maxSeconds: number
  readonly endpoint: string | undefined
  readonly timeLeftMs: TimeLeft
}): BatchQueue {
  const { queue, definition, maxSeconds, endpoint, timeLeftMs } = settings
  const connect = lazy(async (): Promise<BatchClient> => {
    const { BatchClient } = await import('@aws-sdk/client-batch')
    return new BatchClient({ endpoint, ...awsRetries(timeLeftMs) })
  })
  return {
    maxSeconds,
    async submit(jobId, machine) {
      const [client, { SubmitJobCommand }] = await Promise.all([connect(), import('@aws-sdk/client-batch')])
      const answer = await client.send(
        new SubmitJobCommand({
          jobName: batchName(jobId),
          jobQueue: queue,
          jobDefinition: definition,
          parameters: { job_id: jobId },
          containerOverrides: {
            resourceRequirements: [
              { type: 'VCPU', value: String(machine.vcpus) },
              { type: 'MEMORY', value: String(machine.memoryMb) },
            ],
            environment: [
              { name: 'TENSORFLEET_THREADS', value: String(machine.vcpus) },
              { name: 'TENSORFLEET_MAX_TRAINING_SECONDS', value: String(maxSeconds) },
            ],
          },
        }),
      )
      if (answer.jobId === undefined) throw new Error('Batch gave the job no id.')
      return answer.jobId
    },
  }
}

/** Batch takes letters, digits, `-` and `_`, up to 128. */
export function batchName(jobId: string): string {
  return jobId.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 128)
}
