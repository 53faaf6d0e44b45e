import { setTimeout as sleep } from 'node:timers/promises'
import { findResult } from '../shared/job-store/commit.ts'
import { findFailure } from '../shared/job-store/failure.ts'
import { isHandedOver } from '../shared/job-store/hand-over.ts'
import { describeFailure, isDeadLettered } from '../shared/job-store/job-state.ts'
import { findStatus } from '../shared/job-store/status.ts'
import type { AttemptFailure, JobStatus } from '../shared/jobs/records.ts'
import type { JobResult } from '../shared/jobs/result.ts'
import type { Connection } from './connect.ts'
import { watchMessage } from './message-watch.ts'

/**
 * Waits until the job's result is there, with a progress line on a terminal's stderr, and a line for each attempt
 * that failed.
 *
 * @param earlier the failure that was recorded before the message was sent, of an earlier message with this job_id.
 * @throws if the job is dead-lettered or its message is gone: it will not end by itself.
 */
export async function waitForResult(
  connection: Connection,
  jobId: string,
  { earlier, json }: { earlier?: AttemptFailure; json: boolean },
  isGone = watchMessage(connection),
): Promise<JobResult> {
  const { bucket } = connection
  let told = failureKey(earlier)
  const started = performance.now()
  const line = progressLine()
  for (let pause = 20; ; pause = Math.min(1000, pause * 1.3)) {
    const result = await findResult(bucket, jobId)
    if (result !== undefined) {
      line.end()
      return result
    }
    const seconds = (performance.now() - started) / 1000
    if (seconds > 2) {
      const [status, failure] = await Promise.all([findStatus(bucket, jobId), findFailure(bucket, jobId)])
      if (failure !== undefined && failureKey(failure) !== told) {
        told = failureKey(failure)
        line.end()
        const text = describeFailure(failure)
        // A failed attempt may have left the record while another attempt committed a result.
        const ended = isDeadLettered(failure) ? await findResult(bucket, jobId) : undefined
        if (ended !== undefined) return ended
        if (isDeadLettered(failure)) throw new Error(text)
        process.stderr.write(`${json ? JSON.stringify({ ...failure, status: 'retrying' }) : text}\n`)
      }
      const isRetrying = failure !== undefined && failure.failed_at >= (status?.updated_at ?? '')
      if (!isRetrying || failureKey(earlier) === told) {
        line.show(status === undefined ? 'waiting for the worker' : describe(status), seconds)
      }
    }
    if ((await isGone()) && !(await isHandedOver(bucket, jobId))) {
      line.end()
      const ended = await findResult(bucket, jobId)
      if (ended !== undefined) return ended
      throw new Error(
        `The message of job ${jobId} is gone: the queue is empty, and the job has no result. Somebody has purged the queue, or the message was too old. Send the job again.`,
      )
    }
    await sleep(pause)
  }
}

const failureKey = (failure: AttemptFailure | undefined) =>
  failure === undefined ? '' : `${failure.failed_at} ${failure.dead_lettered_at}`

function describe({ phase, percent, detail }: Pick<JobStatus, 'phase' | 'percent' | 'detail'>): string {
  if (detail?.trials !== undefined)
    return `search, ${percent.toFixed(0)} %, ${detail.trials_ended} of ${detail.trials} trials`
  const details = Object.entries(detail ?? {}).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  )
  return [phase, percent > 0 ? `${percent.toFixed(0)} %` : '', ...details]
    .filter((part) => part !== '')
    .join(', ')
}

function progressLine() {
  const terminal = process.stderr.isTTY
  let shown = ''
  return {
    show(text: string, seconds: number): void {
      if (terminal) process.stderr.write(`\r\u001b[K${text} (${seconds.toFixed(0)} s)`)
      else if (text !== shown) process.stderr.write(`${text}\n`)
      shown = text
    },
    end(): void {
      if (terminal && shown !== '') process.stderr.write('\r\u001b[K')
    },
  }
}
