import { JobError } from '../../errors/job-error.ts'
import type { KernelParams } from './hyperparameters.ts'
import type { Machine } from './problem.ts'

/** @throws JobError where a machine is not finite. */
export function checkFinite(machines: readonly Machine[]): void {
  const allFinite = machines.every(
    ({ coefficients, rho }) => Number.isFinite(rho) && coefficients.every(Number.isFinite),
  )
  if (allFinite) return
  throw new JobError(
    'diverged',
    'svm found no finite solution: the features or the kernel values are too large; scale the features, or use a smaller gamma, degree or coef0.',
  )
}

export function convergenceWarnings(machines: readonly Machine[], { max_iter }: KernelParams): string[] {
  if (!machines.some((machine) => machine.timedOut)) return []
  return [`svm did not converge in ${max_iter} iterations: raise max_iter or tol, or use -1 for no limit.`]
}
