/** The command was wrong, as against: it was right and did not work. Ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
