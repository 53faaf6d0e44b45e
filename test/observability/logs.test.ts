/**
 * What the functions write while jobs go well, badly and wrong: who it is about is on every line, secrets and data on none.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFunction } from '../../local/lambda/function-host.ts'
import { objectCreated } from '../../local/lambda/s3-event.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

/** Every cell of the datasets and every secret carries one of these. */
const CELL = 'cellOfTheData'
const SECRET = 'kept5ecret'

const credentials = {
  AWS_ACCESS_KEY_ID: `AKIA${SECRET}`,
  AWS_SECRET_ACCESS_KEY: `secret/${SECRET}`,
  AWS_SESSION_TOKEN: `token${SECRET}`,
}
const before = Object.keys(credentials).map((name) => [name, process.env[name]] as const)

let worker: TestStack
beforeAll(async () => {
  Object.assign(process.env, credentials)
  worker = await testStack()
})
afterAll(async () => {
  await worker.close()
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

const csv = (rows: number, row: (i: number) => unknown[]) =>
  ['a,b,y', ...Array.from({ length: rows }, (_, i) => row(i).join(','))].join('\n')
const good = csv(60, (i) => [i, `${CELL}${i % 3}`, `${CELL}Class${i < 30 ? 'Low' : 'High'}`])

/** The lines of a function, parsed. A line that is no JSON object fails the test. */
function linesOf(name: string, logs = worker.logs): Record<string, unknown>[] {
  return logs
    .filter((line) => line.startsWith(`${name}: `))
    .map((line): Record<string, unknown> => JSON.parse(line.slice(name.length + 2)))
}

const signed =
  `https://bucket.s3.amazonaws.com/data.csv?X-Amz-Credential=AKIA${SECRET}%2F20261123&X-Amz-Date=20261123T000000Z` +
  `&X-Amz-Security-Token=${SECRET}&X-Amz-Signature=${SECRET}`

test('the lines of an end-to-end run say which job, call and step, and hold no secret and no data', async () => {
  const jobs: [string, Record<string, unknown>][] = [
    [good, {}],
    [good, { algorithm: 'dnn', hyperparameters: { epochs: 2 } }],
    [good, { algorithm: 'random_forest', hyperparameters: { class_weight: { [`${CELL}Other`]: 2 } } }],
    [good, { target_column: 'z' }],
    [good, { dataset_path: signed }],
    [good, { dataset_path: `mongodb://app:${SECRET}@db.example.com/x` }],
    [good, { dataset_path: 'nowhere/at/all.csv' }],
    [good, { password: SECRET }],
    [csv(9, (i) => [`${CELL}${i}`, i, `${CELL}Same`]), {}],
    [csv(9, (i) => [i, i, `${CELL}Id${i}`]), {}],
    [`${good}\n1,2,${CELL},${CELL}`, {}],
    [`${good}\n1,"${CELL}`, {}],
    [good.replace('\n7,', '\n1e999,'), {}],
  ]
  const statuses = []
  for (const [data, job] of jobs) statuses.push((await worker.train(data, job)).status)
  expect(statuses.filter((status) => status === 'completed').length).toBeGreaterThanOrEqual(3)
  expect(statuses.filter((status) => status === 'failed').length).toBeGreaterThanOrEqual(7)
  await worker.send(`mongodb://app:${SECRET}@db.example.com is not JSON`)
  await until(
    async () =>
      linesOf('register').filter(({ message }) => message === 'registered').length === jobs.length + 1,
    'registration',
  )

  const train = linesOf('train')
  expect(train.length).toBeGreaterThan(jobs.length)
  for (const line of train) {
    expect(line).toMatchObject({
      job_id: expect.stringMatching(/./),
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      phase: expect.stringMatching(/^(accept|download|prepare|train|evaluate|store|commit)$/),
    })
  }
  // A sweep is of no one job.
  for (const line of linesOf('register').filter(({ message }) => message !== 'swept')) {
    expect(line).toMatchObject({
      job_id: expect.stringMatching(/./),
      model_id: modelId(String(line.job_id)),
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  }
  const everything = worker.logs.join('\n')
  expect(everything).not.toContain(SECRET)
  expect(everything).not.toContain(CELL)
})

test('what is said of a MongoDB that refuses its password does not have the password', async () => {
  const logs: string[] = []
  const { host } = new URL(worker.stack.environment.MONGODB_URL)
  const settings = (name: string) => ({
    name,
    handler: `functions/${name}/handler.handler`,
    root: process.cwd(),
    environment: {
      ...worker.stack.environment,
      PATH: process.env.PATH ?? '',
      MONGODB_URL: `mongodb://app:${SECRET}@${host}/?directConnection=true`,
    },
    timeoutSeconds: 60,
    memoryMb: 512,
    concurrency: 1,
    onLine: (line: string) => logs.push(`${name}: ${line}`),
  })
  const train = startFunction(settings('train'))
  const register = startFunction(settings('register'))
  try {
    const job_id = randomUUID()
    const body = JSON.stringify({ job_id, algorithm: 'svm', dataset_path: 'only-in-the-registry' })
    const event = { Records: [{ messageId: 'm', eventSource: 'aws:sqs', body, attributes: {} }] }
    expect(await train.invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] })
    expect(linesOf('train', logs)).toContainEqual(
      expect.objectContaining({ message: 'The job will be retried.', job_id, phase: 'download' }),
    )
    const { job_id: done } = await worker.train(good)
    await expect(register.invoke(objectCreated(worker.bucket.name, jobKeys.result(done)))).rejects.toThrow(
      /^MongoServerError: .*saslStart/,
    )
    expect(linesOf('register', logs)).toContainEqual(
      expect.objectContaining({ message: 'The result could not be registered.', job_id: done }),
    )
    expect(logs.join('\n')).not.toContain(SECRET)
  } finally {
    await train.close()
    await register.close()
  }
})
