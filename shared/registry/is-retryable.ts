const DUPLICATE_KEY = 11000
/** TooManyRequests of MongoDB-compatible services. */
const THROTTLED = 16500

const passing = /^Mongo(Network|NetworkTimeout|ServerSelection|PoolCleared|WaitQueueTimeout)Error$/
const labels = ['RetryableWriteError', 'RetryableReadError', 'TransientTransactionError']

/**
 * Whether work on the registry that failed so may succeed if it is done again. The driver repeats single operations,
 * once and where the server is a replica set; ours are idempotent and repeated as a whole. Two upserts of one document
 * at once can fail one of them with a duplicate key.
 *
 * Goes by the names of the driver's errors, because importing the driver takes longer than most jobs.
 */
export function registryMayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (passing.test(error.name)) return true
  if ('code' in error && (error.code === DUPLICATE_KEY || error.code === THROTTLED)) return true
  const own = 'errorLabels' in error && Array.isArray(error.errorLabels) ? error.errorLabels : []
  return labels.some((label) => own.includes(label))
}
