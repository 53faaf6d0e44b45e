import { Readable } from 'node:stream'
import { z } from 'zod'
import { JobError } from '../errors/job-error.ts'
import { shorten } from '../errors/sentences.ts'

/** The original worker's storage service (STORAGE_SERVICE_URL): datasets come from it, models go to it. */
export type StorageService = ReturnType<typeof connectStorageService>

/** Where the service put a model: its document's id, and s3://bucket/key. */
const receiptSchema = z.object({ mongo_id: z.string().min(1), minio_path: z.string().optional() })
export type Receipt = z.infer<typeof receiptSchema>

const savedSchema = z.object({ result: receiptSchema })
const listSchema = z.object({
  models: z.array(z.object({ _id: z.string(), minio_path: z.string().optional(), version: z.unknown() })),
})

const errorBody = z.object({ error: z.string() })

/** Status codes of transient errors, besides every 5xx. */
const TRANSIENT_STATUSES = [408, 425, 429]

/**
 * The service's three calls. Transient errors (no connection, 5xx, an incomplete reply) are thrown as they are; a refusal is a JobError,
 * or, for a dataset, the reason why there is none. Time limits are fetch's own: 10 s to connect, 300 s between bytes.
 *
 * @param url of the service; a user and password in it are sent as basic authorization.
 */
export function connectStorageService(url: string) {
  const { username, password, origin, pathname } = new URL(url)
  const base = `${origin}${pathname.replace(/\/+$/, '')}`
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const headers: Record<string, string> =
    username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }

  /** The answer, unless it is one that may be another if asked again: then it throws. */
  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${base}${path}`, { ...init, headers }).catch((error: unknown) => {
      throw new Error(`The storage service at ${base} does not answer (${causeOf(error)}).`, { cause: error })
    })
    if (response.status < 500 && !TRANSIENT_STATUSES.includes(response.status)) return response
    throw new Error(`The storage service at ${base} is out of order (${await refusal(response)}).`)
  }

  return {
    base,

    /** `GET /api/v1/download/{bucket}/{object}`: the object's bytes, or why there are none. */
    async download(bucket: string, key: string): Promise<Readable | string> {
      const object = key.split('/').map(encodeURIComponent).join('/')
      const response = await call(`/api/v1/download/${encodeURIComponent(bucket)}/${object}`)
      if (!response.ok) return refusal(response)
      return response.body === null ? Readable.from([]) : Readable.from(response.body)
    },

    /** `POST /api/v1/models`, multipart: `metadata` (JSON, with a job_id) and `file`. Each call makes a new document. */
    async saveModel(name: string, bytes: Uint8Array, metadata: Record<string, unknown>): Promise<Receipt> {
      const form = new FormData()
      form.set('metadata', JSON.stringify(metadata))
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }), name)
      const response = await call('/api/v1/models', { method: 'POST', body: form })
      if (!response.ok) {
        const hint =
          response.status === 404 ? ': it has no /api/v1/models there, check STORAGE_SERVICE_URL' : ''
        throw new JobError(
          'storage_service_refused',
          `The storage service at ${base} did not take the model (${await refusal(response)})${hint}.`,
        )
      }
      const saved = savedSchema.safeParse(await response.json())
      if (saved.success) return saved.data.result
      throw new Error(`The storage service at ${base} took the model but named no result.mongo_id.`)
    },

    /** `GET /api/v1/models?job_id=`: where a version of the job's model is, if the service has it and can tell. */
    async findModel(jobId: string, version: string): Promise<Receipt | undefined> {
      const response = await call(`/api/v1/models?job_id=${encodeURIComponent(jobId)}`)
      if (!response.ok) return undefined
      const listed = listSchema.safeParse(await response.json())
      const found = listed.data?.models.find((model) => model.version === version && model.minio_path)
      return found && { mongo_id: found._id, minio_path: found.minio_path }
    },
  }
}

/** `HTTP 404, Not Found`, with the `error` of a JSON body where there is one. */
async function refusal(response: Response): Promise<string> {
  const body: unknown = await response.json().catch((error: unknown) => {
    if (!(error instanceof SyntaxError)) throw error
  })
  const { data } = errorBody.safeParse(body)
  const reason = data === undefined ? response.statusText : shorten(data.error, 200)
  return reason === '' ? `HTTP ${response.status}` : `HTTP ${response.status}, ${reason}`
}

/** fetch hides the reason (ECONNREFUSED …) in the cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
