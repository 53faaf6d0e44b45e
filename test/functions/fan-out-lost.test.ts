/** Searches side by side whose messages are lost, or given up: they end all the same. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findResult } from '../../shared/job-store/commit.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { giveUpTrial, recoverSearches } from '../../shared/job-store/recover-searches.ts'
import { trialBody, trialId } from '../../shared/jobs/trial-message.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { searchBucket } from '../support/search-bucket.ts'
import { untimed } from '../support/untimed.ts'

let of: Awaited<ReturnType<typeof searchBucket>>
beforeAll(async () => {
  of = await searchBucket()
})
afterAll(() => of.close())

/** Hands over messages until none is left. Those that `isLost` are dropped. */
async function deliver(bodies: readonly string[], isLost: (body: string) => boolean = () => false) {
  const queue = [...bodies]
  const send = async (sent: readonly string[]) => void queue.push(...sent)
  for (let body = queue.shift(); body !== undefined; body = queue.shift())
    if (!isLost(body)) await trainJob(body, jobContext(of, { send }))
}

const minutes = (count: number) => Date.now() + count * 60_000

test('a closing message that is lost is sent again by the sweep, later each time', async () => {
  const job = of.job(4)
  const body = JSON.stringify(job)
  let received = 0
  await deliver([body], (given) => given === body && ++received === 2)
  expect(await findResult(of.bucket, job.job_id)).toBeUndefined()
  const sent: [readonly string[], string][] = []
  const sweep = (now: number) =>
    recoverSearches(of.bucket, async (bodies, group) => void sent.push([bodies, group]), now)
  expect(await sweep(minutes(14))).toEqual([])
  expect(await sweep(minutes(16))).toEqual([job.job_id])
  expect(sent).toEqual([[[body], 'test']])
  expect(await sweep(minutes(29))).toEqual([])
  expect(await sweep(minutes(31))).toEqual([job.job_id])
  await deliver(sent.flatMap(([bodies]) => bodies))
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({ search: { trial_count: 4 } })
  expect(of.counted(job.job_id)).toBe(1)
  expect(await of.keysOf(job.job_id)).toEqual([jobKeys.record(job.job_id), jobKeys.result(job.job_id)])
})

test('trials that are lost are sent again by the sweep', async () => {
  const job = of.job(4)
  await deliver([JSON.stringify(job)], (given) => given === trialBody(job.job_id, 1))
  const sent: string[] = []
  const send = async (bodies: readonly string[]) => void sent.push(...bodies)
  expect(await recoverSearches(of.bucket, send, minutes(16))).toEqual([job.job_id])
  expect(sent).toEqual([trialBody(job.job_id, 1)])
  await deliver(sent)
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({
    search: { trial_count: 4, failed_count: 0 },
  })
})

test('a trial that is given up counts as failed, and the search goes on', async () => {
  const job = of.job(4)
  await deliver([JSON.stringify(job)], (given) => given === trialBody(job.job_id, 1))
  const sent: string[] = []
  const trial = { trial_of: job.job_id, trial: 1 }
  for (const _ of ['once', 'again'])
    await giveUpTrial(of.bucket, trial, async (bodies) => void sent.push(...bodies))
  expect(sent).toEqual([trialBody(job.job_id, 3)])
  await deliver(sent)
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({
    search: { trial_count: 4, failed_count: 1 },
    warnings: expect.arrayContaining([
      expect.stringMatching(
        /^1 of the search's 4 trials failed, the first one so: Every attempt at the trial/,
      ),
    ]),
  })
})

test('no trial begins after the time budget, and the first one does whatever it is', async () => {
  const job = of.job(4, { time_budget_seconds: 0.001 })
  await deliver([JSON.stringify(job)])
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({
    search: { trial_count: 1, stopped_by: 'time_budget_seconds' },
  })
})

test('a trial of no search, and one that comes too late, do nothing', async () => {
  await deliver([trialBody('no-such-job', 3)])
  expect(await of.keysOf('no-such-job')).toEqual([])
  const job = of.job(4)
  await deliver([JSON.stringify(job), trialBody(job.job_id, 2)])
  const before = await findResult(of.bucket, job.job_id)
  await deliver([trialBody(job.job_id, 2), trialBody(job.job_id, 900), JSON.stringify(job)])
  expect(await findResult(of.bucket, job.job_id)).toEqual(before)
  expect(await of.keysOf(job.job_id)).toEqual([jobKeys.record(job.job_id), jobKeys.result(job.job_id)])
  expect(of.counted(job.job_id)).toBe(1)
})

