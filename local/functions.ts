import { createWriteStream } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { memoryLimit } from '../shared/runtime/memory-limit.ts'
import { type FunctionHost, startFunction } from './lambda/function-host.ts'
import { startedFile } from './started-files.ts'

export type Functions = Readonly<Record<'train' | 'register' | 'seed', FunctionHost>>

export type FunctionsSettings = {
  /** Where the logs are kept, one file per function. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** Maximum number of jobs that run at the same time. */
  readonly concurrency: number
  readonly trainTimeoutSeconds: number
  /** Memory in MB that a job may use; by default the machine's. */
  readonly trainMemoryMb: number | undefined
  /** Called with every line that a function writes. */
  onLine(functionName: string, line: string): void
}

/** Writes every line of a function to its log file, and passes it on. */
export function logLines(
  name: string,
  { directory, onLine }: Pick<FunctionsSettings, 'directory' | 'onLine'>,
  resources: AsyncDisposableStack,
): (line: string) => void {
  const log = createWriteStream(join(directory, `${name}.log`), { flags: 'a' })
  resources.defer(() => new Promise<void>((done) => log.end(() => done())))
  return (line) => {
    log.write(`${line}\n`)
    onLine(name, line)
  }
}

/**
 * The worker's functions, each in processes of its own that start with its first invocation.
 *
 * @param resources takes what must be closed.
 */
export async function hostFunctions(
  settings: FunctionsSettings,
  resources: AsyncDisposableStack,
): Promise<Functions> {
  function host(
    name: 'train' | 'register' | 'seed',
    limits: { timeoutSeconds: number; concurrency: number; memoryMb: number },
  ): FunctionHost {
    const onLine = logLines(name, settings, resources)
    const file = startedFile(name)
    const started = startFunction({
      name,
      handler: `${basename(file, extname(file))}.handler`,
      root: dirname(file),
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
      // The process itself is not limited; a job whose estimate is higher is refused or handed over.
      memoryMb: settings.trainMemoryMb ?? Math.floor(memoryLimit() / 2 ** 20),
    }),
    // One process more than jobs, so that a sweep can run while the others register results.
    register: host('register', {
      timeoutSeconds: 900,
      concurrency: settings.concurrency + 1,
      memoryMb: 1024,
    }),
    seed: host('seed', { timeoutSeconds: 60, concurrency: 1, memoryMb: 512 }),
  }
}
