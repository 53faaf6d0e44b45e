import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SQSClient } from '@aws-sdk/client-sqs'
import { outcomeId } from '../shared/jobs/ids.ts'
import { memoryLimit } from '../shared/runtime/memory-limit.ts'
import { jobKeys } from '../shared/storage/keys.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { startAws } from './aws.ts'
import { type FunctionHost, startFunction } from './lambda/function-host.ts'
import { objectCreated } from './lambda/s3-event.ts'
import { pollQueue } from './lambda/sqs-event-source.ts'
import { startMetrics } from './metrics.ts'
import { startMongo } from './mongo/server.ts'
import { createResources } from './resources.ts'
import { claimDirectory, type DirectoryClaim } from './stack-file.ts'

/** The whole system on this machine: S3, SQS, Mongo, the functions and what triggers them. */
export type Stack = {
  /** Settings for clients: endpoints, bucket, queue, credentials. */
  readonly environment: Readonly<Record<string, string>>
  readonly metricsUrl: string | undefined
  /** Runs the seed function. */
  seed(): Promise<unknown>
  /** Makes the registry know a committed result. Throws when it could not. */
  register(jobId: string): Promise<void>
  /** Makes the registry know all committed results. Throws when it could not. */
  sweep(): Promise<unknown>
  /** Lets no other command find the stack any more; those that have go on. */
  withdraw(): void
  /** The functions' processes. */
  pids(): number[]
  close(): Promise<void>
}

export type StackSettings = {
  /** Where the data are kept; `.tensorfleet` by default. */
  readonly directory?: string
  /** Whether jobs are run; without, only the stores are up, for looking into them. */
  readonly runJobs?: boolean
  /** Jobs that run at one time, each in a process of its own. */
  readonly concurrency?: number
  readonly trainTimeoutSeconds?: number
  /** A failed job comes back after this many seconds times its receipts. */
  readonly retrySeconds?: number
  /** Ports to use instead of free ones. */
  readonly ports?: { readonly aws?: number; readonly mongo?: number; readonly metrics?: number }
  /** Hears every line that a function writes. */
  onLog?(functionName: string, line: string): void
}

const root = resolve(import.meta.dirname, '..')

/** How often results are looked for that were not registered. */
const SWEEP_EVERY_MS = 5 * 60_000

/**
 * Starts the stack. With AWS_ENDPOINT_URL or MONGODB_URL in the environment, what they point at is used instead of
 * the embedded server. Throws when another stack runs on the directory.
 */
