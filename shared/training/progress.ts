import type { FitContext, Progress } from '../algorithms/algorithm.ts'
import { JobError } from '../errors/job-error.ts'
import { isCancelRequested } from '../job-store/cancel.ts'
import { writeLiveTrials } from '../job-store/live-trials.ts'
import { writeStatus } from '../job-store/status.ts'
import type { JobStatus, LiveTrials } from '../jobs/records.ts'
import { CANCELLED } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { type CallLimits, CHECKPOINT_EVERY_MS, OutOfTime } from './time-limits.ts'

const STATUS_EVERY_MS = 2000
const YIELD_EVERY_MS = 50

export type JobProgress = {
  /** Says which phase the job is in. */
  enter(phase: Exclude<JobStatus['phase'], 'paused' | 'handed_over'>): void
  /**
   * The `step` of a fit: reports progress, yields to the event loop, and returns 'pause' when time is short or the last
   * checkpoint is old. Throws JobError when the job was cancelled.
   */
  readonly step: FitContext['step']
  /** Says what the job has tried so far; told with the next status. */
  tried(trials: () => LiveTrials): void
  /** Says that the checkpoint was saved. */
  saved(): void
  /** Waits for what is under way, and says that the job is paused if it is; nothing is written afterwards. */
  stop(end?: { isPaused: boolean }): Promise<void>
}

/**
 * Keeps the job's status up to date, at most every two seconds and the first time only after two, so that a short job
 * writes none; at the same pace looks whether somebody asked for the job to be cancelled. A status that could not be
 * written is reported to `onError` and nothing more: a job does not fail for it.
 *
 * @param announce tells others of a status, too; never waited for while the job runs.
 * @param isCancelledNow looks whether the job is to end; by default for its own marker.
 * @param limits when a fit is asked to pause, and when one that goes on all the same is ended with OutOfTime.
 */
export function jobProgress(
  bucket: Bucket,
  jobId: string,
  limits: Pick<CallLimits, 'pauseAfter' | 'stopAfter'>,
  onError: (error: unknown) => void,
  announce: (status: JobStatus) => Promise<void> = async () => {},
  isCancelledNow: () => Promise<boolean> = () => isCancelRequested(bucket, jobId),
): JobProgress {
  let phase: JobStatus['phase'] = 'download'
  let latest: Progress = { fraction: 0 }
  let lastStatus = performance.now()
  let lastYield = performance.now()
  let exchanging: Promise<void> | undefined
  let announcing: Promise<void> | undefined
  let untold: (() => LiveTrials) | undefined
  let isCancelled = false
  let isAskedToPause = false
  let nextSave = performance.now() + CHECKPOINT_EVERY_MS

  async function exchange(): Promise<void> {
    const status = statusOf(jobId, phase, latest)
    await writeStatus(bucket, status)
    const tried = untold
    untold = undefined
    if (tried !== undefined) await writeLiveTrials(bucket, jobId, tried())
    announcing ??= announce(status)
      .catch(onError)
      .finally(() => {
        announcing = undefined
      })
    isCancelled = await isCancelledNow()
  }

  function report(now: number): void {
    if (exchanging !== undefined || now - lastStatus < STATUS_EVERY_MS) return
    lastStatus = now
    exchanging = exchange()
      .catch(onError)
      .finally(() => {
        exchanging = undefined
      })
  }

  return {
    enter(next) {
      phase = next
      latest = { fraction: 0 }
      report(performance.now())
    },
    async step(progress) {
      latest = progress
      const now = performance.now()
      report(now)
      if (now - lastYield > YIELD_EVERY_MS) {
        await new Promise((resolve) => setImmediate(resolve))
        lastYield = performance.now()
      }
      if (isCancelled) throw new JobError('cancelled', CANCELLED)
      if (isAskedToPause && now > limits.stopAfter) throw new OutOfTime('The fit did not pause in time.')
      isAskedToPause = now > limits.pauseAfter
      return isAskedToPause || now > nextSave ? 'pause' : 'continue'
    },
    tried(trials) {
      untold = trials
    },
    saved() {
      nextSave = performance.now() + CHECKPOINT_EVERY_MS
    },
    async stop({ isPaused } = { isPaused: false }) {
      await exchanging
      if (isPaused) {
        phase = 'paused'
        await exchange().catch(onError)
      }
      await announcing
    },
  }
}

const statusOf = (job_id: string, phase: JobStatus['phase'], { fraction, detail }: Progress): JobStatus => ({
  job_id,
  phase,
  percent: Math.round(fraction * 1000) / 10,
  detail,
  updated_at: new Date().toISOString(),
})
