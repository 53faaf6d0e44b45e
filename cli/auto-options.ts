import { InvalidArgumentError, Option } from 'commander'
import { DEFAULT_BUDGET_SECONDS } from '../shared/search/auto-options.ts'
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

/**
 * The message's field `auto`, where it is asked for.
 *
 * @throws UsageError for a budget of an algorithm that is named.
 */
export function autoFields({ algorithm, budget }: { readonly algorithm: string; readonly budget?: number }): {
  auto?: { time_budget_seconds: number }
} {
  if (budget === undefined) return {}
  if (algorithm === 'auto') return { auto: { time_budget_seconds: budget } }
  throw new UsageError(
    `--budget is for --algorithm auto. For a search write --search-options '{"time_budget_seconds": ${budget}}'.`,
  )
}
