/**
 * Metrics in CloudWatch's embedded metric format.
 *
 * Not @aws-lambda-powertools/metrics: its records have one set of dimensions for all their metrics. A job's outcome is
 * one record in which some metrics have the dimension model_type, one has error_code, and some have none; as several
 * records, a search by job_id would find a job's figures in pieces.
 */
import type { Phase } from './phases.ts'

type RecordSubject = {
  readonly jobId: string
  /** The invocation's, which the log lines call function_request_id. */
  readonly requestId?: string
}

export type Outcome = RecordSubject & {
  /** The algorithm, or 'unknown' where the message did not name one. */
  readonly modelType: string
  readonly status: 'completed' | 'failed'
  /** The kind of error of a failed job (docs/errors.md). */
  readonly errorCode?: string
  readonly seconds: number
  /** Test accuracy of a completed classification, 0 … 1. */
  readonly accuracy?: number | null
  /** Test r2 of a completed regression. */
  readonly r2?: number | null
  /** Rows of the dataset; undefined where it could not be read. */
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
 * Writes the outcome of a job as one record: the five metrics of the original worker under their Prometheus names, and
 * the r2 of a regression beside the accuracy, by model_type; the dataset's rows and the time in the queue; and the errors by error_code. job_id is a property and no
 * dimension, because every value of a dimension is a metric that costs money.
 */
export function recordOutcome(outcome: Outcome, write: (line: string) => void = writeLine): void {
  const completed = outcome.status === 'completed'
  const properties = {
    model_type: outcome.modelType,
    ...subjectFields(outcome),
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
      worker_model_r2: [completed ? outcome.r2 : undefined, 'None'],
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

/** Writes how long a step of a job took, also one that failed or that a later attempt repeats. */
export function recordPhase(
  ended: RecordSubject & { readonly phase: Phase; readonly seconds: number },
  write: (line: string) => void = writeLine,
): void {
  const values = { worker_phase_duration_seconds: [ended.seconds, 'Seconds'] } as const
  write(record({ phase: ended.phase, ...subjectFields(ended) }, [{ dimension: 'phase', values }]))
}

/** Writes that no attempt at a job follows: its message lies in the dead-letter queue. Counted again after each redrive. */
export function countDeadLetter(subject: RecordSubject, write: (line: string) => void = writeLine): void {
  const values = { worker_jobs_dead_lettered_total: [1, 'Count'] } as const
  write(record({ ...subjectFields(subject), status: 'dead_lettered' }, [{ values }]))
}

/** Writes that a job was handed over to a larger machine. Counted again where that gave up on it and it was redriven. */
export function countHandOver(subject: RecordSubject, write: (line: string) => void = writeLine): void {
  const values = { worker_jobs_handed_over_total: [1, 'Count'] } as const
  write(record({ ...subjectFields(subject), status: 'handed_over' }, [{ values }]))
}

/** Writes that a job's result can never be registered as it is. */
export function countRefusedRegistration(
  subject: RecordSubject,
  write: (line: string) => void = writeLine,
): void {
  const values = { worker_registrations_refused_total: [1, 'Count'] } as const
  write(record({ ...subjectFields(subject), status: 'refused' }, [{ values }]))
}

function subjectFields({ jobId, requestId }: RecordSubject) {
  return { job_id: jobId, function_request_id: requestId }
}

/**
 * One record, as a line.
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
