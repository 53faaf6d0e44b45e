import { listResults } from '../job-store/list-jobs.ts'
import { storeReport } from '../models/store-report.ts'
import type { Log } from '../observability/logger.ts'
import { retrying, type TimeLeft } from '../runtime/retry.ts'
import { collectionsIn } from './collections.ts'
import { isRetryable } from './is-retryable.ts'
import { FINAL_STATUSES } from './job-progress.ts'
import { registerModel } from './register-model.ts'
import type { ModelStores } from './registry.ts'

/** Results compared with the registry in one query. */
const BATCH = 500
/** Maximum number of results registered at the same time. */
const CONCURRENCY = 4
/** The sweep stops when less time is left. */
const RESERVE_MS = 10_000

export type Sweep = {
  /** Results compared with the registry. */
  checked: number
  registered: number
  /** The jobs whose results cannot be registered, whatever the registry's state: their files are missing or damaged. */
  failed: string[]
  /** Whether the sweep came to the end of the bucket; else the next sweep continues where this one stopped. */
  done: boolean
}

/**
 * Registers the committed results that the registry does not know: those whose notification was lost, or whose
 * registration failed until its retries were used up. Reads the bucket in the order of its keys and saves its position in
 * the registry (collection `sweeps`), so that a bucket of any size is swept in as many calls as it takes.
 *
 * @throws when the registry or the bucket cannot be reached.
 */
export async function sweepResults(
  stores: ModelStores,
  { timeLeftMs, log }: { timeLeftMs: TimeLeft; log: Log },
): Promise<Sweep> {
  const { bucket, registry } = stores
  const { jobs, sweeps } = collectionsIn(registry.db)
  const sweep: Sweep = { checked: 0, registered: 0, failed: [], done: false }
  let after = (await sweeps.findOne({ _id: bucket.name }))?.after
  const isShort = () => timeLeftMs() < RESERVE_MS

  async function register(jobId: string): Promise<void> {
    try {
      const result = await retrying(() => registerModel(stores, jobId), {
        isRetryable,
        timeLeftMs,
      })
      if (result?.status === 'completed') await storeReport(bucket, result.model_id)
      sweep.registered++
    } catch (error) {
      if (isRetryable(error)) throw error
      log.warn('The result cannot be registered.', { job_id: jobId, error })
      sweep.failed.push(jobId)
    }
  }

  /** Returns false when the time was too short for all of them. */
  async function compare(ids: readonly string[]): Promise<boolean> {
    const found = await jobs
      .find({ _id: { $in: [...ids] }, status: { $in: [...FINAL_STATUSES] } }, { projection: { _id: 1 } })
      .toArray()
    const known = new Set(found.map(({ _id }) => _id))
    const missing = ids.filter((id) => !known.has(id))
    for (let from = 0; from < missing.length; from += CONCURRENCY) {
      if (isShort()) return false
      await Promise.all(missing.slice(from, from + CONCURRENCY).map(register))
    }
    sweep.checked += ids.length
    return true
  }

  async function stopHere(): Promise<Sweep> {
    if (after !== undefined) await sweeps.replaceOne({ _id: bucket.name }, { after }, { upsert: true })
    return sweep
  }

  let ids: string[] = []
  for await (const { jobId, key } of listResults(bucket, after)) {
    ids.push(jobId)
    if (ids.length < BATCH) continue
    if (!(await compare(ids))) return stopHere()
    after = key
    ids = []
    if (isShort()) return stopHere()
  }
  if (!(await compare(ids))) return stopHere()
  await sweeps.deleteOne({ _id: bucket.name })
  return { ...sweep, done: true }
}
