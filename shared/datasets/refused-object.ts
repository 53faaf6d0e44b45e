/** Explains why S3 refuses an object that exists, and what to change. */
import { S3ServiceException } from '@aws-sdk/client-s3'
import { JobError } from '../errors/job-error.ts'

/** Transient refusals of S3, although their status says that the request is at fault. */
const passing =
  /Throttl|SlowDown|RequestLimitExceeded|TooManyRequests|RequestTime|Expired|TokenRefreshRequired|OperationAborted|ConditionalRequestConflict/

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^InvalidObjectState$/, 'it is archived (Glacier): restore it, or copy it to the storage class STANDARD'],
  [
    /kms/i,
    'it is encrypted with a KMS key that the worker cannot use: enable the key, allow the worker’s role kms:Decrypt on it, or store the file under another key',
  ],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/,
    'its bucket is in another region, where the worker cannot follow: copy the file to a bucket of the worker’s region',
  ],
  [
    /^(AllAccessDisabled|AccountProblem)$/,
    'its bucket’s account is disabled: copy the file to another bucket',
  ],
]

/**
 * The permanent error for a refusal by S3, with S3's own code; undefined where a later attempt may succeed.
 *
 * @param source s3://bucket/key.
 */
export function refusedObject(error: unknown, source: string): JobError | undefined {
  if (!(error instanceof S3ServiceException)) return undefined
  const status = error.$metadata.httpStatusCode ?? 500
  if (status < 300 || status >= 500 || status === 408 || status === 429 || passing.test(error.name)) {
    return undefined
  }
  // Only the message tells that it is the object's KMS key to which access is denied.
  const told = error.name === 'AccessDenied' ? error.message : error.name
  const [, remedy] = remedies.find(([pattern]) => pattern.test(told)) ?? []
  const message = error.message.replace(/[.\s]+$/, '')
  return new JobError(
    'dataset_refused',
    `The dataset ${source} cannot be read, as S3 refuses it (${status} ${error.name}: ${message}): ${remedy ?? 'have it made readable for the worker, or store the file elsewhere'}.`,
    { cause: error },
  )
}
