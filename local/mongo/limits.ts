/** The limits that MongoDB sets to what is stored, with its own errors. */
import { calculateObjectSize, type Document } from 'bson'
import { typeName } from './describe-value.ts'
import { MongoError } from './errors.ts'
import { isDocument } from './values.ts'

export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
/** Bytes of a BSON object in a message: a document with the command around it. */
const MAX_OBJECT_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024
export const MAX_MESSAGE_BYTES = 48_000_000
export const MAX_WRITE_BATCH_SIZE = 100_000
/** Levels of nesting that MongoDB's documentation promises. (Its servers take 180.) */
const MAX_NESTING = 100
/** Levels of nesting of a BSON object in a message. */
const MAX_OBJECT_NESTING = 200
/** Bytes of a collection's name and its database's together. */
export const MAX_NAMESPACE_BYTES = 255
export const MAX_INDEXES = 64

/**
 * Throws where a document cannot be inserted: BSONObjectTooLarge, Overflow, InvalidIdField, DollarPrefixedFieldName.
 */
export function checkInsert(document: Document): void {
  const bytes = calculateObjectSize(document, { ignoreUndefined: true })
  if (bytes > MAX_DOCUMENT_BYTES) {
    throw new MongoError(
      10334,
      'BSONObjectTooLarge',
      `object to insert too large. size in bytes: ${bytes}, max size: ${MAX_DOCUMENT_BYTES}`,
    )
  }
  if (isDeeperThan(document, MAX_NESTING)) {
    throw overflow(`cannot insert document because it exceeds ${MAX_NESTING} levels of nesting`)
  }
  checkId(document._id)
}

/** Throws where a document cannot take the place of another: Overflow, or (code 17419) where it is too large. */
export function checkUpdated(document: Document, bytes: number): void {
  if (bytes > MAX_DOCUMENT_BYTES) {
    throw new MongoError(
      17419,
      'Location17419',
      `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}`,
    )
  }
  if (isDeeperThan(document, MAX_NESTING)) {
    throw overflow(`Document exceeds maximum nesting depth of ${MAX_NESTING}`)
  }
}

/** Throws BSONObjectTooLarge for the length of a message's BSON object. */
export function checkObjectBytes(bytes: number): void {
  if (bytes <= MAX_OBJECT_BYTES) return
  throw new MongoError(
    10334,
    'BSONObjectTooLarge',
    `BSONObj size: ${bytes} (0x${bytes.toString(16).toUpperCase()}) is invalid. ` +
      `Size must be between 0 and ${MAX_OBJECT_BYTES}(16MB)`,
  )
}

/** Throws Overflow for a message's BSON object that is too deep. */
export function checkObjectDepth(object: Document): void {
  if (isDeeperThan(object, MAX_OBJECT_NESTING)) {
    throw overflow(`BSONObj exceeded maximum nested object depth: ${MAX_OBJECT_NESTING}`)
  }
}

/** Throws InvalidLength where a command writes nothing or too much. */
export function checkBatch(operations: readonly unknown[]): void {
  const count = operations.length
  if (count > 0 && count <= MAX_WRITE_BATCH_SIZE) return
  throw new MongoError(
    16,
    'InvalidLength',
    `Write batch sizes must be between 1 and ${MAX_WRITE_BATCH_SIZE}. Got ${count} operations.`,
  )
}

function checkId(id: unknown): void {
  if (Array.isArray(id) || id instanceof RegExp || typeName(id) === 'regex') {
    throw new MongoError(53, 'InvalidIdField', `The '_id' value cannot be of type ${typeName(id)}`)
  }
  const dollar = isDocument(id) ? Object.keys(id).find((name) => name.startsWith('$')) : undefined
  if (dollar !== undefined) {
    throw new MongoError(
      52,
      'DollarPrefixedFieldName',
      `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
    )
  }
}

/** Whether a value has more levels of documents and arrays, itself counted. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (!Array.isArray(value) && !isDocument(value)) return false
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(part, levels - 1))
}

const overflow = (message: string) => new MongoError(15, 'Overflow', message)