test('a process without a queue does the search by itself, or goes on from the trials when all have ended', async () => {
  const alone = of.job(4)
  const { messageGroup: _, ...noQueue } = jobContext(of)
  await trainJob(JSON.stringify(alone), noQueue)
  const closed = of.job(4)
  let received = 0
  await deliver([JSON.stringify(closed)], (body) => body === JSON.stringify(closed) && ++received === 2)
  const outcome = jobKeys.trial(trialId({ trial_of: closed.job_id, trial: 0 }))
  await of.bucket.put(outcome, JSON.stringify({ scores: [1, 1], ended_at: '' }))
  await trainJob(JSON.stringify(closed), noQueue)
  const [byItself, fromTrials] = await Promise.all(
    [alone, closed].map(({ job_id }) => findResult(of.bucket, job_id)),
  )
  expect(byItself).toMatchObject({ search: { trial_count: 4 } })
  expect(fromTrials).toMatchObject({ search: { trial_count: 4, best_score: 1 } })
})

test.each([
  ['halving', { method: 'halving', max_parallel: 3 }],
  ['tpe, in rounds of four', { method: 'tpe', n_trials: 21, max_parallel: 4 }],
])('the outcome of %s is that of a process which does all by itself', async (_, search) => {
  const [alone, sideBySide] = [of.job(6, search), of.job(6, search)]
  const { messageGroup: _group, ...noQueue } = jobContext(of)
  await trainJob(JSON.stringify(alone), noQueue)
  await deliver([JSON.stringify(sideBySide)])
  const [byItself, together] = await Promise.all(
    [alone, sideBySide].map(({ job_id }) => findResult(of.bucket, job_id)),
  )
  if (byItself?.status !== 'completed' || together?.status !== 'completed') throw new Error('A job failed.')
  expect(untimed(together.search)).toBe(untimed(byItself.search))
  expect(await of.keysOf(sideBySide.job_id)).toHaveLength(2)
})

test('the message that closes a round is sent again by the sweep where it is lost', async () => {
  const job = of.job(6, { method: 'halving' })
  const body = JSON.stringify(job)
  let received = 0
  await deliver([body], (given) => given === body && ++received === 2)
  const sent: string[] = []
  const send = async (bodies: readonly string[]) => void sent.push(...bodies)
  expect(await recoverSearches(of.bucket, send, minutes(16))).toEqual([job.job_id])
  expect(sent).toEqual([body])
  received = 1
  await deliver(sent, (given) => given === trialBody(job.job_id, 7))
  // Of the second round one trial is lost. It waits longer each time.
  sent.length = 0
  expect(await recoverSearches(of.bucket, send, minutes(31))).toEqual([job.job_id])
  expect(sent).toEqual([trialBody(job.job_id, 7)])
  await deliver(sent)
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({
    search: { trial_count: 8, failed_count: 0 },
  })
  expect(of.counted(job.job_id)).toBe(1)
})

test('no candidate of auto begins after the time budget, and the first one does whatever it is', async () => {
  const [alone, sideBySide] = [of.auto(), of.auto({ max_parallel: 3 })]
  await deliver([JSON.stringify(alone), JSON.stringify(sideBySide)])
  const [inOne, together] = await Promise.all(
    [alone, sideBySide].map(({ job_id }) => findResult(of.bucket, job_id)),
  )
  if (inOne?.status !== 'completed' || together?.status !== 'completed') throw new Error('A job failed.')
  expect(together.leaderboard?.candidates).toHaveLength(1)
  expect(untimed(together.leaderboard)).toBe(untimed(inOne.leaderboard))
  expect(await of.keysOf(sideBySide.job_id)).toHaveLength(2)
  expect(of.counted(sideBySide.job_id)).toBe(1)
})

test('a candidate of auto that is given up is told as failed, and where it is the first, the next ends in any case', async () => {
  const job = of.auto({ max_parallel: 2 })
  await deliver([JSON.stringify(job)], (given) => given === trialBody(job.job_id, 0))
  const sent: string[] = []
  await giveUpTrial(
    of.bucket,
    { trial_of: job.job_id, trial: 0 },
    async (bodies) => void sent.push(...bodies),
  )
  await deliver(sent)
  expect(await findResult(of.bucket, job.job_id)).toMatchObject({ status: 'completed' })
})
