import type { Worker } from '../dead-letters/dead-letters.ts'
import type { Registry } from '../registry/registry.ts'
import type { Bucket } from '../storage/bucket.ts'

/** The environment of the API: its stores, limits and services. */
export type ApiContext = {
  /** The artifact bucket. */
  readonly bucket: Bucket
  /** Throws when none is configured, or it cannot be reached. */
  registry(): Promise<Registry>
  /** The jobs queue and its dead-letter queue. */
  readonly worker: Worker
  /** Sends a message to the jobs queue. */
  send(body: string): Promise<void>
  /** A signed address to which a client can write an object of the bucket for some minutes. */
  presignUpload(key: string, expiresInSeconds: number): Promise<string>
  /** Prometheus metrics, where this process has them. */
  metrics?(): Promise<{ readonly contentType: string; readonly text: string }>
  /** A job's log lines, oldest first, where this process can read them. */
  logs?(jobId: string): Promise<string[]>
  /** Bytes that this process may use. */
  readonly memoryBytes: number
  readonly limits: ApiLimits
  /** Hears of what went wrong on the server's side. */
  onError(error: unknown): void
}

export type ApiLimits = {
  /** Requests a second, on average, and at the same moment. */
  readonly requestsPerSecond: number
  readonly burst: number
  /** Bytes of a dataset that is uploaded through the API. */
  readonly uploadBytes: number
  /** Bytes of the rows of one prediction. */
  readonly predictionBytes: number
  /** Milliseconds that a request may take, but for uploads, downloads, streams and POST /train. */
  readonly requestMs: number
  /** Milliseconds that POST /train waits for the result, and that a stream of a job's progress lasts. */
  readonly waitMs: number
}

export const defaultLimits: ApiLimits = {
  requestsPerSecond: 500,
  burst: 1000,
  uploadBytes: 1024 * 2 ** 20,
  predictionBytes: 16 * 2 ** 20,
  requestMs: 30_000,
  waitMs: 15 * 60_000,
}

/** Bytes of a job's message; SQS takes four times as many. */
export const MESSAGE_BYTES = 256 * 1024
