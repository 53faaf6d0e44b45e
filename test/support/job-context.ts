import type { Log } from '../../shared/observability/logger.ts'
import type { JobContext } from '../../shared/training/job-context.ts'

/** A log that keeps nothing. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, appendKeys: () => undefined }

/** The environment of a job: its stores, and for the rest one thread and a minute. */
export function jobContext(
  stores: Pick<JobContext, 'store' | 'bucket'>,
  changes: Partial<JobContext> = {},
): JobContext {
  return {
    store: stores.store,
    bucket: stores.bucket,
    threads: 1,
    memoryBytes: 4 * 2 ** 30,
    maxTrainingSeconds: 3600,
    attempt: 1,
    remainingMs: () => 60_000,
    send: async () => undefined,
    messageGroup: 'test',
    log: silentLog,
    ...changes,
  }
}
