/** The exit codes of `tensorfleet work`. docs/batch.md lists them; AWS Batch decides by them whether to retry. */
export const exitCodes = {
  /**
   * The job has its result, completed or failed; or the queue's worker was told to end, and its job is in the queue
   * again.
   */
  done: 0,
  /** A transient error (a lost connection): the same command may succeed. */
  failed: 1,
  /** The command cannot be carried out as it is: wrong options or settings, or no such job. */
  wrong: 2,
  /** Told to end: the checkpoint is saved, and the same command continues from it. EX_TEMPFAIL of sysexits.h. */
  interrupted: 75,
} as const

/** The command was wrong: it ends with `exitCodes.wrong`. */
export class WrongCommand extends Error {
  override readonly name = 'WrongCommand'
}
