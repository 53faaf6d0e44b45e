import type { Command } from 'commander'
import { jobStatus } from '../../shared/jobs/records.ts'
import { jobResult } from '../../shared/jobs/result.ts'
import { jobKeys } from '../../shared/storage/keys.ts'
import { type Connection, withConnection } from '../connect.ts'
import { percent, table } from '../table.ts'

export function addJobs(program: Command): void {
  program
    .command('jobs')
    .description('list jobs, or show one')
    .argument('[id]', 'a job’s id')
    .option('--limit <n>', 'how many to list', Number, 50)
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExamples:\n  $ tensorfleet jobs\n  $ tensorfleet jobs 5f0c1c9e --json')
    .action((id: string | undefined, options: { limit: number; json?: boolean }) =>
      withConnection(false, async (connection) => {
        if (id !== undefined) {
          const job = await jobState(connection, id)
          if (job.status === 'unknown')
            throw new Error(`There is no job ${id} (or it has not been started yet).`)
          process.stdout.write(
            options.json ? `${JSON.stringify(job)}\n` : `${JSON.stringify(job, null, 2)}\n`,
          )
          return
        }
        const jobs = await newestJobs(connection, options.limit)
        if (options.json) process.stdout.write(`${JSON.stringify(jobs)}\n`)
        else {
          const rows = jobs.map((job) => [job.job_id, job.status, percent(job.accuracy), job.about])
          process.stdout.write(table([['job', 'status', 'accuracy', ''], ...rows]))
        }
      }),
    )
}

async function jobState({ bucket }: Connection, id: string) {
  const result = jobResult.safeParse(await bucket.getJson(jobKeys.result(id)))
  if (result.success) return result.data
  const status = jobStatus.safeParse(await bucket.getJson(jobKeys.status(id)))
  if (status.success) return { ...status.data, status: 'running' }
  return { job_id: id, status: (await bucket.exists(jobKeys.accepted(id))) ? 'running' : 'unknown' }
}

/** The jobs last written to, newest first, from the bucket: it knows running ones too. */
async function newestJobs(connection: Connection, limit: number) {
  const { bucket } = connection
  const newest = new Map<string, number>()
  for await (const { key, modified } of bucket.list('jobs/')) {
    const [, id] = key.split('/')
    newest.set(id, Math.max(newest.get(id) ?? 0, modified.getTime()))
  }
  const ids = [...newest.entries()].sort((a, b) => b[1] - a[1]).slice(0, limit)
  return Promise.all(
    ids.map(async ([id]) => {
      const job = await jobState(connection, id)
      const accuracy = 'metrics' in job ? job.metrics.accuracy : null
      const about =
        'error' in job
          ? job.error
          : 'model_name' in job
            ? `${job.model_name} ${job.version}`
            : 'phase' in job
              ? job.phase
              : ''
      return { job_id: id, status: job.status, accuracy, about }
    }),
  )
}
