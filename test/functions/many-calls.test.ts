/**
 * The bundled function on the Lambda host, killed at its timeout: jobs that need more than one call.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { pollQueue, type SqsEventSource } from '../../local/lambda/sqs-event-source.ts'
import { bundle } from '../../scripts/bundle.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { randomState } from '../../shared/data/random.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let folder: string
let stack: TestStack
// One for all jobs: the queue answers a receive that nobody waits for any more, and its message is then invisible for 30 s.
let poller: SqsEventSource
let invoke: FunctionHost['invoke'] = async () => Promise.reject(new Error('No function is started.'))
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-test-'))
  stack = await testStack({ runJobs: false })
  await bundle('train', folder)
  poller = pollQueue({
    sqs: stack.sqs,
    queueUrl: stack.stack.environment.JOB_QUEUE_URL,
    concurrency: 1,
    crashRetrySeconds: 0,
    invoke: (event) => invoke(event),
    afterInvocation: async () => undefined,
    onError: () => undefined,
  })
}, 60_000)
afterAll(async () => {
  await poller.close(5000)
  await stack.close()
  await rm(folder, { recursive: true })
})

/** A function as Lambda would run it, whose calls take at most this long. */
function trainingFunction(timeoutSeconds: number, onLine: (line: string) => void) {
  return startFunction({
    name: 'train',
    handler: 'index.handler',
    root: join(folder, 'train'),
    environment: { ...stack.stack.environment, PATH: process.env.PATH ?? '', TENSORFLEET_THREADS: '1' },
    timeoutSeconds,
    memoryMb: 3008,
    concurrency: 1,
    onLine,
  })
}

const ENOUGH_SECONDS = 600
/** Where that many calls did not bring the pauses, the machine is too slow for calls so short. */
const MAX_SHORT_CALLS = 80

/**
 * Sends a job and waits for its result. The calls are short until the job has paused often enough, and then long
 * enough: so a machine that becomes slower or faster between two jobs changes nothing.
 */
async function trained(job: Record<string, unknown>, short = { seconds: 0, pauses: 0 }) {
  const lines: string[] = []
  const job_id = randomUUID()
  const onLine = (line: string) => lines.push(line)
  const pauses = () =>
    lines.filter((line) => line.includes('"message":"job paused"') && line.includes(job_id)).length
  const longCalls = trainingFunction(ENOUGH_SECONDS, onLine)
  const shortCalls = short.pauses > 0 ? trainingFunction(short.seconds, onLine) : longCalls
  let calls = 0
  invoke = (event) => {
    const isShort = pauses() < short.pauses && calls++ < MAX_SHORT_CALLS
    return (isShort ? shortCalls : longCalls).invoke(event)
  }
  try {
    await Promise.all([longCalls.warmUp(), shortCalls.warmUp()])
    const started = performance.now()
    await stack.send(JSON.stringify({ job_id, dataset_path: 'noise', ...job }))
    const result = completedResult.parse(await stack.resultOf(job_id, ENOUGH_SECONDS))
    const seconds = (performance.now() - started) / 1000
    const { files } = manifestSchema.parse(
      await stack.bucket.getJson(modelKey(result.model_id, 'manifest.json')),
    )
    return {
      seconds,
      fitSeconds: result.metrics.training_time ?? 0,
      sha256: [files['model.json'].sha256, files['report.json'].sha256],
      warnings: result.warnings,
      pauses: pauses(),
    }
  } finally {
    await Promise.all([longCalls.close(), shortCalls.close()])
  }
}

function noise(rows: number, columns: number): string {
  const random = randomState(5)
  const header = Array.from({ length: columns }, (_, j) => `x${j}`)
  const lines = Array.from({ length: rows }, () => {
    const values = Array.from({ length: columns }, () => random.double().toFixed(6))
    return [...values, random.double() < 0.5 ? 'a' : 'b'].join(',')
  })
  return [[...header, 'y'].join(','), ...lines, ''].join('\n')
}

test('a forest whose evaluation and storage do not fit behind its fit is stored by a later call', async () => {
  await stack.bucket.put('datasets/noise.csv', noise(40_000, 6))
  const forest = { algorithm: 'random_forest', hyperparameters: { n_estimators: 40 } }
  const whole = await trained(forest)
  expect(whole.pauses).toBe(0)
  const rest = whole.seconds - whole.fitSeconds
  // The fit ends in the call, and half of the rest is left of it: it used to be killed there each time.
  const handedOn = await trained(forest, { seconds: whole.fitSeconds + rest / 2, pauses: 1 })
  expect(handedOn.sha256).toEqual(whole.sha256)
  expect(handedOn.warnings).toEqual(whole.warnings)
  expect(handedOn.pauses).toBeGreaterThan(0)
}, 1_200_000)

test('a job of twenty continuations ends in the same bytes as one without', async () => {
  await stack.bucket.put('datasets/noise.csv', noise(3000, 10))
  const network = { algorithm: 'dnn', hyperparameters: { epochs: 4000 } }
  const whole = await trained(network)
  expect(whole.pauses).toBe(0)
  const inCalls = await trained(network, { seconds: whole.seconds / 30, pauses: 20 })
  expect(inCalls.sha256).toEqual(whole.sha256)
  expect(inCalls.warnings).toEqual(whole.warnings)
  expect(inCalls.pauses).toBeGreaterThanOrEqual(20)
}, 1_200_000)
