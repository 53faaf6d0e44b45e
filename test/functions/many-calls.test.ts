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
import { startFunction } from '../../local/lambda/function-host.ts'
import { pollQueue } from '../../local/lambda/sqs-event-source.ts'
import { bundle } from '../../scripts/bundle.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { randomState } from '../../shared/data/random.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let folder: string
let stack: TestStack
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-test-'))
  stack = await testStack({ runJobs: false })
  await bundle('train', folder)
}, 60_000)
afterAll(async () => {
  await stack.close()
  await rm(folder, { recursive: true })
})

/** Sends a job to a function with that timeout, and waits for its result. */
async function trained(job: Record<string, unknown>, timeoutSeconds: number) {
  const lines: string[] = []
  const { environment } = stack.stack
  const host = startFunction({
    name: 'train',
    handler: 'index.handler',
    root: join(folder, 'train'),
    environment: { ...environment, PATH: process.env.PATH ?? '', TENSORFLEET_THREADS: '1' },
    timeoutSeconds,
    memoryMb: 3008,
    concurrency: 1,
    onLine: (line) => lines.push(line),
  })
  const poller = pollQueue({
    sqs: stack.sqs,
    queueUrl: environment.JOB_QUEUE_URL,
    concurrency: 1,
    crashRetrySeconds: 0,
    invoke: host.invoke,
    afterInvocation: async () => undefined,
    onError: () => undefined,
  })
  try {
    await host.warmUp()
    const started = performance.now()
    const job_id = randomUUID()
    await stack.send(JSON.stringify({ job_id, dataset_path: 'noise', ...job }))
    const result = completedResult.parse(await stack.resultOf(job_id, 600))
    const seconds = (performance.now() - started) / 1000
    const { files } = manifestSchema.parse(
      await stack.bucket.getJson(modelKey(result.model_id, 'manifest.json')),
    )
    return {
      seconds,
      fitSeconds: result.metrics.training_time ?? 0,
      sha256: [files['model.json'].sha256, files['report.json'].sha256],
      warnings: result.warnings,
      pauses: lines.filter((line) => line.includes('"message":"job paused"')).length,
      killed: lines.filter((line) => line.startsWith('Task timed out')).length,
    }
  } finally {
    await poller.close(5000)
    await host.close()
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
  const whole = await trained(forest, 600)
  expect(whole).toMatchObject({ pauses: 0, killed: 0 })
  const rest = whole.seconds - whole.fitSeconds
  // The fit ends in the call, and half of the rest is left of it: it used to be killed there each time.
  const handedOn = await trained(forest, whole.fitSeconds + rest / 2)
  expect(handedOn.sha256).toEqual(whole.sha256)
  expect(handedOn.warnings).toEqual(whole.warnings)
  expect(handedOn.pauses).toBeGreaterThan(0)
}, 1_200_000)

test('a job of twenty continuations ends in the same bytes as one without', async () => {
  await stack.bucket.put('datasets/noise.csv', noise(3000, 10))
  const network = { algorithm: 'dnn', hyperparameters: { epochs: 6000 } }
  const whole = await trained(network, 600)
  expect(whole).toMatchObject({ pauses: 0, killed: 0 })
  const inCalls = await trained(network, whole.seconds / 18)
  expect(inCalls.sha256).toEqual(whole.sha256)
  expect(inCalls.warnings).toEqual(whole.warnings)
  expect(inCalls.pauses).toBeGreaterThanOrEqual(20)
}, 1_200_000)
