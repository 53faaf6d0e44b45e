import type { FitContext, Progress } from '../algorithms/algorithm.ts'
import { JobError } from '../errors/job-error.ts'
import type { JobStatus } from '../jobs/records.ts'
import { CANCELLED } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { jobKeys } from '../storage/keys.ts'

const STATUS_EVERY_MS = 2000
const TURN_EVERY_MS = 50

/** A fit was asked to pause, and did not before the time was up. What it has done since it began is lost. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

export type JobProgress = {
  /** Says which phase the job is in. */
  enter(phase: JobStatus['phase']): void
  /** The `step` of a fit: tells, breathes, and answers when to pause or that the job was cancelled. */
  readonly step: FitContext['step']
  /** Waits for what is under way; nothing is written afterwards. */
  stop(): Promise<void>
}

/**
 * Keeps `jobs/{job_id}/status.json` up to date, at most every two seconds and the first time only after two, so
 * that a short job writes none; at the same pace looks whether somebody asked for the job to be cancelled. A status that
 * could not be written is reported to `onError` and nothing more: a job does not fail for it.
 *
 * @param pauseAfter when, by `performance.now()`, a fit should hand over.
 * @param stopAfter when a fit that was asked to and goes on all the same is ended with OutOfTime.
 */
export function jobProgress(
  bucket: Bucket,
  jobId: string,
  { pauseAfter, stopAfter }: { pauseAfter: number; stopAfter: number },
  onError: (error: unknown) => void,
): JobProgress {
  let phase: JobStatus['phase'] = 'download'
  let latest: Progress = { fraction: 0 }
  let lastStatus = performance.now()
  let lastTurn = performance.now()
  let writing: Promise<void> | undefined
  let cancelled = false
  let asked = false

  async function exchange(): Promise<void> {
    const status: JobStatus = {
      job_id: jobId,
      phase,
      percent: Math.round(latest.fraction * 1000) / 10,
      detail: latest.detail,
      updated_at: new Date().toISOString(),
    }
    await bucket.put(jobKeys.status(jobId), JSON.stringify(status), 'application/json')
    cancelled = await bucket.exists(jobKeys.cancel(jobId))
  }

  function tell(now: number): void {
    if (writing !== undefined || now - lastStatus < STATUS_EVERY_MS) return
    lastStatus = now
    writing = exchange()
      .catch(onError)
      .finally(() => {
        writing = undefined
      })
  }

  return {
    enter(next) {
      phase = next
      latest = { fraction: 0 }
      tell(performance.now())
    },
    async step(progress) {
      latest = progress
      const now = performance.now()
      tell(now)
      if (now - lastTurn > TURN_EVERY_MS) {
        await new Promise((resolve) => setImmediate(resolve))
        lastTurn = performance.now()
      }
      if (cancelled) throw new JobError('cancelled', CANCELLED)
      if (asked && now > stopAfter) throw new OutOfTime('The fit did not pause in time.')
      asked = now > pauseAfter
      return asked ? 'pause' : 'continue'
    },
    async stop() {
      await writing
    },
  }
}
