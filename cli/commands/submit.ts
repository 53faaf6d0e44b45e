import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import { outcomeId, readMessage } from '../../shared/jobs/parse-message.ts'
import { failedWith } from '../../shared/jobs/result.ts'
import { withConnection } from '../connect.ts'
import { printResult } from '../print-result.ts'
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
      const read = readMessage(body)
      if (read.message === null) {
        return printResult(failedWith(outcomeId(body), read.error), options.json === true)
      }
      for (const envelope of read.envelopes) process.stderr.write(`Note: ${envelope}\n`)
      await withConnection(program, options.wait, (connection) =>
        sendJob(connection, body, { wait: options.wait, json: options.json === true }),
      )
    })
}

/** The bytes as they are, a byte-order mark included, so that the worker gets the same from a file and from standard input. */
async function content(job: string): Promise<string> {
  const bytes = job === '-' ? await buffer(process.stdin) : await fileContent(job)
  if (!isUtf8(bytes)) throw new UsageError('The job is not encoded as UTF-8: save it as UTF-8.')
  return bytes.toString('utf8')
}

async function fileContent(job: string): Promise<Buffer> {
  try {
    return await readFile(job)
  } catch (error) {
    throw new UsageError(
      `The job file ${job} cannot be read (${error instanceof Error ? error.message : error}).`,
    )
  }
}
