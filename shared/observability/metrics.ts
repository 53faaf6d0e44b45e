import type { Phase } from './phases.ts'

/** Whose record it is. */
type About = {
  readonly jobId: string
  /** Of the invocation, under the name that the log lines give it. */
  readonly requestId?: string
}

export type Outcome = About & {
  /** The algorithm, or 'unknown' where the message did not name one. */
  readonly modelType: string
  readonly status: 'completed' | 'failed'
  /** The kind of error of a failed job (docs/errors.md). */
  readonly errorCode?: string
  readonly seconds: number
  /** Test accuracy of a completed job, 0 … 1. */
  readonly accuracy?: number | null
  /** Rows of the dataset, where it could be read. */
  readonly rows?: number
  /** Seconds that the message lay in the queue before it was first received. */
  readonly queueSeconds?: number
}

type Unit = 'Seconds' | 'Count' | 'None'

/** Metrics of one dimension, or of none. A value that is undefined or null is left out. */
type Metrics = {
  readonly dimension?: string
  readonly values: Readonly<Record<string, readonly [value: number | null | undefined, unit: Unit]>>
}

/**
 * Writes the outcome of a job as one record: the five metrics of the original worker under the names that it gave
 * Prometheus, by model_type, and what the job had to work on. job_id is a property only, because every value of a
 * dimension is a metric that costs money.
 */
export function recordOutcome(outcome: Outcome, write: (line: string) => void = writeLine): void {
  const completed = outcome.status === 'completed'
  const properties = {
    model_type: outcome.modelType,
    ...about(outcome),
    phase: 'commit',
    status: outcome.status,
    error_code: outcome.errorCode,
  }
  const original: Metrics = {
    dimension: 'model_type',
    values: {
      worker_task_duration_seconds: [outcome.seconds, 'Seconds'],
      worker_tasks_completed_total: [completed ? 1 : 0, 'Count'],
      worker_tasks_failed_total: [completed ? 0 : 1, 'Count'],
      worker_models_trained_total: [completed ? 1 : undefined, 'Count'],
      worker_model_accuracy: [completed ? outcome.accuracy : undefined, 'None'],
    },
  }
  const added: Metrics = {
    values: {
      worker_dataset_rows: [outcome.rows, 'Count'],
      worker_queue_seconds: [outcome.queueSeconds, 'Seconds'],
    },
  }
  const byError: Metrics = {
    dimension: 'error_code',
    values: { worker_job_errors_total: [outcome.errorCode === undefined ? undefined : 1, 'Count'] },
  }
  write(record(properties, [original, added, byError]))
}

/** Writes how long a step of a job took, also one that failed or that another attempt will do again. */
export function recordPhase(
  ended: About & { readonly phase: Phase; readonly seconds: number },
  write: (line: string) => void = writeLine,
): void {
  const values = { worker_phase_duration_seconds: [ended.seconds, 'Seconds'] } as const
  write(record({ phase: ended.phase, ...about(ended) }, [{ dimension: 'phase', values }]))
}

function about({ jobId, requestId }: About) {
  return { job_id: jobId, function_request_id: requestId }
}

/**
 * A line in CloudWatch's embedded metric format.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function record(properties: Record<string, unknown>, metrics: readonly Metrics[]): string {
  const present = metrics
    .map(({ dimension, values }) => ({
      dimension,
      values: Object.entries(values).filter(([, [value]]) => typeof value === 'number'),
    }))
    .filter(({ values }) => values.length > 0)
  return JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: present.map(({ dimension, values }) => ({
        Namespace: 'TensorFleet',
        Dimensions: [dimension === undefined ? [] : [dimension]],
        Metrics: values.map(([Name, [, Unit]]) => ({ Name, Unit })),
      })),
    },
    ...properties,
    ...Object.fromEntries(present.flatMap(({ values }) => values.map(([name, [value]]) => [name, value]))),
  })
}

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
