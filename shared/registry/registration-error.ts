/** Results that can never be registered: the sentence about them, and the record that ends further attempts. */
import { isCodeFault } from '../errors/code-fault.ts'
import { jobEnded } from '../events/event.ts'
import { type Announce, announceNothing } from '../events/send-events.ts'
import { findJob } from '../job-store/accept.ts'
import { findResult } from '../job-store/commit.ts'
import { resultKey } from '../job-store/result-key.ts'
import { DamagedModel } from '../models/damaged-model.ts'
import { DamagedRecord, unlessDamaged } from '../storage/json.ts'
import { collectionsIn } from './collections.ts'
import { refusedDocument } from './documents.ts'
import { isDuplicateKey } from './is-retryable.ts'
import { FINAL_STATUSES } from './job-progress.ts'
import type { ModelStores } from './registry.ts'

/**
 * MongoDB's codes for a document that it does not take: BadValue, InvalidBSON, Overflow, InvalidLength,
 * DollarPrefixedFieldName, InvalidIdField, EmptyFieldName, DottedFieldName, DocumentValidationFailure, BSONObjectTooLarge, and
 * a key that is too long for an index.
 *
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
const REFUSED_DOCUMENT: readonly unknown[] = [2, 15, 16, 22, 52, 53, 56, 57, 121, 10334, 17280]

export type RegistrationError = { readonly code: 'model_damaged' | 'internal'; readonly message: string }

/** Why a result can never be registered as it is; undefined for an error that may be gone at the next attempt. */
export function registrationError(error: unknown): RegistrationError | undefined {
  if (!(error instanceof Error)) return undefined
  const { message } = error
  if (error instanceof DamagedModel || error instanceof DamagedRecord)
    return { code: 'model_damaged', message }
  const isRefused = 'code' in error && REFUSED_DOCUMENT.includes(error.code)
  if (isRefused || error.name.startsWith('BSON') || isCodeFault(error))
    return { code: 'internal', message: `${error.name}: ${message}` }
  return undefined
}

/**
 * Writes the job's document without what could not be registered, and with the reason, unless the registry has the job's end. So
 * a sweep does not try again; `registry rebuild` does.
 */
export async function registerRefused(
  { bucket, registry }: ModelStores,
  jobId: string,
  error: RegistrationError,
  announce: Announce = announceNothing,
): Promise<void> {
  const [result, job] = await Promise.all([
    unlessDamaged(findResult(bucket, jobId)),
    unlessDamaged(findJob(bucket, jobId)),
  ])
  const document = refusedDocument(jobId, result, job, error.message)
  if (result !== undefined) await announce([jobEnded(bucket.name, resultKey(jobId), result)])
  const { jobs } = collectionsIn(registry.db)
  try {
    const filter = { _id: jobId, status: { $nin: [...FINAL_STATUSES] } }
    await jobs.replaceOne(filter, document, { upsert: true })
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}
