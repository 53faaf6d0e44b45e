import { plural } from '../shared/errors/sentences.ts'
import type {
  ClassificationMetrics,
  CompletedResult,
  JobResult,
  Leaderboard,
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
        ...autoLines(result),
        ...searchLines(result),
        ...crossValidationLines(result),
        ['training time', `${(metrics.training_time ?? 0).toFixed(3)} s`],
      ]),
    )
    if (result.leaderboard) process.stdout.write(`\n${table(leaderboardRows(result.leaderboard))}`)
    for (const warning of result.warnings) process.stderr.write(`Note: ${warning}\n`)
  }
}

function autoLines({ leaderboard }: CompletedResult): [string, string][] {
  if (leaderboard === undefined) return []
  const { chosen, candidates, seconds } = leaderboard
  return [
    ['algorithm', `${chosen.algorithm}${settings(chosen.parameters)}`],
    ['chosen among', `${plural(candidates.length, 'candidate')} in ${seconds.toFixed(1)} s`],
  ]
}

function leaderboardRows({ metric, candidates, not_tried, baseline }: Leaderboard): string[][] {
  const name = ({ algorithm, parameters = {} }: { algorithm: string; parameters?: object }) =>
    `${algorithm}${settings(parameters)}`
  const untried = Array.from(new Set(not_tried.map(({ algorithm }) => algorithm)), (algorithm) => {
    const [first, ...others] = not_tried.filter((each) => each.algorithm === algorithm)
    return [others.length === 0 ? name(first) : algorithm, 'not tried', '', first.reason]
  })
  return [
    ['candidate', metric, 'seconds', ''],
    ...candidates.map((candidate) =>
      'error' in candidate
        ? [name(candidate), '–', candidate.seconds.toFixed(1), candidate.error]
        : [
            name(candidate),
            `${figure(candidate.mean_score)} ± ${figure(candidate.std_score, 2)}`,
            candidate.seconds.toFixed(1),
          ],
    ),
    ['(the same for every row)', figure(baseline.mean_score), ''],
    ...untried,
  ]
}

/** Hyperparameters that differ from the defaults: ` C=10, kernel="linear"`. */
function settings(parameters: object): string {
  const all = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return all.length === 0 ? '' : ` ${all.join(', ')}`
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

/** A number with a given number of significant digits. */
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
