import type { Command } from 'commander'
import { type AwsClientSettings, awsClientSettings } from '../local/aws-client-settings.ts'
import type { Stack } from '../local/stack.ts'
import type { StackFile } from '../local/stack-file.ts'
import type { Registry } from '../shared/registry/registry.ts'
import { type Config, readConfig } from '../shared/runtime/config.ts'
import { lazy } from '../shared/runtime/lazy.ts'
import type { Bucket } from '../shared/storage/bucket.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { attachToStack, waitForClients } from './attach-to-stack.ts'
import type { Environment } from './stack-outputs.ts'

/** The worker that a command uses: one in AWS, a running local stack, or one that the command started itself. */
export type Connection = {
  readonly bucket: Bucket
  readonly queueUrl: string
  /** Settings for clients of SQS. */
  readonly aws: Partial<AwsClientSettings>
  /** Throws when no registry is configured. */
  registry(): Promise<Registry>
  /** Whether the stack runs on this machine, started by this command or by another. */
  readonly isLocal: boolean
  /** The stack, if this command started it; it ends with the command. */
  readonly ownStack: Stack | undefined
  close(): Promise<void>
}

/**
 * Connects to the worker that --stack or the environment (JOB_QUEUE_URL, ARTIFACT_BUCKET) names, else to the stack
 * that runs in `.tensorfleet`, else starts one.
 *
 * @param runJobs whether a stack started here should work on jobs.
 */
async function connect(stackName: string | undefined, runJobs: boolean): Promise<Connection> {
  if (stackName !== undefined) {
    const { environmentOfStack } = await import('./stack-outputs.ts')
    return connection(await environmentOfStack(stackName, process.env), false, undefined)
  }
  if (process.env.JOB_QUEUE_URL) return connection(process.env, false, undefined)
  const { runningStack } = await import('../local/stack-file.ts')
  for (;;) {
    const running = await runningStack(dataDirectory(), runJobs)
    const connected = running === undefined ? await startOwn(runJobs) : await join(running)
    if (connected !== undefined) return connected
  }
}

/** Starts a stack for this command; undefined if another command was faster. */
async function startOwn(runJobs: boolean): Promise<Connection | undefined> {
  const { startStack } = await import('../local/stack.ts')
  const { DirectoryInUse } = await import('../local/stack-file.ts')
  try {
    const stack = await startStack({ directory: dataDirectory(), runJobs, ...debugLog() })
    return connection({ ...process.env, ...stack.environment }, true, stack)
  } catch (error) {
    if (error instanceof DirectoryInUse) return undefined
    throw error
  }
}

/** Uses another command's stack, which then waits for this one; undefined when it is about to end. */
async function join(running: StackFile): Promise<Connection | undefined> {
  const { readStackFile } = await import('../local/stack-file.ts')
  const detach = await attachToStack(dataDirectory())
  if (readStackFile(dataDirectory())?.pid !== running.pid) {
    await detach()
    return undefined
  }
  const joined = connection({ ...process.env, ...running.environment }, true, undefined)
  return { ...joined, close: () => joined.close().finally(detach) }
}

/** Where a local stack keeps its data. */
export const dataDirectory = (): string => process.env.TENSORFLEET_DIRECTORY || '.tensorfleet'

function debugLog() {
  if (!process.env.TENSORFLEET_DEBUG) return {}
  return { onLog: (name: string, line: string) => process.stderr.write(`${name}: ${line}\n`) }
}

function connection(environment: Environment, isLocal: boolean, ownStack: Stack | undefined): Connection {
  const config = readConfig(environment)
  const { AWS_ENDPOINT_URL: endpoint } = config
  // In AWS, the SDK finds region and credentials by itself.
  const aws = isLocal && endpoint !== undefined ? awsClientSettings(endpoint, environment) : { endpoint }
  const store = connectObjectStore(aws)
  const registry = connectOnce(config)
  return {
    bucket: store.bucket(config.ARTIFACT_BUCKET),
    queueUrl: config.JOB_QUEUE_URL ?? '',
    aws,
    isLocal,
    ownStack,
    registry: registry.get,
    async close() {
      await registry.close()
      store.close()
      if (ownStack === undefined) return
      ownStack.withdraw()
      if (process.exitCode !== 130) await waitForClients(dataDirectory())
      await ownStack.close()
    },
  }
}

/** The registry, connected on first use. Concurrent calls share one connection. */
export function connectOnce(config: Config): { get(): Promise<Registry>; close(): Promise<void> } {
  let connecting: Promise<Registry> | undefined
  const get = lazy(() => {
    connecting = connectToRegistry(config)
    return connecting
  })
  return {
    get,
    async close() {
      const registry = await connecting?.catch(() => undefined)
      await registry?.close()
    },
  }
}

async function connectToRegistry(config: Config): Promise<Registry> {
  const { connectRegistry } = await import('../shared/registry/registry.ts')
  const registry = await connectRegistry(config)
  if (registry !== undefined) return registry
  throw new Error('No registry is configured: set MONGODB_URL (and MONGODB_DB) to the worker’s MongoDB.')
}

/**
 * Runs `work` on a connection and closes it, also on Ctrl-C (exit code 130).
 *
 * @param command whose --stack option, or its parents', names a deployed worker.
 */
export async function withConnection(
  command: Command,
  runJobs: boolean,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await connect(command.optsWithGlobals<{ stack?: string }>().stack, runJobs)
  const interrupt = Promise.withResolvers<'interrupted'>()
  const onSignal = () => interrupt.resolve('interrupted')
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    const ended = await Promise.race([work(connection), interrupt.promise])
    if (ended === 'interrupted') {
      process.stderr.write('\nStopped. A job that was sent stays in the queue and in the bucket.\n')
      process.exitCode = 130
    }
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await connection.close()
    if (process.exitCode === 130) process.exit()
  }
}
