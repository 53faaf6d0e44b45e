/** Errors on their way from one thread to another: structured clone makes a plain Error of those that it does not know. */
import { JobError, type JobErrorCode } from '../errors/job-error.ts'

export type ThreadError =
  | {
      readonly type: 'JobError'
      readonly code: JobErrorCode
      readonly message: string
      readonly stack?: string
    }
  | { readonly type: 'RuntimeError'; readonly message: string; readonly stack?: string }
  | { readonly type: 'other'; readonly error: unknown }

export function packError(error: unknown): ThreadError {
  if (error instanceof JobError) {
    const { code, message, stack } = error
    return { type: 'JobError', code, message, stack }
  }
  if (error instanceof WebAssembly.RuntimeError) {
    const { message, stack } = error
    return { type: 'RuntimeError', message, stack }
  }
  return { type: 'other', error }
}

/** The error as it was thrown: a JobError with its code, a WebAssembly.RuntimeError, or what structured clone made of it. */
export function unpackError(packed: ThreadError): unknown {
  if (packed.type === 'other') return packed.error
  const { message, stack } = packed
  const error =
    packed.type === 'JobError' ? new JobError(packed.code, message) : new WebAssembly.RuntimeError(message)
  error.stack = stack
  return error
}
