/** Errors as problem details (RFC 9457): https://www.rfc-editor.org/rfc/rfc9457 */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { JobError, type JobErrorCode } from '../errors/job-error.ts'
import { isRetryable } from '../registry/is-retryable.ts'
import { RegistryRefusal } from '../registry/refusal.ts'

/** Codes of errors that are not a job's, and what they mean. */
const apiErrorCodes = {
  bad_request: 'A parameter or the body is not what the route takes.',
  not_found: 'There is no such job, model, dataset, alias, file or route.',
  conflict: 'The state of the model, alias or job does not allow it.',
  unsupported_media_type: 'The body has a content type that the route does not take.',
  body_too_large: 'The body is larger than the route takes.',
  too_many_requests: 'More requests than the limit: wait as long as Retry-After says.',
  unavailable: 'The bucket, the queue or the registry cannot be reached, or took too long: try again.',
} as const
export type ApiErrorCode = keyof typeof apiErrorCodes

const statusOf: Readonly<Record<ApiErrorCode, ContentfulStatusCode>> = {
  bad_request: 400,
  not_found: 404,
  conflict: 409,
  unsupported_media_type: 415,
  body_too_large: 413,
  too_many_requests: 429,
  unavailable: 503,
}

/** Of a JobError; the others are 422: the request was read, and what it names cannot be used. */
const statusOfJobError: Partial<Record<JobErrorCode, ContentfulStatusCode>> = {
  bad_message: 400,
  job_id_conflict: 409,
  dataset_not_found: 404,
  dataset_too_large: 413,
  model_damaged: 500,
  internal: 500,
}

export const problem = z
  .object({
    type: z.string().openapi({ example: 'urn:tensorfleet:error:not_found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'One sentence: what is wrong, where, and what to do.' }),
    code: z.string().openapi({ description: 'For programs: docs/errors.md and docs/api.md list the codes.' }),
  })
  .openapi('Problem')
export type Problem = z.infer<typeof problem>

/** A request that cannot be answered as it was asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode

  constructor(code: ApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The problem that an error is; what is not the client's fault says no more than that. */
export function problemOf(error: unknown): Problem & { readonly status: ContentfulStatusCode } {
  if (error instanceof ApiError) return described(statusOf[error.code], error.code, error.message)
  if (error instanceof JobError)
    return described(statusOfJobError[error.code] ?? 422, error.code, error.message)
  if (error instanceof RegistryRefusal) return described(statusOf[error.reason], error.reason, error.message)
  if (error instanceof HTTPException && error.status < 500)
    return described(400, 'bad_request', 'The body is not well-formed JSON: correct it.')
  if (isUnavailable(error)) {
    return described(503, 'unavailable', 'The bucket, the queue or the registry does not answer: try again.')
  }
  return described(500, 'internal', 'A fault of the server: its log has the error.')
}

function described(status: ContentfulStatusCode, code: string, detail: string) {
  return {
    type: `urn:tensorfleet:error:${code}`,
    title: titles[status] ?? 'Error',
    status,
    detail,
    code,
  }
}

export function answerProblem(c: Context, error: unknown): Response {
  const body = problemOf(error)
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    ...retryHeaders(body.status),
    'cache-control': 'no-store',
  }
  return c.body(JSON.stringify(body), body.status, headers)
}

/** Seconds after which a request that was refused for the moment may be sent again. */
export function retryHeaders(status: number): Record<string, string> {
  return status === 429 || status === 503 ? { 'retry-after': '1' } : {}
}

/** A store that cannot be reached, or is out of order. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isRetryable(error)) return true
  if (error.name === 'TimeoutError') return true
  if (!('$metadata' in error)) return false
  const metadata = z.object({ httpStatusCode: z.number().optional() }).safeParse(error.$metadata)
  return metadata.success && (metadata.data.httpStatusCode ?? 500) >= 500
}
