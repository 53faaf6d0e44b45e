/**
 * A search side by side, and a job with the algorithm "auto", end once, although a process is killed at any call that it waits
 * for, or they are cancelled.
 *
 * @module-tag long
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { findResult } from '../../shared/job-store/commit.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { readTrialMessage } from '../../shared/jobs/trial-message.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { searchBucket } from '../support/search-bucket.ts'
import { untimed } from '../support/untimed.ts'

let of: Awaited<ReturnType<typeof searchBucket>>
let bucket: Bucket
beforeAll(async () => {
  of = await searchBucket()
  bucket = of.bucket
})
afterAll(() => of.close())

const killed = new Error('killed')
type Kill = { readonly at: number; readonly when: 'before' | 'after' }

/** Calls that a process waits for: at one of them it is killed, before the server hears of it or after, and makes no other. */
function mortalProcess(kill: Kill | undefined) {
  let calls = 0
  async function call<T>(work: () => Promise<T>): Promise<T> {
    calls++
    const isLast = calls === kill?.at
    if (kill !== undefined && (calls > kill.at || (isLast && kill.when === 'before'))) throw killed
    const done = await work()
    if (isLast) throw killed
    return done
  }
  async function* all<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    yield* await call(() => Array.fromAsync(items))
  }
  const mortal: Bucket = {
    ...bucket,
    get: (...given) => call(() => bucket.get(...given)),
    getJson: (...given) => call(() => bucket.getJson(...given)),
    exists: (...given) => call(() => bucket.exists(...given)),
    put: (...given) => call(() => bucket.put(...given)),
    putPieces: (...given) => call(() => bucket.putPieces(...given)),
    putIfAbsent: (...given) => call(() => bucket.putIfAbsent(...given)),
    delete: (...given) => call(() => bucket.delete(...given)),
    list: (...given) => all(bucket.list(...given)),
  }
  return { bucket: mortal, call, calls: () => calls }
}

/** By the message, its place among all, and among those of the job itself. */
type Who = (body: string, nth: number, nthOfJob: number) => boolean

/**
 * Hands the messages of a search to attempts until none is left.
 *
 * @param who is killed, at its first attempt.
 * @param isCancelled before which message somebody cancels the job.
 * @returns whether the kill came about.
 */
async function drain(
  job: { readonly job_id: string },
  who: Who,
  kill?: Kill,
  isCancelled: Who = () => false,
): Promise<boolean> {
  const queue = [{ body: JSON.stringify(job), attempt: 1 }]
  let nth = 0
  let nthOfJob = 0
  let wasKilled = false
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { body, attempt } = next
    if (isCancelled(body, nth, nthOfJob)) await cancelJob(bucket, job.job_id, { canRun: false })
    const isVictim = !wasKilled && who(body, nth, nthOfJob)
    nth++
    if (!isTrial(body)) nthOfJob++
    const running = mortalProcess(isVictim ? kill : undefined)
    const send = (bodies: readonly string[]) =>
      running.call(async () => void queue.push(...bodies.map((body) => ({ body, attempt: 1 }))))
    try {
      await trainJob(body, jobContext({ store: of.store, bucket: running.bucket }, { attempt, send }))
    } catch (error) {
      if (error !== killed) throw error
      queue.push({ body, attempt: attempt + 1 })
    }
    if (isVictim && kill !== undefined && running.calls() >= kill.at) wasKilled = true
  }
  return wasKilled
}

const isTrial = (body: string) => readTrialMessage(body) !== undefined
const isOfTrial =
  (trial: number): Who =>
  (body) =>
    readTrialMessage(body)?.trial === trial
const isOfJob =
  (nth: number): Who =>
  (body, _, nthOfJob) =>
    !isTrial(body) && nthOfJob === nth
