import type { ClassificationMetrics, JobMetrics, RegressionMetrics } from '../../shared/jobs/result.ts'

/** The metrics of a result that is to be a classification. */
export function classMetrics(metrics: JobMetrics): ClassificationMetrics {
  if ('accuracy' in metrics) return metrics
  throw new Error('The metrics are those of a regression.')
}

/** The metrics of a result that is to be a regression. */
export function numberMetrics(metrics: JobMetrics): RegressionMetrics {
  if ('r2' in metrics) return metrics
  throw new Error('The metrics are those of a classification.')
}
