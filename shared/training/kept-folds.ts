/** What the trials of one search share in a process: the dataset, read and prepared for each fold. */
import type { Folds } from './cross-validate.ts'

let kept: { readonly search: string; readonly folds: Folds } | undefined

/**
 * The folds of a search, of an earlier trial in this process or made now. Those of one search are kept at most.
 *
 * @param search names it among all searches.
 */
export async function sharedFolds(search: string, make: () => Promise<Folds>): Promise<Folds> {
  if (kept?.search === search) return kept.folds
  kept = undefined
  const folds = await make()
  kept = { search, folds }
  return folds
}

/** Lets the memory go, for a job that needs it. */
export function releaseFolds(): void {
  kept = undefined
}
