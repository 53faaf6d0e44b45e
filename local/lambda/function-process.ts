import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { startedFile } from '../started-files.ts'
import type { RuntimeApi } from './runtime-api.ts'

export type FunctionSettings = {
  readonly name: string
  /** Path of the handler's file from `root`, without its ending, then `.` and the export. */
  readonly handler: string
  readonly root: string
  readonly environment: Readonly<Record<string, string>>
  /**
   * Timeout of an invocation. As in Lambda, loading the handler before it is not counted; that has the same timeout.
   */
  readonly timeoutSeconds: number
  readonly memoryMb: number
  /** Maximum number of processes, and so of invocations, at the same time. */
  readonly concurrency: number
  /** Called with every line that a process writes. */
  onLine(line: string): void
}

/** A process that handles one event at a time. */
export type FunctionProcess = {
  readonly pid: number | undefined
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  /**
   * The handler's answer. Rejects with its error, or when the process is gone: it died, or took too long and was
   * killed.
   */
  invoke(event: unknown): Promise<unknown>
  /** Whether the process can take another event. */
  isUsable(): boolean
  kill(): void
}

/** Starts a process of a function, which gets its events from `api` and closes it when it ends. */
export function startProcess(settings: FunctionSettings, api: RuntimeApi): FunctionProcess {
  const child = forkBootstrap(settings, api)
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', settings.onLine)
  }
  const ended = Promise.withResolvers<void>()
  let hasEnded = false
  const onEnd = (reason: string) => {
    hasEnded = true
    api.fail(new Error(`The process of ${settings.name} ended (${reason}) before it answered.`))
    api.close()
    ended.resolve()
  }
  child.once('error', (error) => onEnd(error.message))
  child.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`))
  const kill = () => child.kill('SIGKILL')
  return {
    pid: child.pid,
    ended: ended.promise,
    invoke: (event) => invokeWithin(settings, api, event, kill),
    isUsable: () => !hasEnded && !child.killed && !api.initFailed(),
    kill,
  }
}

function forkBootstrap(settings: FunctionSettings, api: RuntimeApi): ChildProcess {
  return fork(startedFile('bootstrap'), {
    cwd: settings.root,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...settings.environment,
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: settings.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
      LAMBDA_TASK_ROOT: settings.root,
      _HANDLER: settings.handler,
    },
  })
}

/** An invocation, which ends with the process at the timeout: once for loading the handler, once for the event. */
async function invokeWithin(
  { name, timeoutSeconds, onLine }: FunctionSettings,
  api: RuntimeApi,
  event: unknown,
  kill: () => void,
): Promise<unknown> {
  const timeout = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`
  let timedOut = false
  const killLater = () =>
    setTimeout(() => {
      timedOut = true
      onLine(timeout)
      kill()
    }, timeoutSeconds * 1000)
  let timer = killLater()
  try {
    await api.ready
    clearTimeout(timer)
    timer = killLater()
    const deadline = Date.now() + timeoutSeconds * 1000
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
    return await api.invoke(event, { arn, deadline })
  } catch (error) {
    throw timedOut && error instanceof Error ? new Error(`${timeout}: ${error.message}`) : error
  } finally {
    clearTimeout(timer)
  }
}
