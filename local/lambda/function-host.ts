import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts'

export type FunctionSettings = {
  readonly name: string
  /** Path of the handler's file from `root`, without its ending, then `.` and the export. */
  readonly handler: string
  readonly root: string
  readonly environment: Record<string, string>
  readonly timeoutSeconds: number
  readonly memoryMb: number
  /** Processes, and so invocations, at one time. */
  readonly concurrency: number
  /** Hears every line that a process writes. */
  onLine(line: string): void
}

/** A function as Lambda runs it: processes that handle one event at a time, kept warm, killed at the timeout. */
export type FunctionHost = {
  /** The handler's answer. Rejects with its error, at the timeout, or when its process dies. */
  invoke(event: unknown): Promise<unknown>
  /** Starts a process ahead of the first invocation. */
  warmUp(): Promise<void>
  /** The processes now alive. */
  pids(): number[]
  close(): Promise<void>
}

/** A handler's own error, as it was reported. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
}

type Instance = {
  readonly child: ChildProcess
  readonly api: RuntimeApi
  /** Rejects when the process ends. */
  readonly ended: Promise<never>
}

export function startFunction(settings: FunctionSettings): FunctionHost {
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${settings.name}`
  const alive = new Set<Instance>()
  const idle: Instance[] = []
  const waiting: ((instance: Instance | Promise<Instance>) => void)[] = []
  let count = 0
  let closing = false

  async function start(): Promise<Instance> {
    const api = await startRuntimeApi()
    const child = fork(join(import.meta.dirname, 'bootstrap.ts'), {
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
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', settings.onLine)
    }
    const ended = once(child, 'exit').then(([code, signal]): never => {
      throw new Error(
        `The process of ${settings.name} ended (${signal ?? `exit code ${code}`}) before it answered.`,
      )
    })
    const instance = { child, api, ended }
    alive.add(instance)
    ended.catch(() => discard(instance))
    return instance
  }

  function discard(instance: Instance): void {
    if (!alive.delete(instance)) return
    count--
    instance.api.close()
    const at = idle.indexOf(instance)
    if (at >= 0) idle.splice(at, 1)
    const next = waiting.shift()
    if (next !== undefined && !closing) next(acquireNew())
  }

  function acquireNew(): Promise<Instance> {
    count++
    return start()
  }

  async function acquire(): Promise<Instance> {
    const warm = idle.pop()
    if (warm !== undefined) return warm
    if (count < settings.concurrency) return acquireNew()
    return new Promise((resolve) => waiting.push(resolve))
  }

  function release(instance: Instance): void {
    if (!alive.has(instance)) return
    const next = waiting.shift()
    if (next === undefined) idle.push(instance)
    else next(instance)
  }

  async function invoke(event: unknown): Promise<unknown> {
    if (closing) throw new Error(`The function ${settings.name} is being stopped.`)
    const instance = await acquire()
    const deadline = Date.now() + settings.timeoutSeconds * 1000
    const timer = setTimeout(() => {
      settings.onLine(`Task timed out after ${settings.timeoutSeconds} seconds`)
      instance.child.kill('SIGKILL')
    }, settings.timeoutSeconds * 1000)
    try {
      const answered = instance.api.invoke(event, { arn, deadline })
      const answer = await Promise.race([answered, instance.api.failedInit, instance.ended])
      if (answer.status === 'response') return answer.payload
      throw new FunctionError(`${answer.errorType}: ${answer.errorMessage}`)
    } finally {
      clearTimeout(timer)
      release(instance)
    }
  }

  return {
    invoke,
    warmUp: async () => {
      if (idle.length === 0 && count < settings.concurrency) release(await acquireNew())
    },
    pids: () => Array.from(alive, ({ child }) => child.pid).filter((pid) => pid !== undefined),
    close: async () => {
      closing = true
      const instances = [...alive]
      for (const { child } of instances) child.kill('SIGKILL')
      await Promise.allSettled(instances.map(({ ended }) => ended))
    },
  }
}
