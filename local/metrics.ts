import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { z } from 'zod'

export type Metrics = {
  /** Counts a line of a function's log; lines that are not metric records are ignored. */
  observe(line: string): void
  /** All metrics in Prometheus' text format. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>
}

/**
 * The records of shared/observability/metrics.ts: a job's outcome, its move to the dead-letter queue, and the end of
 * a phase.
 */
const outcome = z.object({
  _aws: z.object({}),
  model_type: z.string(),
  job_id: z.string(),
  worker_task_duration_seconds: z.number(),
  worker_tasks_completed_total: z.number(),
  worker_tasks_failed_total: z.number(),
  worker_models_trained_total: z.number().optional(),
  worker_model_accuracy: z.number().optional(),
  worker_model_r2: z.number().optional(),
  worker_dataset_rows: z.number().optional(),
  worker_queue_seconds: z.number().optional(),
  error_code: z.string().optional(),
})
const refusal = z.object({ _aws: z.object({}), worker_registrations_refused_total: z.number() })
const deadLetter = z.object({ _aws: z.object({}), worker_jobs_dead_lettered_total: z.number() })
const handOver = z.object({ _aws: z.object({}), worker_jobs_handed_over_total: z.number() })
const phase = z.object({
  _aws: z.object({}),
  phase: z.string(),
  worker_phase_duration_seconds: z.number(),
})

/** Upper bounds of the histograms' buckets. */
const SECONDS_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]
const ROWS_BUCKETS = [100, 1000, 10_000, 100_000, 1e6, 1e7]

/** Number of jobs whose accuracy or r2 is shown; the oldest are dropped. */
const MAX_SHOWN = 1000

/**
 * The original worker's five Prometheus metrics, those that ours adds, all fed from the functions' logs, and Node's
 * own.
 */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const observe = createObserver(createInstruments(registry))
  collectDefaultMetrics({ register: registry })
  return {
    observe,
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

type Instruments = ReturnType<typeof createInstruments>

function createInstruments(registry: Registry) {
  const registers = [registry]
  const seconds = (name: string, help: string) => ({ name, help, buckets: SECONDS_BUCKETS, registers })
  return {
    duration: new Histogram(seconds('worker_task_duration_seconds', 'Time spent on a training job')),
    phaseDuration: new Histogram({
      ...seconds('worker_phase_duration_seconds', 'Time spent on a step of a training job'),
      labelNames: ['phase'],
    }),
    queued: new Histogram(seconds('worker_queue_seconds', 'Time that a job waited in the queue')),
    datasetRows: new Histogram({
      name: 'worker_dataset_rows',
      help: 'Rows of a dataset',
      buckets: ROWS_BUCKETS,
      registers,
    }),
    completed: new Counter({
      name: 'worker_tasks_completed_total',
      help: 'Training jobs completed',
      registers,
    }),
    failed: new Counter({ name: 'worker_tasks_failed_total', help: 'Training jobs failed', registers }),
    errors: new Counter({
      name: 'worker_job_errors_total',
      help: 'Training jobs failed, by the kind of error',
      labelNames: ['error_code'],
      registers,
    }),
    deadLettered: new Counter({
      name: 'worker_jobs_dead_lettered_total',
      help: 'Training jobs whose every attempt failed, so that they wait in the dead-letter queue',
      registers,
    }),
    handedOver: new Counter({
      name: 'worker_jobs_handed_over_total',
      help: 'Training jobs that outgrew the function and went to a larger machine',
      registers,
    }),
    refused: new Counter({
      name: 'worker_registrations_refused_total',
      help: 'Results that cannot be registered',
      registers,
    }),
    accuracy: new Gauge({
      name: 'worker_model_accuracy',
      help: 'Test accuracy of a model',
      labelNames: ['job_id', 'model_type'],
      registers,
    }),
    r2: new Gauge({
      name: 'worker_model_r2',
      help: 'Test r2 of a model that predicts numbers',
      labelNames: ['job_id', 'model_type'],
      registers,
    }),
    trained: new Counter({
      name: 'worker_models_trained_total',
      help: 'Models trained',
      labelNames: ['model_type'],
      registers,
    }),
  }
}

/** Counts the records in a function's log. */
function createObserver(instruments: Instruments): (line: string) => void {
  type Labels = { job_id: string; model_type: string }
  const shown: { gauge: Gauge<keyof Labels>; labels: Labels }[] = []

  function show(gauge: Gauge<keyof Labels>, labels: Labels, value: number): void {
    gauge.set(labels, value)
    shown.push({ gauge, labels })
    const oldest = shown.length > MAX_SHOWN ? shown.shift() : undefined
    oldest?.gauge.remove(oldest.labels)
  }

  return (line) => {
    if (!line.includes('"_aws"')) return
    const record = parseJson(line)
    const ended = phase.safeParse(record)
    if (ended.success) {
      const { phase, worker_phase_duration_seconds } = ended.data
      instruments.phaseDuration.observe({ phase }, worker_phase_duration_seconds)
      return
    }
    const dead = deadLetter.safeParse(record)
    if (dead.success) {
      instruments.deadLettered.inc(dead.data.worker_jobs_dead_lettered_total)
      return
    }
    const handed = handOver.safeParse(record)
    if (handed.success) {
      instruments.handedOver.inc(handed.data.worker_jobs_handed_over_total)
      return
    }
    const refused = refusal.safeParse(record)
    if (refused.success) {
      instruments.refused.inc(refused.data.worker_registrations_refused_total)
      return
    }
    const parsed = outcome.safeParse(record)
    if (!parsed.success) return
    const { model_type, job_id, error_code, ...values } = parsed.data
    instruments.duration.observe(values.worker_task_duration_seconds)
    instruments.completed.inc(values.worker_tasks_completed_total)
    instruments.failed.inc(values.worker_tasks_failed_total)
    if (error_code !== undefined) instruments.errors.inc({ error_code })
    if (values.worker_models_trained_total !== undefined)
      instruments.trained.inc({ model_type }, values.worker_models_trained_total)
    if (values.worker_dataset_rows !== undefined) instruments.datasetRows.observe(values.worker_dataset_rows)
    if (values.worker_queue_seconds !== undefined) instruments.queued.observe(values.worker_queue_seconds)
    const labels = { job_id, model_type }
    if (values.worker_model_accuracy !== undefined)
      show(instruments.accuracy, labels, values.worker_model_accuracy)
    if (values.worker_model_r2 !== undefined) show(instruments.r2, labels, values.worker_model_r2)
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A line of another program that happens to contain the field's name.
    return undefined
  }
}
