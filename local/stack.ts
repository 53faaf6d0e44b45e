import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SQSClient } from '@aws-sdk/client-sqs'
import { listHandedOver } from '../shared/job-store/list-jobs.ts'
import { resultKey } from '../shared/job-store/result-key.ts'
import { outcomeId } from '../shared/jobs/parse-message.ts'
import { readConfig } from '../shared/runtime/config.ts'
import { lazy } from '../shared/runtime/lazy.ts'
import type { Bucket } from '../shared/storage/bucket.ts'
import { isAliasKey } from '../shared/storage/keys.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { type ApiAddress, type ApiConnection, serveApi } from './api/serve-api.ts'
import type { AwsClientSettings } from './aws-client-settings.ts'
import { type LocalBatch, startBatch } from './batch.ts'
import { type Functions, hostFunctions, logLines } from './functions.ts'
import { jobLogs, logsOf } from './job-logs.ts'
import type { FunctionHost } from './lambda/function-host.ts'
import { objectCreated } from './lambda/s3-event.ts'
import { pollQueue } from './lambda/sqs-event-source.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type Servers, startServers } from './servers.ts'
import { claimDirectory, type DirectoryClaim } from './stack-file.ts'

/** The whole system on this machine: S3, SQS, Mongo, the functions and what triggers them. */
export type Stack = {
  /** Settings for clients as environment variables: endpoints, bucket, queue, credentials. */
  readonly environment: Readonly<Record<string, string>>
  /** Settings for clients of S3 and SQS in this process. */
  readonly aws: AwsClientSettings
  /** http://127.0.0.1:port of the HTTP API, where one is served; /metrics is there, too. */
  readonly apiUrl: string | undefined
  /** Runs the seed function. */
  seed(): Promise<unknown>
  /** Registers a committed result. Throws if that failed. */
  register(jobId: string): Promise<void>
  /** Registers all committed results that are not registered yet. Throws if that failed. */
  sweep(): Promise<unknown>
  /** Hides the stack from other commands; attached ones may finish. */
  withdraw(): void
  /** The ids of the processes of the functions and of the local Batch. */
  pids(): number[]
  close(): Promise<void>
}

