import type { Command } from 'commander'
import { describeFailure, findJobState, type UnfinishedJob } from '../../shared/job-store/job-state.ts'
import { newestJobs } from '../../shared/job-store/list-jobs.ts'
import type { JobResult } from '../../shared/jobs/result.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { DamagedObject } from '../../shared/storage/json.ts'
import { withConnection } from '../connect.ts'
import { scoreOf } from '../model-summary.ts'
import { table } from '../output.ts'

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
          const job = await findJobState(bucket, id)
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
          const rows = jobs.map((job) => [job.job_id, job.status, scoreOf(job), job.about])
          process.stdout.write(table([['job', 'status', 'score', ''], ...rows]))
        }
      }),
    )
}

/** What a line of the list says of a job. */
async function summary(bucket: Bucket, id: string) {
  const job = await findJobState(bucket, id).catch((error: unknown) => {
    if (error instanceof DamagedObject)
      return { job_id: id, status: 'damaged' as const, error: error.message }
    throw error
  })
  const metrics = 'metrics' in job ? job.metrics : undefined
  const accuracy = metrics !== undefined && 'accuracy' in metrics ? metrics.accuracy : null
  const r2 = metrics !== undefined && 'r2' in metrics ? metrics.r2 : undefined
  return { job_id: id, status: job.status, accuracy, ...(r2 === undefined ? {} : { r2 }), about: about(job) }
}

function about(job: JobResult | UnfinishedJob | { status: 'damaged'; error: string }): string {
  switch (job.status) {
    case 'completed':
      return `${job.model_name} ${job.version}`
    case 'failed':
    case 'damaged':
      return job.error
    case 'retrying':
    case 'dead_lettered':
      return describeFailure(job)
    case 'stale':
      return `not heard of since ${job.since}`
    case 'running':
    case 'paused':
      return job.phase ?? ''
    case 'unknown':
      return ''
  }
}
