import type { Document } from 'bson'
import { z } from 'zod'
import type { Cursors } from './cursors.ts'
import type { Database, Databases } from './databases.ts'
import { typeName } from './describe-value.ts'
import { badValue, MongoError, toMongoError } from './errors.ts'
import { checkBatch } from './limits.ts'
import { isDocument } from './values.ts'

/** The context of a command. */
export type CommandContext = {
  readonly databases: Databases
  /** The database that the command names. */
  readonly database: Database
  readonly cursors: Cursors
  /** The name of the command's collection. Throws InvalidNamespace if it names none. */
  collectionName(): string
}

/** Carries out a command and returns the reply. Throws MongoError. */
export type Command = (given: Document, context: CommandContext) => Document

/**
 * Defines a command whose fields are checked before it runs.
 *
 * @throws MongoDB's error where a field is missing (code 40414) or has another type (TypeMismatch).
 */
export function defineCommand<T>(
  name: string,
  fields: z.ZodType<T>,
  run: (command: T, context: CommandContext) => Document,
): Command {
  return (given, context) => {
    const parsed = fields.safeParse(given)
    if (parsed.success) return run(parsed.data, context)
    throw wrongField(name, given, parsed.error.issues[0])
  }
}

/** Field types for schemas; the message of each is MongoDB's name of the type. */
export const document = z.custom<Document>(isDocument, { error: 'object' })
export const text = z.string({ error: 'string' })
export const count = z.number({ error: 'int' })
/** A boolean, or a number (0 is false). */
export const flag = z.union([z.boolean(), z.number()], { error: 'bool' }).transform(Boolean)
export const arrayOf = <T>(item: z.ZodType<T>) => z.array(item, { error: 'array' })
/** The id of a cursor. */
export const cursorId = z.custom<unknown>((value) => ['int', 'long'].includes(typeName(value)), {
  error: 'long',
})

function wrongField(command: string, given: Document, issue: z.core.$ZodIssue): MongoError {
  const path = issue.path.filter((part) => typeof part === 'string')
  const name = [command, ...path].join('.')
  const value = issue.path.reduce(
    (value: unknown, part) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined,
    given,
  )
  if (value === undefined) {
    const message = `BSON field '${name}' is missing but a required field`
    return new MongoError(40414, 'Location40414', message)
  }
  return new MongoError(
    14,
    'TypeMismatch',
    `BSON field '${name}' is the wrong type '${typeName(value)}', expected type '${issue.message}'`,
  )
}

/**
 * Carries out a command's writes one after the other.
 *
 * @param ordered whether the first that fails is the last.
 * @returns the reply's `writeErrors`, where there are any.
 * @throws InvalidLength where there are too many, or none.
 */
export function writeEach<T>(
  operations: readonly T[],
  ordered: boolean,
  write: (operation: T, index: number) => void,
): { writeErrors?: Document[] } {
  checkBatch(operations)
  const writeErrors: Document[] = []
  for (const [index, operation] of operations.entries()) {
    try {
      write(operation, index)
    } catch (error) {
      const { code, message, details } = toMongoError(error)
      writeErrors.push({ index, code, errmsg: message, ...details })
      if (ordered) break
    }
  }
  return writeErrors.length === 0 ? {} : { writeErrors }
}

/** Throws for features of MongoDB that the embedded server lacks. */
export function refuseUnsupported(command: Document): void {
  if (command.startTransaction === true) {
    const message = 'The embedded server has no transactions.'
    throw new MongoError(263, 'OperationNotSupportedInTransaction', message)
  }
  if (command.collation !== undefined) throw badValue('The embedded server has no collations.')
}
