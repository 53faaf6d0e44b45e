import type { JobStatus, TrainableJob } from '../jobs/records.ts'
import type { JobContext } from './job-context.ts'

/** Writes the job's status into the registry, if there is one. */
export async function announceStatus(
  job: TrainableJob,
  status: JobStatus,
  { useRegistry }: Pick<JobContext, 'useRegistry'>,
): Promise<void> {
  if (useRegistry === undefined) return
  const { recordRunning } = await import('../registry/job-progress.ts')
  await useRegistry((registry) => recordRunning(registry, job.message, job.accepted_at, status))
}
