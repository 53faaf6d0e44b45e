import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts'

export type FunctionSettings = {
  readonly name: string
  /** Path of the handler's file from `root`, without its ending, then `.` and the export. */
  readonly handler: string
  readonly root: string
  readonly environment: Record<string, string>
  /** Of an invocation; loading the handler before it is not counted, as in Lambda, and may take as long again. */
  readonly timeoutSeconds: number
  readonly memoryMb: number
  /** Processes, and so invocations, at one time. */
  readonly concurrency: number
  /** Hears every line that a process writes. */
  onLine(line: string): void
}

/** A function as Lambda runs it: processes that handle one event at a time, kept warm, killed at the timeout. */
export type FunctionHost = {
  /** The handler's answer. Rejects with its error, or when its process is gone: it died, or took too long and was killed. */
  invoke(event: unknown): Promise<unknown>
  /** Starts a process ahead of the first invocation. */
  warmUp(): Promise<void>
  /** The processes now alive. */
  pids(): number[]
  close(): Promise<void>
}

type Instance = {
  readonly child: ChildProcess
  readonly api: RuntimeApi
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
}

export function startFunction(settings: FunctionSettings): FunctionHost {
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${settings.name}`
  const timeout = `Task timed out after ${settings.timeoutSeconds.toFixed(2)} seconds`
  const alive = new Set<Instance>()
  const idle: Instance[] = []
  const waiting: PromiseWithResolvers<Instance>[] = []
  let starting = 0
  let closing = false
  const stopped = () => new Error(`The function ${settings.name} is being stopped.`)

  async function start(): Promise<Instance> {
    const api = await startRuntimeApi()
    if (closing) {
      api.close()
      throw stopped()
    }
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
    const ended = Promise.withResolvers<void>()
    const instance: Instance = { child, api, ended: ended.promise }
    const onEnd = (reason: string) => {
      api.fail(new Error(`The process of ${settings.name} ended (${reason}) before it answered.`))
      discard(instance)
      ended.resolve()
    }
    child.once('error', (error) => onEnd(error.message))
    child.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`))
    alive.add(instance)
    return instance
  }

  async function startAnother(): Promise<Instance> {
    starting++
    try {
      return await start()
    } finally {
      starting--
    }
  }

  function discard(instance: Instance): void {
    if (!alive.delete(instance)) return
    instance.api.close()
    const at = idle.indexOf(instance)
    if (at >= 0) idle.splice(at, 1)
    const next = closing ? undefined : waiting.shift()
    if (next !== undefined) startAnother().then(next.resolve, next.reject)
  }

  async function acquire(): Promise<Instance> {
    const warm = idle.pop()
    if (warm !== undefined) return warm
    if (alive.size + starting < settings.concurrency) return startAnother()
    const turn = Promise.withResolvers<Instance>()
    waiting.push(turn)
    return turn.promise
  }

  function release(instance: Instance): void {
    if (!alive.has(instance)) return
    const next = waiting.shift()
    if (next === undefined) idle.push(instance)
    else next.resolve(instance)
  }

  async function invoke(event: unknown): Promise<unknown> {
    if (closing) throw stopped()
    const instance = await acquire()
    let timedOut = false
    const endLater = () =>
      setTimeout(() => {
        timedOut = true
        settings.onLine(timeout)
        instance.child.kill('SIGKILL')
      }, settings.timeoutSeconds * 1000)
    let timer = endLater()
    try {
      await instance.api.ready
      clearTimeout(timer)
      timer = endLater()
      const deadline = Date.now() + settings.timeoutSeconds * 1000
      return await instance.api.invoke(event, { arn, deadline })
    } catch (error) {
      throw timedOut && error instanceof Error ? new Error(`${timeout}: ${error.message}`) : error
    } finally {
      clearTimeout(timer)
      if (!instance.child.killed && !instance.api.initFailed()) release(instance)
    }
  }

  return {
    invoke,
    warmUp: async () => {
      if (alive.size + starting === 0) release(await startAnother())
    },
    pids: () => Array.from(alive, ({ child }) => child.pid).filter((pid) => pid !== undefined),
    close: async () => {
      closing = true
      for (const { reject } of waiting.splice(0)) reject(stopped())
      const instances = [...alive]
      for (const { child } of instances) child.kill('SIGKILL')
      await Promise.all(instances.map(({ ended }) => ended))
    },
  }
}
