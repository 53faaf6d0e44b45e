/**
 * The trials of a search on a whole stack: live, listed and cancelled.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { runCliHere } from '../support/cli.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ concurrency: 2 })
  const rows = Array.from({ length: 200 }, (_, i) => `${i % 13},${(i * 7) % 11},${i % 2 ? 'odd' : 'even'}`)
  await worker.bucket.put('datasets/rows.csv', `a,b,y\n${rows.join('\n')}\n`)
})
afterAll(() => worker.close())

const run = (...args: string[]) => runCliHere(args, worker.stack.environment)
const job = (algorithm: string, search?: Record<string, unknown>) => ({
  job_id: randomUUID(),
  algorithm,
  dataset_path: `s3://${worker.bucket.name}/datasets/rows.csv`,
  ...(search && { search }),
})

test('trials are listed while they run; a cancel ends them all, and the result is counted once', async () => {
  const search = { parameters: { epochs: [2, 400_000, 500_000, 600_000] }, cv: 2, max_parallel: 2 }
  const sent = job('dnn', search)
  await worker.send(JSON.stringify(sent))
  const states = async () => {
    const { code, out } = await run('trials', sent.job_id, '--json')
    const trials: { state: string; scores?: number[] }[] = code === 0 ? JSON.parse(out) : []
    return trials
  }
  const runs = async () =>
    (await states()).map(({ state }) => state).join() === 'done,running,running,waiting'
  await until(runs, 'The first trial')
  expect((await states())[0].scores).toHaveLength(2)
  expect((await run('jobs', sent.job_id)).out).toMatch(/"status": "paused"/)
  expect((await run('trials', sent.job_id)).out).toMatch(/1 +running \d+ % +epochs=400000\n/)

  const { code, out } = await run('cancel', sent.job_id, '--json')
  expect([code, JSON.parse(out)]).toMatchObject([0, { status: 'failed', error_code: 'cancelled' }])
  await until(async () => {
    const left = await Array.fromAsync(worker.bucket.list(jobKeys.prefix(sent.job_id)), ({ key }) => key)
    return left.length === 2
  }, 'The end of all trials')
  const told = worker.logs.filter(
    (line) => line.includes(sent.job_id) && line.includes('worker_tasks_failed_total'),
  )
  expect(told).toHaveLength(1)
  expect(await run('trials', sent.job_id)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/failed, and its trials are gone: cancelled/),
  })
})

test('train shows the trials, and they are listed when the job has completed', async () => {
  const path = `s3://${worker.bucket.name}/datasets/rows.csv`
  const options = ['--search-options', '{"max_parallel": 3}', '--json']
  const trained = await run('train', path, '-a', 'decision_tree', '--search', 'max_depth=1,0,2', ...options)
  const { job_id } = JSON.parse(trained.out)
  const lines = (await run('trials', job_id, '--sort')).out.split('\n')
  expect(lines[0]).toMatch(/^trial +state +score +± +hyperparameters$/)
  expect(lines[1]).toMatch(/^\d +done +0\.\d+ +[\d.]+ +max_depth=\d$/)
  expect(lines[3]).toMatch(/^1 +failed +max_depth=0 +hyperparameters\.max_depth is 0/)
})

test('the candidates of auto run side by side, and are listed', async () => {
  const path = `s3://${worker.bucket.name}/datasets/rows.csv`
  const options = ['--budget', '0.001', '--parallel', '2', '--json']
  const { job_id } = JSON.parse((await run('train', path, '-a', 'auto', ...options)).out)
  const lines = (await run('trials', job_id)).out.split('\n')
  expect(lines[1]).toMatch(/^0 +done +0\.\d+ +[\d.]+ +\w+$/)
  expect(lines).toContainEqual(expect.stringMatching(/^\d+ +skipped +dnn {2}The time budget of 0\.001 s/))
})

test('where there are none, it says why', async () => {
  expect(await run('trials', 'nowhere')).toMatchObject({
    code: 1,
    err: 'tensorfleet: There is no job nowhere (or it has not been started yet).\n',
  })
  const plain = job('decision_tree')
  await worker.send(JSON.stringify(plain))
  await worker.resultOf(plain.job_id)
  expect((await run('trials', plain.job_id)).err).toBe(`tensorfleet: Job ${plain.job_id} has no search.\n`)
  expect((await run('trials', '../x')).code).toBe(2)
  expect((await run('trials', '--help')).out).toContain('$ tensorfleet trials churn-12 --sort')
})
