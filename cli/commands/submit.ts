import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { withConnection } from '../connect.ts'
import { sendJob } from '../send-job.ts'
import { UsageError } from '../usage-error.ts'

export function addSubmit(program: Command): void {
  program
    .command('submit')
    .description('send a job message as it is')
    .argument('<job>', 'a JSON file, or - for standard input')
    .option('--no-wait', 'return when the job is queued')
    .option('--json', 'print the result object and nothing else')
    .addHelpText(
      'after',
      `
Example:
  $ echo '{"job_id": "j1", "algorithm": "svm", "dataset_path": "iris"}' | tensorfleet submit -`,
    )
    .action(async (job: string, options: { wait: boolean; json?: boolean }) => {
      const body = await content(job)
      if (body.trim() === '') throw new UsageError('The job is empty: give a JSON object.')
      await withConnection(program, options.wait, (connection) =>
        sendJob(connection, body, { wait: options.wait, json: options.json === true }),
      )
    })
}

async function content(job: string): Promise<string> {
  if (job === '-') return text(process.stdin)
  try {
    return await readFile(job, 'utf8')
  } catch (error) {
    throw new UsageError(
      `The job file ${job} cannot be read (${error instanceof Error ? error.message : error}).`,
    )
  }
}
