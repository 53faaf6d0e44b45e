/** What a search tries, when some of its trials may depend on what came of those before. */
import { candidatesOf } from './candidates.ts'
import { planHalving } from './halving.ts'
import type { SearchOptions } from './options.ts'
import { planTpe } from './tpe.ts'
import type { PlannedTrial, Size, TrialPlan } from './trial-plan.ts'

/**
 * @param known trials that this plan has given before, which need not be drawn again.
 * @throws JobError (bad_message) for options that do not go with the data.
 */
export function planTrials(
  options: SearchOptions,
  size: Size,
  known: readonly PlannedTrial[] = [],
): TrialPlan {
  if (options.method === 'halving') return planHalving(options, size)
  if (options.method === 'tpe') return planTpe(options, known)
  const trials = candidatesOf(options).map((parameters) => ({ parameters }))
  return { total: trials.length, trials: () => trials }
}

/** Trials on all rows that a search has at least, before the data are known. */
export function trialsAtLeast(options: SearchOptions): number {
  return options.method === 'halving' ? 1 : candidatesOf(options).length
}