const grid = () => of.job(3)
/** Three trials, and the best of them. */
const halving = () => of.job(3, { method: 'halving' })
/** Ten trials at random, and two that follow from them. */
const tpe = () => of.job(3, { method: 'tpe', n_trials: 12 })
const auto = () => of.auto()
/** Nine algorithms, and two variants of the one that has a score. */
const autoSideBySide = () => of.auto({ max_parallel: 2 })
const victims: [string, () => { readonly job_id: string }, Who][] = [
  ['the job that plans', grid, isOfJob(0)],
  ['a trial that another follows', grid, isOfTrial(0)],
  ['the last trial', grid, isOfTrial(2)],
  ['the job that closes', grid, isOfJob(1)],
  ['the job that plans successive halving', halving, isOfJob(0)],
  ['the last trial of a round of halving', halving, isOfTrial(2)],
  ['the job that plans the next round of halving', halving, isOfJob(1)],
  ['the last trial of halving', halving, isOfTrial(3)],
  ['the job that closes halving', halving, isOfJob(2)],
  ['the last trial at random of tpe', tpe, isOfTrial(9)],
  ['the job that plans what tpe asks for', tpe, isOfJob(1)],
  ['the last trial of tpe', tpe, isOfTrial(11)],
  ['the job that closes tpe', tpe, isOfJob(2)],
  ['a job with the algorithm auto', auto, isOfJob(0)],
  ['the job that plans the candidates of auto', autoSideBySide, isOfJob(0)],
  ['the last of the algorithms of auto', autoSideBySide, isOfTrial(8)],
  ['the job that plans the variants of auto', autoSideBySide, isOfJob(1)],
  ['the last candidate of auto', autoSideBySide, isOfTrial(10)],
  ['the job that closes auto', autoSideBySide, isOfJob(2)],
]
const whens = ['before', 'after'] as const

test.each(victims.flatMap(([name, make, who]) => whens.map((when) => [when, name, make, who] as const)))(
  'killed %s any call of %s',
  async (when, _, make, who) => {
    const calm = make()
    await drain(calm, () => false)
    const modelOf = async (id: string) => bucket.get(modelKey(modelId(id), 'model.json'))
    for (let at = 1; ; at++) {
      const job = make()
      const wasKilled = await drain(job, who, { at, when })
      const result = await findResult(bucket, job.job_id)
      const expected = await findResult(bucket, calm.job_id)
      if (result?.status !== 'completed' || expected?.status !== 'completed')
        throw new Error(`Killed at call ${at}: ${JSON.stringify(result)}`)
      expect(untimed(result.search), `killed at call ${at}`).toBe(untimed(expected.search))
      expect(result.leaderboard?.chosen).toEqual(expected.leaderboard?.chosen)
      expect(await modelOf(job.job_id)).toEqual(await modelOf(calm.job_id))
      expect(await of.keysOf(job.job_id), `killed at call ${at}`).toEqual([
        jobKeys.record(job.job_id),
        jobKeys.result(job.job_id),
      ])
      expect(of.counted(job.job_id)).toBeLessThanOrEqual(1)
      if (!wasKilled) {
        expect(at).toBeGreaterThan(5)
        break
      }
    }
  },
  300_000,
)

test.each([
  ['grid', grid, 4],
  ['halving', halving, 6],
  ['tpe', tpe, 14],
  ['auto', autoSideBySide, 13],
])(
  'cancelled before any of its messages, it ends as cancelled, counted once, and leaves nothing: %s',
  async (_, make, last) => {
    for (let before = 1; before <= last; before++) {
      const job = make()
      await drain(
        job,
        () => false,
        undefined,
        (_, nth) => nth === before,
      )
      expect(await findResult(bucket, job.job_id)).toMatchObject({
        status: 'failed',
        error_code: 'cancelled',
      })
      expect(await of.keysOf(job.job_id)).toEqual([jobKeys.record(job.job_id), jobKeys.result(job.job_id)])
      expect(of.counted(job.job_id)).toBe(1)
    }
  },
)

test('cancelled with trials that are received at the same time, it is counted once', async () => {
  const job = of.job(4, { max_parallel: 4 })
  const sent: string[] = []
  const send = async (bodies: readonly string[]) => void sent.push(...bodies)
  await trainJob(JSON.stringify(job), jobContext({ store: of.store, bucket }, { send }))
  await bucket.put(jobKeys.cancel(job.job_id), '')
  await Promise.all(
    sent.splice(0).map((body) => trainJob(body, jobContext({ store: of.store, bucket }, { send }))),
  )
  for (const body of sent) await trainJob(body, jobContext({ store: of.store, bucket }, { send }))
  expect(await findResult(bucket, job.job_id)).toMatchObject({ status: 'failed', error_code: 'cancelled' })
  expect(of.counted(job.job_id)).toBe(1)
  expect(await of.keysOf(job.job_id)).toEqual([jobKeys.record(job.job_id), jobKeys.result(job.job_id)])
})
