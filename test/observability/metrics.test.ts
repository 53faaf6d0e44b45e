import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { phases } from '../../shared/observability/phases.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
})
afterAll(() => worker.close())

/** The embedded metric format's own rules, for what we use of it. */
const record = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.number().int(),
    CloudWatchMetrics: z
      .array(
        z.strictObject({
          Namespace: z.literal('TensorFleet'),
          Dimensions: z.array(z.array(z.string()).max(30)).length(1),
          Metrics: z
            .array(z.strictObject({ Name: z.string(), Unit: z.enum(['Seconds', 'Count', 'None']) }))
            .min(1),
        }),
      )
      .min(1),
  }),
  job_id: z.string(),
})

function recordsOf(jobId: string) {
  return worker.logs
    .filter((line) => line.startsWith('train: ') && line.includes('"_aws"'))
    .map((line) => record.parse(JSON.parse(line.slice('train: '.length))))
    .filter(({ job_id }) => job_id === jobId)
}

/** Each metric of a record as `name unit {dimensions}`, having checked that it has a number. */
function metricsOf(one: z.infer<typeof record>): string[] {
  return one._aws.CloudWatchMetrics.flatMap(({ Dimensions: [dimensions], Metrics }) => {
    for (const dimension of dimensions) expect(one[dimension]).toEqual(expect.any(String))
    return Metrics.map(({ Name, Unit }) => {
      expect(one[Name], Name).toEqual(expect.any(Number))
      return `${Name} ${Unit} {${dimensions.join()}}`
    })
  })
}

const csv = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i % 7},${i < 30 ? 'low' : 'high'}`).join('\n')}`

test('a completed job gives the five metrics, its rows, its wait and how long each step took', async () => {
  const { job_id } = await worker.train(csv)
  await worker.train(csv)
  const records = recordsOf(job_id)
  const [outcome] = records.filter((one) => 'worker_task_duration_seconds' in one)
  expect(metricsOf(outcome)).toEqual([
    'worker_task_duration_seconds Seconds {model_type}',
    'worker_tasks_completed_total Count {model_type}',
    'worker_tasks_failed_total Count {model_type}',
    'worker_models_trained_total Count {model_type}',
    'worker_model_accuracy None {model_type}',
    'worker_dataset_rows Count {}',
    'worker_queue_seconds Seconds {}',
  ])
  expect(outcome).toMatchObject({
    model_type: 'logistic_regression',
    worker_tasks_completed_total: 1,
    worker_tasks_failed_total: 0,
    worker_dataset_rows: 60,
  })
  const steps = records.filter((one) => one !== outcome)
  expect(steps.map(({ phase }) => phase)).toEqual([...phases])
  for (const step of steps) expect(metricsOf(step)).toEqual(['worker_phase_duration_seconds Seconds {phase}'])
})

test('a failed job counts as one, and has no accuracy', async () => {
  const { job_id } = await worker.train('', { dataset_path: 'nowhere/at/all.csv' })
  await worker.train(csv)
  const [outcome] = recordsOf(job_id).filter((one) => 'worker_task_duration_seconds' in one)
  expect(metricsOf(outcome)).toEqual([
    'worker_task_duration_seconds Seconds {model_type}',
    'worker_tasks_completed_total Count {model_type}',
    'worker_tasks_failed_total Count {model_type}',
    'worker_queue_seconds Seconds {}',
    'worker_job_errors_total Count {error_code}',
  ])
  expect(outcome).toMatchObject({
    worker_tasks_completed_total: 0,
    worker_tasks_failed_total: 1,
    error_code: 'dataset_not_found',
    worker_job_errors_total: 1,
  })
})

test('Prometheus gets what CloudWatch gets', async () => {
  await worker.train(csv)
  await worker.train(csv)
  const metrics = await (await fetch(`${worker.stack.apiUrl}/metrics`)).text()
  for (const phase of phases) {
    expect(metrics).toMatch(
      new RegExp(`^worker_phase_duration_seconds_count\\{phase="${phase}"\\} [1-9]`, 'm'),
    )
  }
  expect(metrics).toMatch(/^worker_dataset_rows_bucket\{le="100"\} [1-9]/m)
  expect(metrics).toMatch(/^worker_queue_seconds_count [1-9]/m)
  expect(metrics).toMatch(/^worker_job_errors_total\{error_code="dataset_not_found"\} 1/m)
})
