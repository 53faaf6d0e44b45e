import type { z } from 'zod'
import { didYouMean } from '../errors/closest-match.ts'
import { explainSchemaError } from '../errors/explain-schema-error.ts'
import { JobError } from '../errors/job-error.ts'
import type { Checked, HyperparameterSet } from './hyperparameters.ts'

/**
 * The given hyperparameters, checked, with defaults filled in. Needs nothing but the message, so that a job is refused
 * before its dataset is fetched.
 *
 * @throws JobError naming the first that is unknown, refused, out of range or at odds with another one.
 */
export function checkHyperparameters<Fields extends z.ZodRawShape>(
  algorithm: string,
  set: HyperparameterSet<Fields>,
  given: Readonly<Record<string, unknown>>,
): Checked<Fields> {
  const kept = supportedOnly(algorithm, set, given)
  const parsed = set.schema.safeParse(kept)
  if (!parsed.success) {
    throw new JobError(
      'bad_hyperparameter',
      explainSchemaError(parsed.error, set.schema, kept, 'hyperparameters.'),
    )
  }
  for (const rule of set.rules) {
    const problem = rule.problem(parsed.data)
    if (problem !== undefined) throw new JobError('bad_hyperparameter', problem)
  }
  return parsed.data
}

/** Drops those without effect, and refuses those that are not supported or not known. */
function supportedOnly<Fields extends z.ZodRawShape>(
  algorithm: string,
  { schema, withoutEffect, refused, rewrite }: HyperparameterSet<Fields>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = Object.keys(schema.shape)
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (withoutEffect.includes(name)) continue
    if (Object.hasOwn(refused, name)) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.${name} is not supported for ${algorithm}: ${refused[name]}`,
      )
    }
    if (!known.includes(name)) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.${name.slice(0, 60)} is not a hyperparameter of ${algorithm}${didYouMean(name, known)}: use ${known.join(', ')}.`,
      )
    }
    kept[name] = rewrite ? rewrite(name, value) : value
  }
  return kept
}
