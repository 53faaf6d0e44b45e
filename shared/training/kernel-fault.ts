/** Faults of the numeric code itself: no retry helps, whatever thread they happen on. */
import type { AlgorithmName } from '../algorithms/names.ts'
import { computed } from '../errors/code-fault.ts'

/**
 * Runs a fit or a prediction of a job.
 *
 * @throws JobError, with the code `internal`, for a fault of the code: it would fail the same way at every retry. Any
 *   other error is thrown on.
 */
export function withoutKernelFaults<T>(
  { algorithm, rows, columns }: { algorithm: AlgorithmName; rows: number; columns: number },
  compute: () => T | Promise<T>,
): Promise<T> {
  return computed(`The training of ${algorithm} on ${rows} rows x ${columns} columns`, compute)
}
