/** How a job with `"algorithm": "auto"` looks for the best algorithm: the field `auto` of its message. */
import { z } from 'zod'
import { parseOptions } from '../errors/parse-options.ts'
import { allScorerNames } from '../evaluation/scorers.ts'
import { maxParallel } from './options.ts'

export const DEFAULT_BUDGET_SECONDS = 120

export const autoOptions = z.strictObject({
  time_budget_seconds: z
    .number()
    .positive()
    .nullish()
    .describe(`a number of seconds above 0, for the whole job (default: ${DEFAULT_BUDGET_SECONDS})`),
  metric: z
    .enum(allScorerNames)
    .nullish()
    .describe(`one of ${allScorerNames.join(', ')} (default: accuracy, or r2)`),
  max_parallel: maxParallel('candidates'),
})
export type AutoOptions = z.infer<typeof autoOptions>

/** @throws JobError (bad_message) with a sentence that names the first option at fault. */
export function parseAuto(given: unknown): AutoOptions {
  return parseOptions(autoOptions, given, {
    field: 'auto',
    example: '{"time_budget_seconds": 120}',
    otherNames: {
      budget: 'time_budget_seconds',
      time_budget: 'time_budget_seconds',
      timeout: 'time_budget_seconds',
      max_runtime_secs: 'time_budget_seconds',
      scoring: 'metric',
      n_jobs: 'max_parallel',
    },
  })
}
