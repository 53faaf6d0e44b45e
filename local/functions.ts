import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { memoryLimit } from '../shared/runtime/memory-limit.ts'
import { type FunctionHost, startFunction } from './lambda/function-host.ts'

export type Functions = Readonly<Record<'train' | 'register' | 'seed', FunctionHost>>

export type FunctionsSettings = {
  /** Where the logs are kept, one file per function. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** Maximum number of jobs that run at the same time. */
  readonly concurrency: number
  readonly trainTimeoutSeconds: number
  /** Hears every line that a function writes. */
  onLine(functionName: string, line: string): void
}

const root = resolve(import.meta.dirname, '..')

/**
 * The worker's functions, each in processes of its own, which start with the first invocation.
 *
 * @param resources takes what must be closed.
 */
export async function hostFunctions(
  settings: FunctionsSettings,
  resources: AsyncDisposableStack,
): Promise<Functions> {
  await mkdir(settings.directory, { recursive: true })
  function host(
    name: string,
    limits: { timeoutSeconds: number; concurrency: number; memoryMb: number },
  ): FunctionHost {
    const log = createWriteStream(join(settings.directory, `${name}.log`), { flags: 'a' })
    resources.defer(() => new Promise<void>((done) => log.end(() => done())))
    const onLine = (line: string) => {
      log.write(`${line}\n`)
      settings.onLine(name, line)
    }
    const handler = `functions/${name}/handler.handler`
    const started = startFunction({
      name,
      handler,
      root,
      environment: settings.environment,
      ...limits,
      onLine,
    })
    return resources.adopt(started, (started) => started.close())
  }
  return {
    train: host('train', {
      timeoutSeconds: settings.trainTimeoutSeconds,
      concurrency: settings.concurrency,
      // Nothing limits the process to it; a job may use what the machine has.
      memoryMb: Math.floor(memoryLimit() / 2 ** 20),
    }),
    // One more process than jobs, which sweeps while the others register what is committed.
    register: host('register', {
      timeoutSeconds: 900,
      concurrency: settings.concurrency + 1,
      memoryMb: 1024,
    }),
    seed: host('seed', { timeoutSeconds: 60, concurrency: 1, memoryMb: 512 }),
  }
}
