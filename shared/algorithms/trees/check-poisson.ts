import { JobError } from '../../errors/job-error.ts'

/** @throws JobError for targets that no Poisson distribution has: negative ones, or 0 alone. */
export function checkPoisson(target: Float64Array): void {
  const negative = target.find((value) => value < 0)
  const problem =
    negative !== undefined
      ? `a target of at least 0, and the training rows have ${negative}`
      : target.every((value) => value === 0)
        ? 'a target above 0, and all training rows have 0'
        : undefined
  if (problem === undefined) return
  throw new JobError(
    'bad_target',
    `hyperparameters.criterion is "poisson", which needs ${problem}: use "squared_error".`,
  )
}
