import type { FitContext } from '../algorithms/algorithm.ts'
import type { JobAlgorithmName } from '../algorithms/names.ts'
import type { BatchQueue } from '../batch/batch-queue.ts'
import type { Log } from '../observability/logger.ts'
import type { EndedPhase, PhaseClock } from '../observability/phases.ts'
import type { UseRegistry } from '../registry/cached-registry.ts'
import type { Bucket } from '../storage/bucket.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { StorageService } from '../storage/storage-service.ts'
import type { InterruptedAt } from './time-limits.ts'

/** The environment of a job: its stores, limits and services. */
export type JobContext = {
  /** Where the buckets are that a dataset's path may name. */
  readonly store: ObjectStore
  /** The artifact bucket. */
  readonly bucket: Bucket
  /** Where datasets are looked for that the buckets do not have. */
  readonly useRegistry?: UseRegistry
  /** The original worker's storage service, where one is set: datasets are looked for there first, models uploaded to it. */
  readonly storageService?: StorageService
  readonly threads: number
  /** See FitContext. */
  readonly arithmetic?: FitContext['arithmetic']
  /** Bytes that this process may use. */
  readonly memoryBytes: number
  /** Whether this is a function of Lambda, which a job can outgrow. */
  readonly isFunction?: boolean
  /** Where jobs go that outgrow this function. */
  readonly batch?: BatchQueue
  /** Seconds that a job may take in all, over any number of calls. */
  readonly maxTrainingSeconds: number
  /** The receive count of the message: 1, 2, … */
  readonly attempt: number
  /** Seconds after which the message is delivered again if this attempt fails; undefined where the queue alone decides. */
  readonly retryDelaySeconds?: number
  /** Milliseconds until the process will be stopped. */
  remainingMs(): number
  /** When the process was told to end; absent where nothing tells it. */
  readonly interruptedAt?: InterruptedAt
  /** Sends messages to the queue that this one came from, in its group: to continue the job in another call, and trials. */
  send(bodies: readonly string[]): Promise<void>
  /** The MessageGroupId of what is sent; without one there is no queue, and a job does all by itself. */
  readonly messageGroup?: string
  readonly log: Log
  /** Of the call, for the metrics' records. */
  readonly requestId?: string
  /** Seconds that the message lay in the queue. */
  readonly queueSeconds?: number
  /** Called for every phase of a job that has ended. */
  onPhase?(ended: EndedPhase): void
}

/** One attempt at a job, and what it finds out for the record of the job's outcome. */
export type Attempt = {
  /** By performance.now(). */
  readonly started: number
  readonly clock: PhaseClock
  /** The message as it came. */
  readonly body: string
  /** Whether no attempt at the job was made before. */
  isFirst: boolean
  algorithm: JobAlgorithmName | 'unknown'
  rows?: number
  /** Seconds that earlier calls spent on the job before they handed it on. */
  secondsBefore?: number
}
