/**
 * The message of a search is received twice: between any two calls that the first attempt waits for, the second one plans
 * the trials, or brings the whole search to its end. It ends once, with all of its trials.
 *
 * @module-tag long
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findResult } from '../../shared/job-store/commit.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { recoverSearches } from '../../shared/job-store/recover-searches.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { searchBucket } from '../support/search-bucket.ts'

let of: Awaited<ReturnType<typeof searchBucket>>
beforeAll(async () => {
  of = await searchBucket()
})
afterAll(() => of.close())

/** The bucket, where `meanwhile` runs to its end before call number `at` begins. */
function pausedAt(at: number, meanwhile: () => Promise<void>) {
  const { bucket } = of
  let calls = 0
  async function call<T>(work: () => Promise<T>): Promise<T> {
    if (++calls === at) await meanwhile()
    return work()
  }
  async function* all<T>(items: () => AsyncIterable<T>): AsyncGenerator<T> {
    yield* await call(() => Array.fromAsync(items()))
  }
  const paused: Bucket = {
    ...bucket,
    get: (...given) => call(() => bucket.get(...given)),
    getJson: (...given) => call(() => bucket.getJson(...given)),
    exists: (...given) => call(() => bucket.exists(...given)),
    put: (...given) => call(() => bucket.put(...given)),
    putIfAbsent: (...given) => call(() => bucket.putIfAbsent(...given)),
    checkedStream: (...given) => call(() => bucket.checkedStream(...given)),
    list: (...given) => all(() => bucket.list(...given)),
  }
  return { bucket: paused, calls: () => calls }
}

const grid = () => of.job(4)
const halving = () => of.job(6, { method: 'halving' })
const auto = () => of.auto({ max_parallel: 2 })
const tried = (trial_count: number) => ({ search: { trial_count, failed_count: 0 } })
const chosen = { leaderboard: { chosen: { algorithm: 'logistic_regression', parameters: {} } } }

test.each([
  ['plans the trials', 'grid', grid, tried(4)],
  ['ends the search', 'grid', grid, tried(4)],
  ['ends the search', 'halving', halving, tried(8)],
  ['plans the trials', 'auto', auto, chosen],
  ['ends the search', 'auto', auto, chosen],
] as const)('a second attempt that %s meanwhile (%s)', async (what, _, make, found) => {
  for (let at = 1, isBeyond = false; !isBeyond; at++) {
    const job = make()
    const body = JSON.stringify(job)
    const queue: string[] = []
    const send = async (bodies: readonly string[]) => void queue.push(...bodies)
    const deliver = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        await trainJob(next, jobContext(of, { send }))
    }
    const first = pausedAt(at, async () => {
      await trainJob(body, jobContext(of, { send, attempt: 2 }))
      if (what === 'ends the search') await deliver()
    })
    await trainJob(body, jobContext({ ...of, bucket: first.bucket }, { send }))
    await deliver()
    expect([at, await findResult(of.bucket, job.job_id)]).toMatchObject([
      at,
      { status: 'completed', ...found },
    ])
    expect([at, of.counted(job.job_id)]).toEqual([at, 1])
    expect(await recoverSearches(of.bucket, send, Date.now())).toEqual([])
    expect(await of.keysOf(job.job_id)).toEqual([jobKeys.record(job.job_id), jobKeys.result(job.job_id)])
    isBeyond = at > first.calls()
  }
})
