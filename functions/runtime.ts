/** The connections of a function, from its settings. */
import type { Context } from 'aws-lambda'
import { type BatchQueue, connectBatch } from '../shared/batch/batch-queue.ts'
import { eventSender } from '../shared/events/send-events.ts'
import { logger } from '../shared/observability/logger.ts'
import { cachedRegistry } from '../shared/registry/cached-registry.ts'
import { type Config, readConfig, unknownVariables } from '../shared/runtime/config.ts'
import type { TimeLeft } from '../shared/runtime/retry.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { connectStorageService } from '../shared/storage/storage-service.ts'

export type Runtime = ReturnType<typeof createRuntime>

/** Reads the settings, and warns of unknown ones. Makes no request: each connection is made when it is first used. */
export function createRuntime(env: Readonly<Record<string, string | undefined>>) {
  const config = readConfig(env)
  for (const warning of unknownVariables(env)) logger.warn(warning)

  let invocation: Pick<Context, 'getRemainingTimeInMillis'> | undefined
  /** Milliseconds until the current invocation will be stopped. */
  const timeLeftMs = () => invocation?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY
  const store = connectObjectStore({ endpoint: config.AWS_ENDPOINT_URL, timeLeftMs })

  return {
    config,
    timeLeftMs,

    /**
     * Called first by every handler: log lines then name the invocation, and no request is retried beyond its end.
     */
    beginInvocation({ context }: { context: Context }): void {
      invocation = context
      logger.addContext(context)
    },

    store,
    /** The bucket of jobs, models and sample datasets. */
    bucket: store.bucket(config.ARTIFACT_BUCKET),
    /** The storage service of the original worker, if one is configured. */
    storageService:
      config.STORAGE_SERVICE_URL === undefined
        ? undefined
        : connectStorageService(config.STORAGE_SERVICE_URL),
    /** Sends events to the configured bus or queue; does nothing without one. */
    announce: eventSender({
      endpoint: config.AWS_ENDPOINT_URL,
      bus: config.EVENT_BUS_NAME,
      queueUrl: config.EVENT_QUEUE_URL,
      timeLeftMs,
    }),
    /** The queue of AWS Batch for jobs that outgrow a function; undefined without one. */
    batch: batchQueue(config, timeLeftMs),
    hasRegistry: config.MONGODB_URL !== undefined || config.MONGODB_SECRET_ARN !== undefined,

    /** The registry, connected when first needed and kept; the driver is loaded only then. */
    useRegistry: cachedRegistry(async (isRenewal) => {
      const { connectRegistry } = await import('../shared/registry/registry.ts')
      const connected = await connectRegistry(config, isRenewal)
      if (connected === undefined)
        throw new Error('Set MONGODB_URL or MONGODB_SECRET_ARN: there is no registry.')
      return connected
    }),
  }
}

function batchQueue(config: Config, timeLeftMs: TimeLeft): BatchQueue | undefined {
  const { BATCH_JOB_QUEUE: queue, BATCH_JOB_DEFINITION: definition } = config
  if (queue === undefined || definition === undefined) return undefined
  const maxSeconds = config.BATCH_MAX_TRAINING_SECONDS
  const endpoint = config.AWS_ENDPOINT_URL_BATCH ?? config.AWS_ENDPOINT_URL
  return connectBatch({ queue, definition, maxSeconds, endpoint, timeLeftMs })
}
