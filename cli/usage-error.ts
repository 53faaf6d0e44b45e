/** Wrong usage of a command, which ends with exit code 2; other errors end with 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
