/** Faults of the numeric code itself: no retry helps, whatever thread they happen on. */
import { AssertionError } from 'node:assert'
import type { AlgorithmName } from '../algorithms/names.ts'
import { JobError } from '../errors/job-error.ts'

/**
 * Whether an error is a trap of a WebAssembly kernel (a division by zero, an address out of bounds, unreachable code), an
 * overflow of the stack, or a failed assertion.
 *
 * An error of another thread arrives by structured clone, which keeps message and stack but makes a plain Error of all
 * but the standard classes: its class is then read from the beginning of its stack.
 */
export function isKernelFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if (error instanceof WebAssembly.RuntimeError || error instanceof AssertionError) return true
  if (error instanceof RangeError) return error.message === 'Maximum call stack size exceeded'
  return /^(RuntimeError|AssertionError)\b/.test(error.stack ?? '')
}

/**
 * Runs a fit or a prediction of a job.
 *
 * @throws JobError, with the code `internal`, for a fault of the code: it would fail the same way at every retry. Any
 *   other error is thrown on.
 */
export async function withoutKernelFaults<T>(
  { algorithm, rows, columns }: { algorithm: AlgorithmName; rows: number; columns: number },
  compute: () => T | Promise<T>,
): Promise<T> {
  try {
    return await compute()
  } catch (error) {
    if (!isKernelFault(error)) throw error
    throw new JobError(
      'internal',
      `The training of ${algorithm} on ${rows} rows x ${columns} columns stopped at a fault of the worker itself (${error.message}): please report it, with this sentence.`,
      { cause: error },
    )
  }
}
