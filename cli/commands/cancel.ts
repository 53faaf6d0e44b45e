import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { isJobId } from '../../shared/jobs/ids.ts'
import { CANCELLED, type FailedResult, type JobResult, jobResult } from '../../shared/jobs/result.ts'
import { jobKeys } from '../../shared/storage/keys.ts'
import { type Connection, withConnection } from '../connect.ts'
import { UsageError } from '../usage-error.ts'

/** How long a running attempt has to see the marker, which it looks for every two seconds. */
const PATIENCE_MS = 8000

export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('stop a job that waits or runs; its result is then failed, with the error "cancelled"')
    .argument('<job>', 'a job’s id')
    .option('--json', 'print the result object and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet cancel 5f0c1c9e
  $ tensorfleet cancel 5f0c1c9e --json
The exit code is 1 when the job had already ended. The id is used up: a job sent with it later ends as cancelled, too.`,
    )
    .action(async (id: string, options: { json?: boolean }) => {
      if (!isJobId(id)) throw new UsageError(`${JSON.stringify(id)} cannot be a job’s id.`)
      await withConnection(false, async (connection) => {
        const result = (await resultOf(connection, id)) ?? (await cancel(connection, id))
        const cancelled = isCancelled(result)
        if (!cancelled) process.exitCode = 1
        if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`)
        else if (cancelled) process.stdout.write(`Job ${id} is cancelled.\n`)
        else {
          const end = result.status === 'failed' ? `failed (${result.error})` : 'completed'
          process.stderr.write(`Job ${id} has already ended, ${end}: there is nothing to cancel.\n`)
        }
      })
    })
}

const isCancelled = (result: JobResult) => result.status === 'failed' && result.error === CANCELLED

async function resultOf({ bucket }: Connection, id: string): Promise<JobResult | undefined> {
  const found = await bucket.getJson(jobKeys.result(id))
  return found === undefined ? undefined : jobResult.parse(found)
}

/**
 * Leaves the marker, which a running attempt looks for, and waits for that attempt's result. A job that nobody works on
 * has none: it gets its result from here, and the worker finds that when the message comes to it.
 */
async function cancel(connection: Connection, id: string): Promise<JobResult> {
  const { bucket, ownStack } = connection
  await bucket.put(jobKeys.cancel(id), new Date().toISOString(), 'text/plain')
  const nobodyWorks = ownStack !== undefined || !(await bucket.exists(jobKeys.accepted(id)))
  for (const end = Date.now() + (nobodyWorks ? 0 : PATIENCE_MS); Date.now() < end; ) {
    const result = await resultOf(connection, id)
    if (result !== undefined) return withoutMarker(result)
    await sleep(200)
  }
  const result: FailedResult = {
    job_id: id,
    status: 'failed',
    error: CANCELLED,
    error_code: 'cancelled',
  }
  if (await bucket.putIfAbsent(jobKeys.result(id), JSON.stringify(result), 'application/json')) {
    return result
  }
  const standing = await resultOf(connection, id)
  if (standing === undefined) throw new Error(`The result of job ${id} came and went: try again.`)
  return withoutMarker(standing)

  /** Who commits a cancel takes the marker away; a job that ended by itself a moment before may not have seen it. */
  async function withoutMarker(result: JobResult): Promise<JobResult> {
    if (!isCancelled(result)) await bucket.delete([jobKeys.cancel(id)])
    return result
  }
}
