import type { Announce } from '../events/send-events.ts'
import { listResults } from '../job-store/list-jobs.ts'
import { storeReport } from '../models/store-report.ts'
import type { Log } from '../observability/logger.ts'
import { retrying, type TimeLeft } from '../runtime/retry.ts'
import { collectionsIn } from './collections.ts'
import { isRetryable } from './is-retryable.ts'
import { FINAL_STATUSES } from './job-progress.ts'
import { registerModel } from './register-model.ts'
import { type RegistrationError, registerRefused, registrationError } from './registration-error.ts'
import type { ModelStores } from './registry.ts'
import { openSweepState, type SweepState } from './sweep-state.ts'

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
  /** The jobs whose results cannot be registered, ever: later sweeps leave them alone. */
  failed: string[]
  /** Whether the sweep came to the end of the bucket; else the next sweep continues where this one stopped. */
  done: boolean
}

type SweepOptions = {
  readonly timeLeftMs: TimeLeft
  readonly log: Log
  readonly announce?: Announce
  /** Hears of each result that can never be registered as it is. */
  onRefused(jobId: string, error: RegistrationError): void
}

/**
 * Registers the committed results that the registry does not know: those whose notification was lost, or whose
 * registration failed until its retries were used up. Reads the bucket in the order of its keys and saves its position in
 * the registry (collection `sweeps`), so that a bucket of any size is swept in as many calls as it takes. A result whose
 * registration got a sweep killed is left to the end of the sweeps after it, so that it does not hold up the others.
 *
 * @throws when the registry or the bucket cannot be reached.
 */
export async function sweepResults(stores: ModelStores, options: SweepOptions): Promise<Sweep> {
  const { timeLeftMs, log } = options
  const sweep: Sweep = { checked: 0, registered: 0, failed: [], done: false }
  const state = await openSweepState(stores)
  const { killedAt } = state
  if (killedAt.length > 0) {
    log.warn('A sweep was killed while it registered these results: they come last.', { job_ids: killedAt })
  }
  const isShort = () => timeLeftMs() < RESERVE_MS
  const register = (ids: string[]) =>
    state.trying(ids, () => Promise.all(ids.map((id) => registerResult(stores, sweep, id, options))))

  /** Returns false when the time was too short for all of them. */
  async function compare(ids: readonly string[]): Promise<boolean> {
    const missing = await missingOf(stores, ids, state)
    for (let from = 0; from < missing.length; from += CONCURRENCY) {
      if (isShort()) return false
      await register(missing.slice(from, from + CONCURRENCY))
    }
    sweep.checked += ids.length
    return true
  }

  async function registerPostponed(): Promise<boolean> {
    for (const id of state.postponed()) {
      if (isShort()) return false
      log.info('registering a result at which a sweep was killed', { job_id: id })
      await register([id])
      await state.resume(id)
    }
    return true
  }

  let ids: string[] = []
  for await (const { jobId, key } of listResults(stores.bucket, state.after())) {
    ids.push(jobId)
    if (ids.length < BATCH) continue
    if (!(await compare(ids))) return sweep
    await state.passed(key)
    ids = []
    if (isShort()) return sweep
  }
  if (!(await compare(ids))) return sweep
  await state.passed(undefined)
  if (!(await registerPostponed())) return sweep
  await state.close()
  return { ...sweep, done: true }
}

async function missingOf(
  { registry }: ModelStores,
  ids: readonly string[],
  state: SweepState,
): Promise<string[]> {
  const { jobs } = collectionsIn(registry.db)
  const found = await jobs
    .find({ _id: { $in: [...ids] }, status: { $in: [...FINAL_STATUSES] } }, { projection: { _id: 1 } })
    .toArray()
  const others = new Set([...found.map(({ _id }) => _id), ...state.postponed()])
  return ids.filter((id) => !others.has(id))
}

async function registerResult(
  stores: ModelStores,
  sweep: Sweep,
  jobId: string,
  { timeLeftMs, announce, onRefused }: SweepOptions,
): Promise<void> {
  try {
    const result = await retrying(() => registerModel(stores, jobId, announce), {
      isRetryable,
      timeLeftMs,
    })
    if (result?.status === 'completed') await storeReport(stores.bucket, result.model_id)
    sweep.registered++
  } catch (error) {
    const permanent = registrationError(error)
    if (permanent === undefined) throw error
    await registerRefused(stores, jobId, permanent, announce)
    onRefused(jobId, permanent)
    sweep.failed.push(jobId)
  }
}
