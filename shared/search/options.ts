/** The search for hyperparameters that a job asks for: the field `search` of its message. */
import { z } from 'zod'
import { crossValidationOptions } from '../data/split/cross-validation.ts'
import { JobError } from '../errors/job-error.ts'
import { parseOptions } from '../errors/parse-options.ts'
import { quote } from '../errors/sentences.ts'
import { allScorerNames } from '../evaluation/scorers.ts'

export const searchMethods = ['grid', 'random', 'halving', 'tpe'] as const

/** Combinations that one job may try. */
export const MAX_TRIALS = 1000
export const DEFAULT_TRIALS = 10
export const DEFAULT_TPE_TRIALS = 50
export const DEFAULT_FOLDS = 5

const bounds = z.tuple([z.number(), z.number()])
const distribution = z.union([
  z.strictObject({ uniform: bounds }),
  z.strictObject({ log_uniform: bounds }),
  z.strictObject({ integers: z.tuple([z.int(), z.int()]) }),
])
export type Distribution = z.infer<typeof distribution>

const values = z.union([z.array(z.unknown()).min(1).max(MAX_TRIALS), distribution])
export type ParameterValues = z.infer<typeof values>

/** The option max_parallel. @param what runs in a call of its own, in the plural. */
export const maxParallel = (what: string) =>
  z
    .int()
    .min(1)
    .max(MAX_TRIALS)
    .nullish()
    .describe(
      `a whole number from 1 to ${MAX_TRIALS}: how many ${what} may run at the same time, each in a call of its own (default: 1, all in the job's own)`,
    )

