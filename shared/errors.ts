/**
 * A job that cannot succeed however often it is tried: the fault is in the message, the dataset or the
 * hyperparameters. It ends as a `failed` result whose `error` is this sentence, so write it for the person
 * who sent the job: what is wrong, where, and what to do.
 *
 * Every other error is taken to be passing (a throttled call, a lost connection) and is thrown on, so that
 * the queue delivers the message again.
 */
export class JobError extends Error {
  override readonly name = 'JobError'
}
