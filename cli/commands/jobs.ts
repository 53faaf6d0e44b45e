import type { Command } from 'commander'
import { messageCount } from '../../shared/dead-letters/message-count.ts'
import { isHandedOver } from '../../shared/job-store/hand-over.ts'
import { describeFailure, findJobState, type UnfinishedJob } from '../../shared/job-store/job-state.ts'
import { newestJobs } from '../../shared/job-store/list-jobs.ts'
import { isCancelled, type JobResult } from '../../shared/jobs/result.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { DamagedRecord } from '../../shared/storage/json.ts'
import { type Connection, withConnection } from '../connect.ts'
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
      withConnection(program, false, async (connection) => {
        const { bucket } = connection
        if (id !== undefined) {
          const job = await showable(connection, id)
          process.stdout.write(
            options.json ? `${JSON.stringify(job)}\n` : `${JSON.stringify(job, null, 2)}\n`,
          )
          return
        }
        const ids = await newestJobs(bucket, options.limit)
        const jobs = await Promise.all(ids.map((each) => summary(bucket, each)))
        if (options.json)
          process.stdout.write(`${JSON.stringify(jobs.map(({ is_cancelled, ...job }) => job))}\n`)
        else {
          const rows = jobs.map((job) => [
            job.job_id,
            job.is_cancelled ? 'cancelled' : job.status,
            scoreOf(job),
            job.about,
          ])
          process.stdout.write(table([['job', 'status', 'score', ''], ...rows]))
        }
      }),
    )
}

/** Whether nothing works on the job now: only its message, or a larger machine, continues it. */
const isQuiet = ({ status }: { status: string }) => status === 'stale' || status === 'dead_lettered'

/** A job's state; `lost` if the job needs its message and no queue holds the message. */
async function showable(connection: Connection, id: string) {
  const job = await findJobState(connection.bucket, id)
  if (
    isQuiet(job) &&
    (await messageCount(connection)) === 0 &&
    !(await isHandedOver(connection.bucket, id))
  ) {
    const error = 'The message is gone: the queue is empty. Send the job again.'
    return { ...job, status: 'lost' as const, error }
  }
  if (job.status !== 'unknown') return job
  const waiting = await messageCount(connection)
  throw new Error(
    waiting === undefined
      ? `There is no job ${id} (or it has not been started yet).`
      : waiting === 0
        ? `There is no job ${id}: the bucket has nothing of it, and the queue is empty.`
        : `The bucket has nothing of a job ${id}: if it was sent, it is among the ${waiting} messages in the queue, and has not been started yet.`,
  )
}

/** The last column of a job's line in the list. */
async function summary(bucket: Bucket, id: string) {
  const job = await findJobState(bucket, id).catch((error: unknown) => {
    if (error instanceof DamagedRecord)
      return { job_id: id, status: 'damaged' as const, error: error.message }
    throw error
  })
  const metrics = 'metrics' in job ? job.metrics : undefined
  const accuracy = metrics !== undefined && 'accuracy' in metrics ? metrics.accuracy : null
  const r2 = metrics !== undefined && 'r2' in metrics ? metrics.r2 : undefined
  return {
    job_id: id,
    status: job.status,
    is_cancelled: job.status === 'failed' && isCancelled(job),
    accuracy,
    ...(r2 === undefined ? {} : { r2 }),
    about: about(job),
  }
}

function about(job: JobResult | UnfinishedJob | { status: 'damaged'; error: string }): string {
  switch (job.status) {
    case 'completed':
      return `${job.model_name} ${job.version}`
    case 'failed':
    case 'damaged':
      return job.error
    case 'retrying':
    case 'queued':
    case 'dead_lettered':
      return describeFailure(job)
    case 'stale':
      return `not heard of since ${job.since}`
    case 'running':
    case 'paused':
    case 'handed_over':
      return job.phase ?? ''
    case 'unknown':
      return ''
  }
}
