/** What runs in a worker thread: waits for tasks, runs each by its name, answers with its result. */
import { parentPort } from 'node:worker_threads'
import { type TaskName, tasks } from './tasks.ts'

type Call = { id: number; task: TaskName; input: unknown }
/** A task to load ahead of its first call. */
type Preparation = { prepare: TaskName }

parentPort?.on('message', async (message: Call | Preparation) => {
  if ('prepare' in message) {
    // Where that fails, the call does, and says why.
    await tasks[message.prepare]().catch(() => undefined)
    return
  }
  const { id, task, input } = message
  try {
    const run = await tasks[task]()
    parentPort?.postMessage({ id, result: await run(input) })
  } catch (error) {
    parentPort?.postMessage({ id, error })
  }
})
