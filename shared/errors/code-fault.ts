/** Faults of the code itself: no retry helps, so a job that meets one ends. */
import { AssertionError } from 'node:assert'
import { JobError } from './job-error.ts'

/**
 * Whether an error is a fault of the code: a TypeError, ReferenceError, RangeError or URIError, a failed assertion, a trap
 * of a WebAssembly kernel (a division by zero, an address out of bounds, unreachable code), a value that cannot be sent to
 * another thread, or one of the worker's own that does not fit its schema.
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
  if (FAULTS.some((Fault) => error instanceof Fault)) return true
  // A schema's by its name: zod is loaded only when needed.
  if (error.name === 'DataCloneError' || error.name === 'ZodError') return true
  return /^(RuntimeError|AssertionError)\b/.test(error.stack ?? '')
}

/**
 * Whether an error of a computation, which at most reads and writes local files, is a fault of the code: such an error, one
 * about a text that was read (SyntaxError), or one without any sign of what a retry may change. Signs are a class of its own
 * (the time is over, a larger machine is needed), a cause, the code of a system call, of a thread or of a stream, and a
 * lack of memory. Node's other codes are none: a text that is too long for a string is so at every attempt.
 */
export function isFaultOfComputation(error: unknown): error is Error {
  if (isCodeFault(error)) return true
  if (!(error instanceof Error)) return false
  const isPlain = [Error.prototype, SyntaxError.prototype].includes(Object.getPrototypeOf(error))
  if (!isPlain || error.cause !== undefined || NO_MEMORY.test(error.message)) return false
  // An error of another thread has lost its code: the message of a system call begins with it.
  const code = 'code' in error ? String(error.code) : (/^(E[A-Z0-9]+): /.exec(error.message)?.[1] ?? '')
  return !MAY_CHANGE.test(code)
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

/**
 * Does what a job computes from its data.
 *
 * @throws JobError (internal) for a fault of the code.
 */
export async function computed<T>(where: string, compute: () => T | Promise<T>): Promise<T> {
  try {
    return await compute()
  } catch (error) {
    throw afterComputation(where, error)
  }
}

/** What to throw for an error of a computation: `internal` for a fault of the code, which a retry would meet again; any other error as it is. */
export function afterComputation(where: string, error: unknown): unknown {
  return isFaultOfComputation(error) ? internalError(where, error) : error
}

const FAULTS = [TypeError, ReferenceError, RangeError, URIError, WebAssembly.RuntimeError, AssertionError]
const NO_MEMORY = /allocat|out of memory|insufficient memory|ENOMEM/i
/** Codes of system calls, threads, streams and of a lack of memory. */
const MAY_CHANGE = /^(E[A-Z0-9]+|ERR_(WORKER|MEMORY|STREAM|INVALID_STATE)\w*|Z_MEM_ERROR)$/

const isLackOfMemory = ({ name, message }: Error) =>
  (name === 'RangeError' || name === 'DataCloneError') && NO_MEMORY.test(message)

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
