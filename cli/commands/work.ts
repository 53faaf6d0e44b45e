import type { Command } from 'commander'
import { examples, type Work } from '../../functions/work/command.ts'
import { dataDirectory } from '../connect.ts'
import { UsageError } from '../usage-error.ts'

export function addWork(program: Command): void {
  program
    .command('work')
    .description('train jobs here, without Lambda’s 15 minutes: one job, or those of the queue until Ctrl-C')
    .option('--job <id>', 'a job that a worker has received before')
    .option('--queue', 'the jobs of the queue, one at a time')
    .addHelpText(
      'after',
      `${examples}
With --stack the settings are those of a deployed worker; without settings they are those of the stack that runs in ${dataDirectory()}.`,
    )
    .action(async (options: Work) => {
      if ((options.job === undefined) === (options.queue === undefined))
        throw new UsageError('Say what to work on: either --job ID or --queue.')
      Object.assign(process.env, await environmentOf(program.opts<{ stack?: string }>().stack))
      const { work } = await import('../../functions/work/main.ts')
      await work(options)
    })
}

async function environmentOf(stack: string | undefined): Promise<NodeJS.ProcessEnv> {
  if (stack !== undefined) {
    const { environmentOfStack } = await import('../stack-outputs.ts')
    return environmentOfStack(stack, process.env)
  }
  if (process.env.ARTIFACT_BUCKET) return {}
  const { readStackFile } = await import('../../local/stack-file.ts')
  const running = readStackFile(dataDirectory())
  if (running !== undefined) return running.environment
  throw new UsageError(
    `There is no worker to work for: set ARTIFACT_BUCKET and JOB_QUEUE_URL, give --stack, or start "tensorfleet local" (none runs in ${dataDirectory()}).`,
  )
}
