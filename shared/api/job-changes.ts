import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiContext } from './context.ts'
import { readJob } from './read-job.ts'
import type { Job } from './schemas.ts'

const POLL_MS = 500
const HEARTBEAT_MS = 10_000

/** The job at once and whenever it has changed, until it has ended; undefined where nothing was said for ten seconds. */
export async function* jobChanges(
  context: ApiContext,
  jobId: string,
  signal: AbortSignal,
): AsyncGenerator<Job | undefined> {
  let told = ''
  let toldAt = performance.now()
  while (!signal.aborted) {
    const job = await readJob(context, jobId)
    const text = JSON.stringify(job)
    if (job !== undefined && text !== told) {
      told = text
      toldAt = performance.now()
      yield job
      if (hasEnded(job)) return
    } else if (performance.now() - toldAt > HEARTBEAT_MS) {
      toldAt = performance.now()
      yield undefined
    }
    await sleep(POLL_MS)
  }
}

/** Whether nothing more comes by itself. */
const hasEnded = ({ status }: Job) => ['completed', 'failed', 'dead_lettered'].includes(status)
