/** What every function connects to, by its settings. */
import type { Context } from 'aws-lambda'
import { logger } from '../shared/observability/logger.ts'
import { readConfig, unknownVariables } from '../shared/runtime/config.ts'
import { lazy } from '../shared/runtime/lazy.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { connectStorageService } from '../shared/storage/storage-service.ts'

export const config = readConfig()
for (const warning of unknownVariables()) logger.warn(warning)

let invocation: Pick<Context, 'getRemainingTimeInMillis'> | undefined

/** Milliseconds until the invocation under way will be stopped. */
export const timeLeftMs = () => invocation?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY

/** What every handler does first: its log lines name the invocation, and nothing is waited for beyond its end. */
export function beginInvocation({ context }: { context: Context }): void {
  invocation = context
  logger.addContext(context)
}

export const store = connectObjectStore({ endpoint: config.AWS_ENDPOINT_URL, timeLeftMs })

/** Where jobs, models and sample datasets are. */
export const bucket = store.bucket(config.ARTIFACT_BUCKET)

/** The original's storage service, where one is set. */
export const storageService =
  config.STORAGE_SERVICE_URL === undefined ? undefined : connectStorageService(config.STORAGE_SERVICE_URL)

export const hasRegistry = config.MONGODB_URL !== undefined || config.MONGODB_SECRET_ARN !== undefined

/** The registry, connected once and kept; the driver is loaded only then. */
export const registry = lazy(async () => {
  const { connectRegistry } = await import('../shared/registry/registry.ts')
  const connected = await connectRegistry(config)
  if (connected === undefined) throw new Error('Set MONGODB_URL or MONGODB_SECRET_ARN: there is no registry.')
  return connected
})
