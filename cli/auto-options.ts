import { InvalidArgumentError, Option } from 'commander'
import { type AutoOptions, DEFAULT_BUDGET_SECONDS, parseAuto } from '../shared/search/auto-options.ts'
import { UsageError } from './usage-error.ts'

/** `--budget 120`: the seconds that a job with `--algorithm auto` may take. */
export function budgetOption(): Option {
  return new Option(
    '--budget <seconds>',
    `with --algorithm auto: how long the whole job may take (default: ${DEFAULT_BUDGET_SECONDS})`,
  ).argParser((given: string) => {
    const seconds = Number(given)
    if (seconds > 0 && Number.isFinite(seconds)) return seconds
    throw new InvalidArgumentError('It is a number of seconds above 0.')
  })
}

/** `--metric f1_macro`: by which a job with `--algorithm auto` chooses. */
export function metricOption(): Option {
  return new Option(
    '--metric <name>',
    'with --algorithm auto: what decides, a scorer of scikit-learn (default: accuracy, or r2)',
  )
}

/**
 * The message's field `auto`, where it is asked for.
 *
 * @throws UsageError for options of an algorithm that is named, and for a metric that is none.
 */
export function autoFields({
  algorithm,
  budget,
  metric,
}: {
  readonly algorithm: string
  readonly budget?: number
  readonly metric?: string
}): { auto?: AutoOptions } {
  if (budget === undefined && metric === undefined) return {}
  if (algorithm === 'auto') {
    const given = { ...(budget && { time_budget_seconds: budget }), ...(metric && { metric }) }
    try {
      return { auto: parseAuto(given) }
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error))
    }
  }
  const [option, field, value] =
    budget === undefined ? ['--metric', 'metric', metric] : ['--budget', 'time_budget_seconds', budget]
  throw new UsageError(
    `${option} is for --algorithm auto. For a search write --search-options '${JSON.stringify({ [field]: value })}'.`,
  )
}
