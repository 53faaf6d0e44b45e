/**
 * The worker outside Lambda: one job, or the jobs of the queue. It is what `tensorfleet work` and the image's entry point
 * run: on a laptop, a server, in ECS, Kubernetes or AWS Batch.
 */
import { parseArgs } from 'node:util'
import { removeLeftFolders } from '../../shared/training/job-folder.ts'
import { createRuntime } from '../runtime.ts'
import { examples, type Work } from './command.ts'
import { exitCodes, WrongCommand } from './exit-codes.ts'
import { listenForInterruption } from './interruption.ts'
import { workJob } from './work-job.ts'
import { workQueue } from './work-queue.ts'

/** Does the work, and ends the process, even if a fit that did not pause in time is still running. */
export async function work({ job, queue = false }: Work): Promise<never> {
  process.exit(await exitCodeOf({ job, queue }))
}

async function exitCodeOf({ job, queue }: Work): Promise<number> {
  try {
    if ((job === undefined) !== (queue === true))
      throw new WrongCommand('Say what to work on: either --job ID or --queue.')
    const interruption = listenForInterruption()
    await removeLeftFolders({ isAlone: false })
    const runtime = createRuntime(process.env)
    if (job === undefined) {
      await workQueue(runtime, interruption)
      return exitCodes.done
    }
    return exitCodes[await workJob(job, runtime, interruption)]
  } catch (error) {
    process.stderr.write(`tensorfleet work: ${error instanceof Error ? error.message : error}\n`)
    return error instanceof WrongCommand ? exitCodes.wrong : exitCodes.failed
  }
}

if (import.meta.main) {
  const { values } = parse()
  if (values.help === true) process.stdout.write(`tensorfleet work (--job ID | --queue)\n${examples}`)
  else await work(values)
}

function parse() {
  try {
    return parseArgs({
      options: { job: { type: 'string' }, queue: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    process.stderr.write(`tensorfleet work: ${error instanceof Error ? error.message : error}\n`)
    process.exit(exitCodes.wrong)
  }
}
