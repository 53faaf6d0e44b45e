import { type FunctionProcess, type FunctionSettings, startProcess } from './function-process.ts'
import { startRuntimeApi } from './runtime-api.ts'

/** A function as Lambda runs it: processes that handle one event at a time, kept warm, killed at the timeout. */
export type FunctionHost = {
  /**
   * The handler's answer. Rejects with its error, or when its process is gone: it died, or took too long and was
   * killed.
   */
  invoke(event: unknown): Promise<unknown>
  /** Starts a process ahead of the first invocation. */
  warmUp(): Promise<void>
  /** The ids of the running processes. */
  pids(): number[]
  close(): Promise<void>
}

export function startFunction(settings: FunctionSettings): FunctionHost {
  const pool = createPool(settings)
  return {
    async invoke(event) {
      const instance = await pool.acquire()
      try {
        return await instance.invoke(event)
      } finally {
        if (instance.isUsable()) pool.release(instance)
      }
    },
    warmUp: pool.warmUp,
    pids: pool.pids,
    close: pool.close,
  }
}

/** The processes of a function, at most `concurrency` of them. An event waits while all are busy. */
function createPool(settings: FunctionSettings) {
  const alive = new Set<FunctionProcess>()
  const idle: FunctionProcess[] = []
  const waiting: PromiseWithResolvers<FunctionProcess>[] = []
  let starting = 0
  let closing = false
  const stopped = () => new Error(`The function ${settings.name} is being stopped.`)

  async function start(): Promise<FunctionProcess> {
    starting++
    try {
      const api = await startRuntimeApi()
      if (closing) {
        api.close()
        throw stopped()
      }
      const instance = startProcess(settings, api)
      alive.add(instance)
      instance.ended.then(() => discard(instance))
      return instance
    } finally {
      starting--
    }
  }

  function discard(instance: FunctionProcess): void {
    alive.delete(instance)
    const at = idle.indexOf(instance)
    if (at >= 0) idle.splice(at, 1)
    const next = closing ? undefined : waiting.shift()
    if (next !== undefined) start().then(next.resolve, next.reject)
  }

  async function acquire(): Promise<FunctionProcess> {
    if (closing) throw stopped()
    const warm = idle.pop()
    if (warm !== undefined) return warm
    if (alive.size + starting < settings.concurrency) return start()
    const turn = Promise.withResolvers<FunctionProcess>()
    waiting.push(turn)
    return turn.promise
  }

  function release(instance: FunctionProcess): void {
    if (!alive.has(instance)) return
    const next = waiting.shift()
    if (next === undefined) idle.push(instance)
    else next.resolve(instance)
  }

  return {
    acquire,
    release,
    warmUp: async () => {
      if (alive.size + starting === 0) release(await start())
    },
    pids: () => Array.from(alive, ({ pid }) => pid).filter((pid) => pid !== undefined),
    close: async () => {
      closing = true
      for (const { reject } of waiting.splice(0)) reject(stopped())
      const instances = [...alive]
      for (const instance of instances) instance.kill()
      await Promise.all(instances.map(({ ended }) => ended))
    },
  }
}
