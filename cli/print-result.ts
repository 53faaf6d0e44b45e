import type { JobResult } from '../shared/jobs/result.ts'
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
        ['test accuracy', percent(metrics.test_accuracy)],
        ['train accuracy', percent(metrics.train_accuracy)],
        ['precision', percent(metrics.precision)],
        ['recall', percent(metrics.recall)],
        ['F1 score', percent(metrics.f1_score)],
        ['training time', `${(metrics.training_time ?? 0).toFixed(3)} s`],
      ]),
    )
    for (const warning of result.warnings) process.stderr.write(`Note: ${warning}\n`)
  }
}
