/** A search of twelve trials side by side in a deployed stack: it is closed once, and cancelled in another run. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import type { DeployedStack } from './deployed-stack.ts'
import { poll, step } from './steps.ts'

const TRIALS = 12

const messageOf = (job_id: string, algorithm: string, parameters: object) =>
  JSON.stringify({
    job_id,
    algorithm,
    dataset_path: 'wine',
    search: { parameters, cv: 3, max_parallel: 4 },
  })

export async function checkSearches(deployed: DeployedStack): Promise<void> {
  const { bucket, db, send, resultOf, inRegistry } = deployed

  await step(`a search of ${TRIALS} trials is closed once`, 300, async (signal) => {
    const id = randomUUID()
    const max_depth = Array.from({ length: TRIALS }, (_, k) => k + 1)
    await send(messageOf(id, 'decision_tree', { max_depth }))
    const [trials, result] = await Promise.all([watchTrials(deployed, id, signal), resultOf(id, signal)])
    if (result.status === 'failed') throw new Error(result.error)
    assert.equal(result.search?.trial_count, TRIALS)
    assert.equal(result.search?.failed_count, 0)
    assert.ok(trials.size > 0, 'Trials committed outcomes of their own.')
    await inRegistry('jobs', { job_id: id, status: 'completed' }, signal)
    await inRegistry('models', { job_id: id }, signal)
    assert.equal(await db.collection('models').countDocuments({ job_id: id }), 1)
    await isCleanedUp(deployed, id, signal)
  })

  await step(`a search of ${TRIALS} trials is cancelled while they run`, 300, async (signal) => {
    const id = randomUUID()
    // Each of them takes minutes, unless it is cancelled.
    const epochs = Array.from({ length: TRIALS }, (_, k) => 400_000 + k)
    await send(messageOf(id, 'dnn', { epochs }))
    await poll(async () => ((await bucket.exists(jobKeys.plan(id))) ? true : undefined), signal)
    await cancelJob(bucket, id, { canRun: false })
    const result = await resultOf(id, signal)
    assert.equal(result.status === 'failed' ? result.error_code : result.status, 'cancelled')
    await inRegistry('jobs', { job_id: id, status: 'failed' }, signal)
    assert.equal(await db.collection('models').countDocuments({ job_id: id }), 0)
    await isCleanedUp(deployed, id, signal)
  })
}

/** The keys of the outcomes that were seen until the result was there. */
async function watchTrials({ bucket }: DeployedStack, id: string, signal: AbortSignal): Promise<Set<string>> {
  const seen = new Set<string>()
  await poll(async () => {
    for await (const { key } of bucket.list(jobKeys.trials(id)))
      if (key.endsWith('/outcome.json')) seen.add(key)
    return (await bucket.exists(jobKeys.result(id))) ? true : undefined
  }, signal)
  return seen
}

/** Job and result are what stays. */
async function isCleanedUp({ bucket }: DeployedStack, id: string, signal: AbortSignal): Promise<void> {
  await poll(async () => {
    const keys = await Array.fromAsync(bucket.list(jobKeys.prefix(id)), ({ key }) => key)
    return keys.every((key) => [jobKeys.record(id), jobKeys.result(id)].includes(key)) ? true : undefined
  }, signal)
}
