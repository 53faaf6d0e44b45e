const DUPLICATE_KEY = 11000
/** TooManyRequests of MongoDB-compatible services. */
const THROTTLED = 16500

export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY

const transient = /^Mongo(Network|NetworkTimeout|ServerSelection|PoolCleared|WaitQueueTimeout)Error$/
/** Errors of system calls on a connection, by their code. */
const CONNECTION_ERRORS = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE)$/
const labels = ['RetryableWriteError', 'RetryableReadError', 'TransientTransactionError']

/**
 * Whether an error of work on the registry is transient. The driver retries single operations, once and where the server
 * is a replica set; ours are idempotent and retried as a whole. Of two upserts of one document at the same time one can
 * fail with a duplicate key. The driver passes on the socket's own error when a connection ends while a long command is
 * written, so those count, too.
 *
 * Goes by the names of the driver's errors, because importing the driver takes longer than most jobs.
 */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (transient.test(error.name) || isConnectionError(error)) return true
  if (isDuplicateKey(error) || ('code' in error && error.code === THROTTLED)) return true
  const own = 'errorLabels' in error && Array.isArray(error.errorLabels) ? error.errorLabels : []
  return labels.some((label) => own.includes(label))
}

/** Whether a system call on a connection failed. */
const isConnectionError = (error: Error): boolean =>
  'code' in error && CONNECTION_ERRORS.test(String(error.code))

/** AuthenticationFailed, ReauthenticationRequired, and Atlas' own error. */
const AUTHENTICATION = [18, 391, 8000]

/** Whether MongoDB refused the password or the credentials of the connection. */
export function isAuthenticationError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    AUTHENTICATION.includes(error.code)
  )
}
