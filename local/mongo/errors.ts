/** An error as a MongoDB server reports it to its client. */
export class MongoError extends Error {
  override readonly name = 'MongoError'
  readonly code: number
  readonly codeName: string
  readonly details: Record<string, unknown>

  constructor(code: number, codeName: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.codeName = codeName
    this.details = details
  }
}

export const badValue = (message: string) => new MongoError(2, 'BadValue', message)

/** Makes a MongoError of any error. What MongoDB has no code for is an unknown error. */
export function toMongoError(error: unknown): MongoError {
  if (error instanceof MongoError) return error
  return new MongoError(8, 'UnknownError', error instanceof Error ? error.message : String(error))
}
