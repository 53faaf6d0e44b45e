import type { Command } from 'commander'
import { isAccepted } from '../../shared/job-store/accept.ts'
import { findResult } from '../../shared/job-store/commit.ts'
import { newestJobs } from '../../shared/job-store/list-jobs.ts'
import { findStatus } from '../../shared/job-store/status.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { DamagedObject } from '../../shared/storage/json.ts'
import { withConnection } from '../connect.ts'
import { percent, table } from '../output.ts'

export function addJobs(program: Command): void {
  program
    .command('jobs')
    .description('list jobs, or show one')
    .argument('[id]', 'a job’s id')
    .option('--limit <n>', 'how many to list', Number, 50)
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExamples:\n  $ tensorfleet jobs\n  $ tensorfleet jobs 5f0c1c9e --json')
    .action((id: string | undefined, options: { limit: number; json?: boolean }) =>
      withConnection(program, false, async ({ bucket }) => {
        if (id !== undefined) {
          const job = await jobState(bucket, id)
          if (job.status === 'unknown')
            throw new Error(`There is no job ${id} (or it has not been started yet).`)
          process.stdout.write(
            options.json ? `${JSON.stringify(job)}\n` : `${JSON.stringify(job, null, 2)}\n`,
          )
          return
        }
        const ids = await newestJobs(bucket, options.limit)
        const jobs = await Promise.all(ids.map((each) => summary(bucket, each)))
        if (options.json) process.stdout.write(`${JSON.stringify(jobs)}\n`)
        else {
          const rows = jobs.map((job) => [job.job_id, job.status, percent(job.accuracy), job.about])
          process.stdout.write(table([['job', 'status', 'accuracy', ''], ...rows]))
        }
      }),
    )
}

/** The job's result, or, while it has none, how far it is. */
async function jobState(bucket: Bucket, id: string) {
  const result = await findResult(bucket, id)
  if (result !== undefined) return result
  const status = await findStatus(bucket, id)
  if (status !== undefined) return { ...status, status: 'running' }
  return { job_id: id, status: (await isAccepted(bucket, id)) ? 'running' : 'unknown' }
}

/** What a line of the list says of a job. */
async function summary(bucket: Bucket, id: string) {
  const job = await jobState(bucket, id).catch((error: unknown) => {
    if (error instanceof DamagedObject) return { job_id: id, status: 'damaged', error: error.message }
    throw error
  })
  const accuracy = 'metrics' in job ? job.metrics.accuracy : null
  return { job_id: id, status: job.status, accuracy, about: about(job) }
}

function about(job: {
  job_id?: string
  error?: string
  model_name?: string
  version?: string
  phase?: string
}): string {
  if (job.error !== undefined) return job.error
  return job.model_name === undefined ? (job.phase ?? '') : `${job.model_name} ${job.version}`
}
