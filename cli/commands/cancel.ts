import type { Command } from 'commander'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { findResult } from '../../shared/job-store/commit.ts'
import { isJobId } from '../../shared/jobs/ids.ts'
import { isCancelled } from '../../shared/jobs/result.ts'
import { withConnection } from '../connect.ts'
import { UsageError } from '../usage-error.ts'

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
The exit code is 1 when the job had already ended. The id is taken: a job sent with it later ends as cancelled, too.`,
    )
    .action(async (id: string, options: { json?: boolean }) => {
      if (!isJobId(id)) throw new UsageError(`${JSON.stringify(id)} cannot be a job’s id.`)
      await withConnection(program, false, async ({ bucket, ownStack }) => {
        // A stack that this command started itself runs no jobs.
        const canRun = ownStack === undefined
        const result = (await findResult(bucket, id)) ?? (await cancelJob(bucket, id, { canRun }))
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
