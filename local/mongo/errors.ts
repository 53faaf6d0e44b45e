/** An error as a Mongo server reports it to its client. */
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

/** As a client is told of it: what Mongo has a code for keeps it, anything else is an unknown error. */
export function asMongoError(error: unknown): MongoError {
  if (error instanceof MongoError) return error
  return new MongoError(8, 'UnknownError', error instanceof Error ? error.message : String(error))
}