export type StackSettings = {
  /** Where the data are kept; `.tensorfleet` by default. */
  readonly directory?: string
  /** Whether jobs are run; if not, only the stores are up, to be read. */
  readonly runJobs?: boolean
  /** Maximum number of jobs that run at the same time, each in a process of its own. */
  readonly concurrency?: number
  readonly trainTimeoutSeconds?: number
  /** MB that a job may use in the function; one that needs more is handed over to the local Batch. */
  readonly trainMemoryMb?: number
  /** TENSORFLEET_RETRY_SECONDS of the functions: the longest delay before the first retry. 2 by default. */
  readonly retrySeconds?: number
  /** Ports to use instead of free ones. */
  readonly ports?: { readonly aws?: number; readonly mongo?: number }
  /** Where the HTTP API is served; nowhere by default. */
  readonly api?: ApiAddress
  /** Called with every line that a function writes. */
  onLog?(functionName: string, line: string): void
  /** This process' environment by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** Milliseconds between two sweeps, which register results that were not registered. */
const SWEEP_EVERY_MS = 5 * 60_000

/** Attempts of an asynchronous invocation, as in Lambda. */
const MAX_ASYNC_ATTEMPTS = 3

/**
 * Starts the stack. With AWS_ENDPOINT_URL or MONGODB_URL in the environment, what they point at is used instead of
 * the embedded server. Throws when another stack runs on the directory.
 */
export async function startStack(settings: StackSettings = {}): Promise<Stack> {
  const resources = new AsyncDisposableStack()
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= resources.disposeAsync()
    return closed
  }
  try {
    const parts = await startParts(settings, resources)
    if (settings.runJobs !== false) await runJobs(settings, parts, resources)
    const { servers, functions, batch, registration, claim } = parts
    const apiUrl = settings.api && (await serveApi(settings.api, connectStores(parts, resources), resources))
    const environment = {
      ...servers.environment,
      ...(apiUrl === undefined ? {} : { TENSORFLEET_API_URL: apiUrl }),
    }
    await claim.publish({ ...(settings.runJobs === false ? { storesOnly: true } : {}), environment })
    return {
      environment,
      aws: servers.aws,
      apiUrl,
      seed: () => functions.seed.invoke({}),
      ...registration,
      withdraw: claim.withdraw,
      pids: () => [...Object.values(functions).flatMap((host) => host.pids()), ...batch.pids()],
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The stores as the API uses them: the registry is connected with the first request that needs it. */
function connectStores(
  { servers, metrics, logFolder, onError }: Parts,
  resources: AsyncDisposableStack,
): ApiConnection {
  const store = resources.adopt(connectObjectStore(servers.aws), (store) => store.close())
  const registry = lazy(async () => {
    const { connectRegistry } = await import('../shared/registry/registry.ts')
    const registry = await connectRegistry(readConfig(servers.environment))
    if (registry === undefined) throw new Error('The stack has no registry.')
    return resources.adopt(registry, (registry) => registry.close())
  })
  const { aws, bucket, jobQueueUrl: queueUrl } = servers
  const logs = (jobId: string) => jobLogs(logFolder, jobId)
  return { bucket: store.bucket(bucket), registry, aws, queueUrl, metrics, logs, onError }
}

/** TENSORFLEET_RETRY_SECONDS of the functions by default. */
const RETRY_SECONDS = 2

type Parts = {
  readonly claim: DirectoryClaim
  readonly servers: Servers
  readonly metrics: Metrics
  readonly functions: Functions
  readonly batch: LocalBatch
  readonly registration: Registration
  readonly bucket: Bucket
  readonly logFolder: string
  onError(error: unknown): void
}

async function startParts(settings: StackSettings, resources: AsyncDisposableStack): Promise<Parts> {
  const { ports = {}, environment = process.env, concurrency = 1 } = settings
  const directory = resolve(settings.directory ?? '.tensorfleet')
  const claim = resources.adopt(claimDirectory(directory), (claim) => claim.release())
  let onPut: (bucket: string, key: string) => void = () => undefined
  const heard = { onPut: (bucket: string, key: string) => onPut(bucket, key) }
  const servers = await startServers({ directory, ports, environment, ...heard }, resources)
  const metrics = createMetrics()
  const logFolder = logsOf(directory)
  await mkdir(logFolder, { recursive: true })
  const logs = {
    directory: logFolder,
    onLine(name: string, line: string) {
      metrics.observe(line)
      settings.onLog?.(name, line)
    },
  }
  const ofProcesses = {
    TENSORFLEET_RETRY_SECONDS: String(RETRY_SECONDS),
    ...inherited(environment),
    ...(settings.retrySeconds === undefined
      ? {}
      : { TENSORFLEET_RETRY_SECONDS: String(settings.retrySeconds) }),
    ...servers.environment,
  }
  const onError = (error: unknown) =>
    settings.onLog?.('stack', error instanceof Error ? error.message : String(error))
  // Its jobs need register, and train needs its address.
  const after = Promise.withResolvers<Registration & { functions: Functions }>()
  const batch = await startBatch({
    environment: ofProcesses,
    onLine: logLines('batch', logs, resources),
    onAttempt: async (jobId) => (await after.promise).register(jobId),
    async onFailed(event) {
      const { functions, sweep } = await after.promise
      await invokeAsync(functions.register, event, onError)
      // The registry learns of a dead letter in a sweep.
      sweep().catch(onError)
    },
    onError,
  })
  const functions = await hostFunctions(
    {
      ...logs,
      environment: { ...ofProcesses, ...batch.environment },
      concurrency,
      trainTimeoutSeconds: settings.trainTimeoutSeconds ?? 900,
      trainMemoryMb: settings.trainMemoryMb,
    },
    resources,
  )
  resources.defer(batch.close)
  const store = resources.adopt(connectObjectStore(servers.aws), (store) => store.close())
  const registration = createRegistration(store.bucket(servers.bucket), functions, onError)
  after.resolve({ ...registration, functions })
  onPut = (bucket, key) => {
    if (!isAliasKey(key)) return
    invokeAsync(functions.register, objectCreated(bucket, key), onError).catch(onError)
  }
  return {
    claim,
    servers,
    metrics,
    functions,
    batch,
    registration,
    bucket: store.bucket(servers.bucket),
    logFolder,
    onError,
  }
}

type Registration = Pick<Stack, 'register' | 'sweep'>

function createRegistration(
  bucket: Bucket,
  functions: Functions,
  onError: (error: unknown) => void,
): Registration {
  /** By their keys: a command waits for the registration that the queue's poller has begun, or the other way round. */
  const underWay = new Map<string, Promise<void>>()
  return {
    async register(jobId) {
      const key = resultKey(jobId)
      if (!(await bucket.exists(key))) return
      let registering = underWay.get(key)
      if (registering === undefined) {
        registering = invokeAsync(functions.register, objectCreated(bucket.name, key), onError)
        underWay.set(key, registering)
        registering.finally(() => underWay.delete(key)).catch(() => undefined)
      }
      await registering
    },
    sweep: () => functions.register.invoke({ 'detail-type': 'Scheduled Event' }),
  }
}

/** Invokes `train` with the queue's messages, and `register` with their results. */
async function runJobs(
  settings: StackSettings,
  { servers, functions, batch, registration, bucket, onError }: Parts,
  resources: AsyncDisposableStack,
): Promise<void> {
  const { register, sweep } = registration
  const sqs = resources.adopt(new SQSClient(servers.aws), (sqs) => sqs.destroy())
  const crashRetrySeconds = Math.max(1, Math.ceil(settings.retrySeconds ?? RETRY_SECONDS))
  const deadLetterSweeps = new Set<NodeJS.Timeout>()
  resources.defer(() => deadLetterSweeps.forEach(clearTimeout))
  const poller = pollQueue({
    sqs,
    queueUrl: servers.jobQueueUrl,
    concurrency: settings.concurrency ?? 1,
    crashRetrySeconds,
    onLastCrash() {
      // By then the queue has moved the message.
      const sweepSoon = () => sweep().catch(onError)
      deadLetterSweeps.add(setTimeout(sweepSoon, (crashRetrySeconds + 1) * 1000))
    },
    invoke: functions.train.invoke,
    afterInvocation: async (bodies) => {
      for (const body of bodies) await register(outcomeId(body)).catch(onError)
    },
    onError,
  })
  resources.defer(() => poller.close(1000))
  await Promise.all([functions.train.warmUp(), functions.register.warmUp()])
  // The stack may have been stopped between a commit and its registration, or while the local Batch had jobs.
  sweep().catch(onError)
  for await (const jobId of listHandedOver(bucket)) batch.resume(jobId)
  const sweeping = setInterval(() => sweep().catch(onError), SWEEP_EVERY_MS)
  resources.defer(() => clearInterval(sweeping))
}

/** An asynchronous invocation, retried after a pause as in Lambda. Throws the last error. */
async function invokeAsync(
  host: FunctionHost,
  event: unknown,
  onError: (error: unknown) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await host.invoke(event)
      return
    } catch (error) {
      if (attempt === MAX_ASYNC_ATTEMPTS) throw error
      onError(error)
      await sleep(attempt * 1000)
    }
  }
}

/** The variables of this process' environment that a function's process gets: the system's, ours and those of AWS. */
function inherited(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names =
    /^(PATH|HOME|TMPDIR|LANG|LC_.*|TZ|AWS_PROFILE|STORAGE_SERVICE_URL|LOG_LEVEL|AWS_XRAY_DAEMON_ADDRESS|TENSORFLEET_.*|NODE_EXTRA_CA_CERTS)$/
  const kept = Object.entries(environment).filter(([name]) => names.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']))
}
