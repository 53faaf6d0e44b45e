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

/** `--metric f1_macro`: the metric by which a job with `--algorithm auto` chooses. */
export function metricOption(): Option {
  return new Option(
    '--metric <name>',
    'with --algorithm auto: what decides, a scorer of scikit-learn (default: accuracy, or r2)',
  )
}

/** `--parallel 4`: candidates that run at the same time, each in a call of its own. */
export function parallelOption(): Option {
  return new Option(
    '--parallel <n>',
    'with --algorithm auto: how many candidates may run at the same time, each in a call of its own (default: 1, one after the other)',
  ).argParser((given: string) => {
    const count = Number(given)
    if (Number.isInteger(count) && count > 0) return count
    throw new InvalidArgumentError('It is a whole number of at least 1.')
  })
}

/**
 * The message's field `auto`; undefined without such options.
 *
 * @throws UsageError if the algorithm is not auto, and for an unknown metric.
 */
export function autoFields({
  algorithm,
  budget,
  metric,
  parallel,
}: {
  readonly algorithm: string
  readonly budget?: number
  readonly metric?: string
  readonly parallel?: number
}): { auto?: AutoOptions } {
  const given = [
    { option: '--budget', field: 'time_budget_seconds', value: budget },
    { option: '--metric', field: 'metric', value: metric },
    { option: '--parallel', field: 'max_parallel', value: parallel },
  ].filter(({ value }) => value !== undefined)
  if (given.length === 0) return {}
  if (algorithm === 'auto') {
    try {
      return { auto: parseAuto(Object.fromEntries(given.map(({ field, value }) => [field, value]))) }
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error))
    }
  }
  const [{ option, field, value }] = given
  throw new UsageError(
    `${option} is for --algorithm auto. For a search write --search-options '${JSON.stringify({ [field]: value })}'.`,
  )
}
