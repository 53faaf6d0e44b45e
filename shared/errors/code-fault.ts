/** Faults of the code itself: no retry helps, so a job that meets one ends. */
import { AssertionError } from 'node:assert'
import { JobError } from './job-error.ts'

/**
 * Whether an error is a fault of the code: a TypeError, ReferenceError or RangeError, a failed assertion, a trap of a
 * WebAssembly kernel (a division by zero, an address out of bounds, unreachable code), or a value that cannot be sent to
 * another thread.
 *
 * Not those that JavaScript's own classes also stand for: a lack of memory, which another process may have; a connection
 * that failed, which fetch and streams report as TypeErrors; and what AWS' clients make of an answer. Nor a SyntaxError,
 * as that is about a text that was read.
 *
 * An error of another thread arrives by structured clone, which keeps message and stack but makes a plain Error of all
 * but the standard classes: its class is then read from the beginning of its stack.
 */
export function isCodeFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if (isLackOfMemory(error) || isOfConnection(error)) return false
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError)
    return true
  if (error instanceof WebAssembly.RuntimeError || error instanceof AssertionError) return true
  if (error.name === 'DataCloneError') return true
  return /^(RuntimeError|AssertionError)\b/.test(error.stack ?? '')
}

/**
 * A fault of the code as what a job ends with.
 *
 * @param where what the worker was doing: "The training of svm on 150 rows x 4 columns".
 */
export function internalError(where: string, fault: Error): JobError {
  const { name, message } = fault
  const kind = name === 'Error' || name === 'RuntimeError' ? '' : `${name}: `
  return new JobError(
    'internal',
    `${where} stopped at a fault of the worker itself (${kind}${message}): please report it, with this sentence.`,
    { cause: fault },
  )
}

const isLackOfMemory = ({ name, message }: Error) =>
  (name === 'RangeError' || name === 'DataCloneError') && /allocat|out of memory|ENOMEM/i.test(message)

/** Of Node's networking and streams: it may work at the next attempt. */
function isOfConnection(error: Error): boolean {
  // Of AWS' clients; and the cause that fetch ("fetch failed", "terminated") gives its TypeErrors.
  if ('$metadata' in error || '$response' in error || '$fault' in error) return true
  if (
    error instanceof TypeError &&
    (error.cause !== undefined || /^(fetch failed|terminated)$/.test(error.message))
  )
    return true
  const code = 'code' in error ? String(error.code) : ''
  return /^(UND_ERR|ERR_STREAM|ERR_HTTP|ERR_TLS|ERR_SSL|ERR_SOCKET|ERR_INVALID_STATE)/.test(code)
}
