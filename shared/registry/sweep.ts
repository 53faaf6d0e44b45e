import { listResults } from '../job-store/list-jobs.ts'
import { storeReport } from '../models/store-report.ts'
import type { Log } from '../observability/logger.ts'
import { retrying, type TimeLeft } from '../runtime/retry.ts'
import { isRetryable } from './is-retryable.ts'
import { registerModel } from './register-model.ts'
import type { ModelStores } from './registry.ts'

/** Results compared with the registry in one query. */
const BATCH = 500
/** Results registered at one time. */
const CONCURRENCY = 4
/** The sweep stops when less time is left. */
const RESERVE_MS = 10_000

export type Sweep = {
  /** Results compared with the registry. */
  checked: number
  registered: number
  /** The jobs whose results cannot be registered, whatever the registry's state: their files are missing or damaged. */
  failed: string[]
  /** Whether the sweep came to the end of the bucket; else the next goes on where this one stopped. */
  done: boolean
}

/**
 * Registers the committed results that the registry does not know: those whose notification was lost, or whose
 * registration failed until nobody tried it again. Goes through the bucket in the order of its keys and notes how far it
 * came in the registry (collection `sweeps`), so that a bucket of any size is gone through in as many calls as it takes.
 *
 * @throws when the registry or the bucket is away.
 */
export async function sweepResults(
  stores: ModelStores,
  { timeLeftMs, log }: { timeLeftMs: TimeLeft; log: Log },
): Promise<Sweep> {
  const { bucket, registry } = stores
  const jobs = registry.db.collection<{ _id: string }>('jobs')
  const positions = registry.db.collection<{ _id: string; after: string }>('sweeps')
  const sweep: Sweep = { checked: 0, registered: 0, failed: [], done: false }
  let after = (await positions.findOne({ _id: bucket.name }))?.after
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

  /** Returns whether all of them are dealt with. */
  async function compare(ids: readonly string[]): Promise<boolean> {
    const found = await jobs.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } }).toArray()
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
    if (after !== undefined) await positions.replaceOne({ _id: bucket.name }, { after }, { upsert: true })
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
  await positions.deleteOne({ _id: bucket.name })
  return { ...sweep, done: true }
}
