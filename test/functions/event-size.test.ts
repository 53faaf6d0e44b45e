/** What is sent to EventBridge and CloudWatch stays below their limits, whatever a job was about. */
import { expect, test } from 'vitest'
import { jobDeadLettered, jobEnded } from '../../shared/events/event.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import { recordOutcome } from '../../shared/observability/metrics.ts'

/** Of an entry: source, type, detail and resources together. */
const EVENTBRIDGE_BYTES = 256 * 1024
const EMF_BYTES = 1_000_000
/** As long as a message allows, in characters of three bytes. */
const longest = (length: number) => '木'.repeat(length)
const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

test('an event of the largest result is far below the limit of EventBridge', () => {
  const long = longest(1_000_000)
  const result = completedResult.parse({
    job_id: longest(256),
    model_id: '0'.repeat(24),
    minio_model_id: `s3://${longest(1024)}`,
    status: 'completed',
    metrics: {
      train_accuracy: 1,
      test_accuracy: 1,
      accuracy: 1,
      precision: 1,
      recall: 1,
      f1_score: 1,
      training_time: 1,
      history: { loss: Array.from({ length: 100_000 }, () => 0.123456) },
    },
    model_name: longest(1024),
    version: 'v1',
    warnings: Array.from({ length: 500 }, () => long),
  })
  const ofResult = (given: Parameters<typeof jobEnded>[2]) => sizeOf(jobEnded('bucket', longest(1024), given))
  expect(ofResult(result)).toBeLessThan(EVENTBRIDGE_BYTES / 2)
  expect(ofResult({ job_id: longest(256), status: 'failed', error: long })).toBeLessThan(
    EVENTBRIDGE_BYTES / 2,
  )
  const failure = { job_id: longest(256), attempt: 1, error: long, failed_at: '2026-11-28T00:00:00Z' }
  expect(sizeOf(jobDeadLettered('bucket', failure))).toBeLessThan(EVENTBRIDGE_BYTES / 2)
})

test('a record of metrics is short, whatever the job', () => {
  const lines: string[] = []
  const job = {
    jobId: longest(256),
    modelType: 'random_forest',
    status: 'failed',
    errorCode: 'bad_input',
  } as const
  recordOutcome({ ...job, seconds: 1, rows: 1, queueSeconds: 1 }, (line) => lines.push(line))
  expect(Buffer.byteLength(lines.join(''))).toBeLessThan(EMF_BYTES / 100)
})
