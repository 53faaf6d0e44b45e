/** What runs in a worker thread: waits for tasks, runs each by its name, answers with its output. */
import { parentPort } from 'node:worker_threads'
import { packError } from '../threads/thread-error.ts'
import type { ThreadAnswer, ThreadMessage } from '../threads/thread-pool.ts'
import { tasks } from './tasks.ts'

const answer = (message: ThreadAnswer) => parentPort?.postMessage(message)

parentPort?.on('message', async (message: ThreadMessage<never>) => {
  if ('prepare' in message) {
    // Where that fails, the task does, and says why.
    await load(message.prepare).catch(() => undefined)
    return
  }
  const { id, task, input } = message
  try {
    const run = await load(task)
    answer({ id, output: await run(input) })
  } catch (error) {
    answer({ id, error: packError(error) })
  }
})

async function load(name: string): Promise<(input: never) => unknown> {
  const task = tasks.get(name)
  if (task === undefined) throw new Error(`There is no task ${name}.`)
  return task.load()
}
