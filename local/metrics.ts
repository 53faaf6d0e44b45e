import { createServer } from 'node:http'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { z } from 'zod'

export type MetricsServer = {
  /** Takes in a line of a function's log; what is no metric record is ignored. */
  observe(line: string): void
  /** http://127.0.0.1:port/metrics, or undefined when none is served. */
  readonly url: string | undefined
  close(): void
}

/** The records of shared/observability/metrics.ts: the outcome of a job, and the end of one of its steps. */
const outcome = z.object({
  _aws: z.object({}),
  model_type: z.string(),
  job_id: z.string(),
  worker_task_duration_seconds: z.number(),
  worker_tasks_completed_total: z.number(),
  worker_tasks_failed_total: z.number(),
  worker_models_trained_total: z.number().optional(),
  worker_model_accuracy: z.number().optional(),
  worker_dataset_rows: z.number().optional(),
  worker_queue_seconds: z.number().optional(),
  error_code: z.string().optional(),
})
const phase = z.object({
  _aws: z.object({}),
  phase: z.string(),
  worker_phase_duration_seconds: z.number(),
})

/** Bounds of histograms: seconds, and rows. */
const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]
const rows = [100, 1000, 10_000, 100_000, 1e6, 1e7]

/** Jobs whose accuracy is shown; older ones make room. */
const ACCURACIES = 1000

/**
 * The original worker's five Prometheus metrics, those that ours adds, all fed from the functions' logs, and Node's own, at
 * /metrics on 127.0.0.1.
 *
 * @param port where to serve them; without it they are only counted.
 */
export async function startMetrics(port: number | undefined): Promise<MetricsServer> {
  const registry = new Registry()
  const registers = [registry]
  const duration = new Histogram({
    name: 'worker_task_duration_seconds',
    help: 'Time spent on a training job',
    buckets: seconds,
    registers,
  })
  const phaseDuration = new Histogram({
    name: 'worker_phase_duration_seconds',
    help: 'Time spent on a step of a training job',
    labelNames: ['phase'],
    buckets: seconds,
    registers,
  })
  const queued = new Histogram({
    name: 'worker_queue_seconds',
    help: 'Time that a job waited in the queue',
    buckets: seconds,
    registers,
  })
  const datasetRows = new Histogram({
    name: 'worker_dataset_rows',
    help: 'Rows of a dataset',
    buckets: rows,
    registers,
  })
  const completed = new Counter({
    name: 'worker_tasks_completed_total',
    help: 'Training jobs completed',
    registers,
  })
  const failed = new Counter({ name: 'worker_tasks_failed_total', help: 'Training jobs failed', registers })
  const errors = new Counter({
    name: 'worker_job_errors_total',
    help: 'Training jobs failed, by the kind of error',
    labelNames: ['error_code'],
    registers,
  })
  const accuracy = new Gauge({
    name: 'worker_model_accuracy',
    help: 'Test accuracy of a model',
    labelNames: ['job_id', 'model_type'],
    registers,
  })
  const trained = new Counter({
    name: 'worker_models_trained_total',
    help: 'Models trained',
    labelNames: ['model_type'],
    registers,
  })
  const shown: { job_id: string; model_type: string }[] = []

  function observe(line: string): void {
    if (!line.includes('"_aws"')) return
    const given = parseJson(line)
    const ended = phase.safeParse(given)
    if (ended.success) {
      phaseDuration.observe({ phase: ended.data.phase }, ended.data.worker_phase_duration_seconds)
      return
    }
    const parsed = outcome.safeParse(given)
    if (!parsed.success) return
    const { model_type, job_id, ...values } = parsed.data
    duration.observe(values.worker_task_duration_seconds)
    completed.inc(values.worker_tasks_completed_total)
    failed.inc(values.worker_tasks_failed_total)
    if (values.error_code !== undefined) errors.inc({ error_code: values.error_code })
    if (values.worker_models_trained_total !== undefined)
      trained.inc({ model_type }, values.worker_models_trained_total)
    if (values.worker_dataset_rows !== undefined) datasetRows.observe(values.worker_dataset_rows)
    if (values.worker_queue_seconds !== undefined) queued.observe(values.worker_queue_seconds)
    if (values.worker_model_accuracy === undefined) return
    accuracy.set({ job_id, model_type }, values.worker_model_accuracy)
    shown.push({ job_id, model_type })
    const oldest = shown.length > ACCURACIES ? shown.shift() : undefined
    if (oldest !== undefined) accuracy.remove(oldest)
  }

  if (port === undefined) return { observe, url: undefined, close: () => undefined }
  collectDefaultMetrics({ register: registry })
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('The metrics are at /metrics.\n')
      return
    }
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const actual = address !== null && typeof address === 'object' ? address.port : port
  return { observe, url: `http://127.0.0.1:${actual}/metrics`, close: () => server.close() }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A line of somebody else's that happens to contain the mark.
    return undefined
  }
}
