import { plural } from '../shared/errors/sentences.ts'
import type {
  ClassificationMetrics,
  CompletedResult,
  JobResult,
  RegressionMetrics,
} from '../shared/jobs/result.ts'
import { percent, table } from './output.ts'

/** Prints a result, as one JSON object or as a short table, and sets the exit code: 0 completed, 1 failed. */
export function printResult(result: JobResult, json: boolean): void {
  if (result.status === 'failed') process.exitCode = 1
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`)
  } else if (result.status === 'failed') {
    process.stderr.write(`Job ${result.job_id} failed: ${result.error}\n`)
  } else {
    const { metrics } = result
    process.stdout.write(
      table([
        ['model', result.model_name],
        ['version', result.version],
        ['model id', result.model_id],
        ['file', result.minio_model_id],
        ...('r2' in metrics ? regressionLines(metrics) : classificationLines(metrics)),
        ...searchLines(result),
        ...crossValidationLines(result),
        ['training time', `${(metrics.training_time ?? 0).toFixed(3)} s`],
      ]),
    )
    for (const warning of result.warnings) process.stderr.write(`Note: ${warning}\n`)
  }
}

function searchLines({ search }: CompletedResult): [string, string][] {
  if (search === undefined) return []
  const { best_parameters, trial_count, failed_count, stopped_by } = search
  const best = Object.entries(best_parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const notes = [
    plural(trial_count, 'trial'),
    ...(failed_count > 0 ? [`${failed_count} failed`] : []),
    ...(stopped_by === undefined ? [] : [`stopped by ${stopped_by}`]),
  ]
  return [['best hyperparameters', `${best.join(', ')} (${notes.join(', ')})`]]
}

function crossValidationLines({ cross_validation }: CompletedResult): [string, string][] {
  if (cross_validation === undefined) return []
  const { metric, scores, mean_score, std_score } = cross_validation
  return [
    [
      `cross-validated ${metric}`,
      `${figure(mean_score)} ± ${figure(std_score, 2)} (${scores.length} folds: ${scores.map((score) => figure(score, 3)).join(', ')})`,
    ],
  ]
}

/** A number with so many digits that count. */
function figure(value: number | null, digits = 5): string {
  return value === null ? '–' : String(Number(value.toPrecision(digits)))
}

function classificationLines(metrics: ClassificationMetrics): [string, string][] {
  return [
    ['test accuracy', percent(metrics.test_accuracy)],
    ['train accuracy', percent(metrics.train_accuracy)],
    ['precision', percent(metrics.precision)],
    ['recall', percent(metrics.recall)],
    ['F1 score', percent(metrics.f1_score)],
  ]
}

function regressionLines(metrics: RegressionMetrics): [string, string][] {
  return [
    ['test r2', figure(metrics.test_r2)],
    ['train r2', figure(metrics.train_r2)],
    ['root mean squared error', figure(metrics.root_mean_squared_error)],
    ['mean absolute error', figure(metrics.mean_absolute_error)],
    ['median absolute error', figure(metrics.median_absolute_error)],
  ]
}