export const searchOptions = z.strictObject({
  method: z
    .enum(searchMethods)
    .nullish()
    .describe('"grid" (each combination, the default), "random", "halving" or "tpe"'),
  parameters: z
    .record(z.string(), values)
    .describe(
      'an object with an array of values for each hyperparameter; with another method than "grid" also {"uniform": [low, high]}, {"log_uniform": [low, high]} or {"integers": [low, high]}',
    ),
  n_trials: z
    .int()
    .min(1)
    .max(MAX_TRIALS)
    .nullish()
    .describe(
      `a whole number from 1 to ${MAX_TRIALS}, not with method "grid" (default: ${DEFAULT_TRIALS}; ${DEFAULT_TPE_TRIALS} with "tpe")`,
    ),
  metric: z
    .enum(allScorerNames)
    .nullish()
    .describe(`one of ${allScorerNames.join(', ')} (default: accuracy, or r2)`),
  cv: crossValidationOptions.nullish().describe('folds, as in the field cv of the message (default: 5)'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .nullish()
    .describe('a whole number from 0 to 4294967295, not of method "grid" (default: 42)'),
  time_budget_seconds: z
    .number()
    .positive()
    .nullish()
    .describe('a number of seconds above 0, after which no other trial begins'),
  patience: z
    .int()
    .min(1)
    .nullish()
    .describe('a whole number of at least 1: so many trials in a row without a better score end the search'),
  factor: z
    .number()
    .gt(1)
    .nullish()
    .describe(
      'a number above 1, of method "halving": each round has so many times the resource (default: 3)',
    ),
  resource: z
    .string()
    .min(1)
    .nullish()
    .describe('"n_samples" (training rows, the default) or a hyperparameter, of method "halving"'),
  min_resources: z
    .union([z.int().min(1), z.enum(['exhaust', 'smallest'])])
    .nullish()
    .describe(
      'a whole number of at least 1, "exhaust" or "smallest": of the first round of method "halving"',
    ),
  max_resources: z
    .int()
    .min(1)
    .nullish()
    .describe('a whole number of at least 1, of method "halving" (default: all training rows)'),
  aggressive_elimination: z
    .boolean()
    .nullish()
    .describe('true or false, of method "halving": more rounds with the least resource (default: false)'),
  max_parallel: maxParallel('trials'),
})
export type SearchOptions = z.infer<typeof searchOptions>

const OTHER_NAMES: Readonly<Record<string, string>> = {
  param_grid: 'parameters',
  param_distributions: 'parameters',
  params: 'parameters',
  n_iter: 'n_trials',
  n_candidates: 'n_trials',
  trials: 'n_trials',
  scoring: 'metric',
  random_state: 'seed',
  timeout: 'time_budget_seconds',
  n_jobs: 'max_parallel',
}

/** @throws JobError (bad_message) with a sentence that names the first option at fault. */
export function parseSearch(given: unknown): SearchOptions {
  const options = parseOptions(searchOptions, given, {
    field: 'search',
    example: '{"parameters": {"max_depth": [3, 6, null]}}',
    otherNames: OTHER_NAMES,
  })
  checkSearch(options)
  return options
}

/** Whether the trials run in calls of their own. */
function isFannedOut({ max_parallel }: SearchOptions): boolean {
  return (max_parallel ?? 1) > 1
}

/** Whether combinations are drawn, and not all tried. */
export function isDrawn({
  method,
  parameters,
  n_trials,
}: Pick<SearchOptions, 'method' | 'parameters' | 'n_trials'>): boolean {
  if (method !== 'halving') return (method ?? 'grid') !== 'grid'
  return typeof n_trials === 'number' || Object.values(parameters).some((values) => !Array.isArray(values))
}

type Method = (typeof searchMethods)[number]

/** Options that not every method has. */
const optionsOf: Readonly<Partial<Record<keyof SearchOptions, readonly Method[]>>> = {
  n_trials: ['random', 'halving', 'tpe'],
  seed: ['random', 'halving', 'tpe'],
  patience: ['grid', 'random', 'tpe'],
  factor: ['halving'],
  resource: ['halving'],
  min_resources: ['halving'],
  max_resources: ['halving'],
  aggressive_elimination: ['halving'],
}

/** @throws JobError (bad_message) for options that exclude each other, or a search of nothing or of too much. */
export function checkSearch(options: SearchOptions): void {
  const { method, parameters, patience } = options
  const given = Object.entries(parameters)
  if (isFannedOut(options) && typeof patience === 'number') {
    throw bad(
      'search.patience counts trials one after the other, and search.max_parallel runs them side by side: leave one out.',
    )
  }
  if (given.length === 0) {
    throw bad('search.parameters is empty: give an array of values for at least one hyperparameter.')
  }
  for (const [name, values] of given) if (!Array.isArray(values)) checkBounds(name, values)
  checkMethod(options)
  if (method === 'halving') checkHalving(options)
  if (isDrawn(options)) return
  const drawn = given.find(([, values]) => !Array.isArray(values))
  if (drawn !== undefined) {
    throw bad(
      `search.parameters.${drawn[0]} is a distribution, which method "grid" cannot try: give an array of values, or use method "random".`,
    )
  }
  const size = given.reduce((count, [, values]) => count * (Array.isArray(values) ? values.length : 1), 1)
  if (size > MAX_TRIALS) {
    throw bad(
      `search.parameters has ${size} combinations, and ${MAX_TRIALS} is the limit: give fewer values, or use method "random" with n_trials.`,
    )
  }
}

function checkMethod(options: SearchOptions): void {
  const method = options.method ?? 'grid'
  for (const [option, methods] of Object.entries(optionsOf)) {
    const value: unknown = Reflect.get(options, option)
    if (value === undefined || value === null || methods.includes(method)) continue
    const others = methods.map((name) => quote(name)).join(' or ')
    throw bad(`search.${option} is for method ${others}, and this is ${quote(method)}: leave one out.`)
  }
}

function checkHalving({ resource, parameters, max_resources, n_trials, min_resources }: SearchOptions): void {
  const name = resource ?? 'n_samples'
  if (Object.hasOwn(parameters, name)) {
    throw bad(
      `search.resource is ${quote(name)}, which is one of search.parameters, too: leave it out of one.`,
    )
  }
  if (name !== 'n_samples' && typeof max_resources !== 'number') {
    throw bad(`search.resource is ${quote(name)}: give search.max_resources, the ${name} of the last round.`)
  }
  const isDrawn = Object.values(parameters).some((values) => !Array.isArray(values))
  if (min_resources === 'exhaust' && isDrawn && typeof n_trials !== 'number') {
    throw bad('search.min_resources "exhaust" needs to know how many trials begin: give search.n_trials.')
  }
}

function checkBounds(name: string, given: Distribution): void {
  const [[kind, [low, high]]] = Object.entries(given)
  const what = `search.parameters.${name}.${kind} is ${quote([low, high])}`
  if (low > high || (low === high && kind !== 'integers')) throw bad(`${what}: give the lower number first.`)
  if (kind === 'log_uniform' && low <= 0) throw bad(`${what}: both numbers must be above 0.`)
  if (kind === 'integers' && high - low >= 2 ** 31) throw bad(`${what}: the range is too wide.`)
}

const bad = (sentence: string) => new JobError('bad_message', sentence)
