import type { AlgorithmName } from './algorithms/names.ts'

export type Outcome = {
  readonly jobId: string
  /** The algorithm, or 'unknown' where the message did not name one. */
  readonly modelType: AlgorithmName | 'unknown'
  readonly status: 'completed' | 'failed'
  readonly seconds: number
  /** Test accuracy of a completed job, 0 … 1. */
  readonly accuracy?: number | null
}

/**
 * Writes the outcome of a job as one CloudWatch embedded metric format record, under the names that the original
 * worker gave Prometheus. The one dimension is model_type; job_id is a property only, because every value of a
 * dimension is a metric that costs money.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function recordOutcome(outcome: Outcome, write: (line: string) => void = writeLine): void {
  const completed = outcome.status === 'completed'
  const values: Record<string, number> = {
    worker_task_duration_seconds: outcome.seconds,
    worker_tasks_completed_total: completed ? 1 : 0,
    worker_tasks_failed_total: completed ? 0 : 1,
    ...(completed ? { worker_models_trained_total: 1 } : {}),
    ...(completed && typeof outcome.accuracy === 'number' ? { worker_model_accuracy: outcome.accuracy } : {}),
  }
  const metrics = Object.keys(values).map((Name) => ({ Name, Unit: unitOf(Name) }))
  write(
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [{ Namespace: 'TensorFleet', Dimensions: [['model_type']], Metrics: metrics }],
      },
      model_type: outcome.modelType,
      job_id: outcome.jobId,
      status: outcome.status,
      ...values,
    }),
  )
}

function unitOf(name: string): 'Seconds' | 'Count' | 'None' {
  if (name.endsWith('_seconds')) return 'Seconds'
  return name.endsWith('_total') ? 'Count' : 'None'
}

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
