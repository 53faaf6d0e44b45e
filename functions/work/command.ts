/** The options and examples of `tensorfleet work`. Imports nothing of the worker. */
import { exitCodes } from './exit-codes.ts'

export type Work = { readonly job?: string; readonly queue?: boolean }

export const examples = `
Examples:
  tensorfleet work --queue            train the jobs of the queue until SIGTERM or Ctrl-C
  tensorfleet work --job churn-7      train this job, which a worker has received before
  docker run IMAGE work --queue       the same in a container

The settings are those of the train function: ARTIFACT_BUCKET, JOB_QUEUE_URL, MONGODB_URL and so on (README.md).
On SIGTERM or Ctrl-C the running fit saves its checkpoint: with --queue the job goes back to the queue, with --job the
same command continues it.

Exit codes: ${exitCodes.done} done (a failed job, too, has its result), ${exitCodes.failed} a transient error, ${exitCodes.wrong} a wrong command, ${exitCodes.interrupted} interrupted (--job: run it again).
`