export async function startStack(settings: StackSettings = {}): Promise<Stack> {
  const directory = resolve(settings.directory ?? '.tensorfleet')
  const claim = claimDirectory(directory)
  const closers: Closer[] = [claim.release]
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= closeAll(closers)
    return closed
  }
  try {
    return await start(settings, directory, claim, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

type Closer = () => Promise<unknown> | unknown

/** Closes what was opened last first, all of it. Throws the first error at the end. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  const errors: unknown[] = []
  for (const closer of closers.toReversed()) {
    try {
      await closer()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

async function start(
  settings: StackSettings,
  directory: string,
  claim: DirectoryClaim,
  closers: Closer[],
  close: () => Promise<void>,
): Promise<Stack> {
  const outer = process.env
  const aws = outer.AWS_ENDPOINT_URL ? undefined : await startAws(directory, settings.ports?.aws)
  if (aws !== undefined) closers.push(aws.close)
  const mongo = outer.MONGODB_URL
    ? undefined
    : await startMongo({ directory: join(directory, 'mongo'), port: settings.ports?.mongo })
  if (mongo !== undefined) closers.push(mongo.close)

  const endpoint = aws?.endpoint ?? outer.AWS_ENDPOINT_URL ?? ''
  const bucket = outer.ARTIFACT_BUCKET || 'tensorfleet'
  useCredentials(outer)
  const { jobQueueUrl, deadLetterQueueUrl } = await createResources(endpoint, bucket, 'tensorfleet-jobs')
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: outer.AWS_REGION ?? '',
    AWS_DEFAULT_REGION: outer.AWS_REGION ?? '',
    AWS_ACCESS_KEY_ID: outer.AWS_ACCESS_KEY_ID ?? '',
    AWS_SECRET_ACCESS_KEY: outer.AWS_SECRET_ACCESS_KEY ?? '',
    ...(outer.AWS_SESSION_TOKEN ? { AWS_SESSION_TOKEN: outer.AWS_SESSION_TOKEN } : {}),
    MONGODB_URL: mongo?.url ?? outer.MONGODB_URL ?? '',
    MONGODB_DB: outer.MONGODB_DB || 'tensorfleet',
    ARTIFACT_BUCKET: bucket,
    JOB_QUEUE_URL: jobQueueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
  }
  const metrics = await startMetrics(settings.ports?.metrics)
  closers.push(metrics.close)
  const logs = join(directory, 'logs')
  await mkdir(logs, { recursive: true })

  function hostFunction(
    name: string,
    limits: { timeoutSeconds: number; concurrency: number; memoryMb: number },
  ): FunctionHost {
    const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a' })
    const host = startFunction({
      name,
      handler: `functions/${name}/handler.handler`,
      root,
      environment: { ...passedOn(outer), ...environment },
      ...limits,
      onLine: (line) => {
        log.write(`${line}\n`)
        metrics.observe(line)
        settings.onLog?.(name, line)
      },
    })
    closers.push(async () => {
      await host.close()
      await new Promise((done) => log.end(done))
    })
    return host
  }

  const concurrency = settings.concurrency ?? 1
  const train = hostFunction('train', {
    timeoutSeconds: settings.trainTimeoutSeconds ?? 900,
    concurrency,
    // Nothing holds the process to it; a job may use what the machine has.
    memoryMb: Math.floor(memoryLimit() / 2 ** 20),
  })
  // One more process than jobs, which sweeps while the others register what is committed.
  const register = hostFunction('register', {
    timeoutSeconds: 60,
    concurrency: concurrency + 1,
    memoryMb: 1024,
  })
  const seed = hostFunction('seed', { timeoutSeconds: 60, concurrency: 1, memoryMb: 512 })
  const store = connectObjectStore({ endpoint })
  const artifacts = store.bucket(bucket)
  closers.push(store.close)

  const onError = (error: unknown) =>
    settings.onLog?.('stack', error instanceof Error ? error.message : String(error))

  async function registerResult(jobId: string): Promise<void> {
    const key = jobKeys.result(jobId)
    if (await artifacts.exists(key)) await invokeAsync(register, objectCreated(bucket, key), onError)
  }

  const sweep = () => register.invoke({ 'detail-type': 'Scheduled Event' })

  if (settings.runJobs === false) {
    await claim.publish({ storesOnly: true, environment })
    return stack()
  }
  const sqs = new SQSClient({ endpoint })
  const poller = pollQueue({
    sqs,
    queueUrl: jobQueueUrl,
    concurrency,
    retrySeconds: settings.retrySeconds ?? 2,
    invoke: train.invoke,
    afterInvocation: async (bodies) => {
      for (const body of bodies) await registerResult(outcomeId(body)).catch(onError)
    },
    onError,
  })
  closers.push(() => sqs.destroy())
  closers.push(() => poller.close(1000))
  await Promise.all([train.warmUp(), register.warmUp()])
  await claim.publish({ environment })
  // The stack may have been stopped between a commit and its registration.
  sweep().catch(onError)
  const sweeping = setInterval(() => sweep().catch(onError), SWEEP_EVERY_MS)
  closers.push(() => clearInterval(sweeping))

  return stack()

  function stack(): Stack {
    return {
      environment,
      metricsUrl: metrics.url,
      seed: () => seed.invoke({}),
      register: registerResult,
      sweep,
      withdraw: claim.withdraw,
      pids: () => [train, register, seed].flatMap((host) => host.pids()),
      close,
    }
  }
}

/** An asynchronous invocation as Lambda makes it: tried three times, with pauses. Throws the last error. */
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
      if (attempt === 3) throw error
      onError(error)
      await sleep(attempt * 1000)
    }
  }
}

/** The local servers take any credentials, but the SDK needs some. */
function useCredentials(env: Record<string, string | undefined>): void {
  env.AWS_REGION ||= env.AWS_DEFAULT_REGION || 'us-east-1'
  if (env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE) return
  env.AWS_ACCESS_KEY_ID = 'local'
  env.AWS_SECRET_ACCESS_KEY = 'local'
}

/** What a function's process gets of this one's environment: the system's variables, ours and AWS' own. */
function passedOn(env: Record<string, string | undefined>): Record<string, string> {
  const names =
    /^(PATH|HOME|TMPDIR|LANG|LC_.*|TZ|AWS_PROFILE|STORAGE_SERVICE_URL|LOG_LEVEL|AWS_XRAY_DAEMON_ADDRESS|TENSORFLEET_.*|NODE_EXTRA_CA_CERTS)$/
  const kept = Object.entries(env).filter(([name]) => names.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']))
}
