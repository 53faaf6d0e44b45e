/** What runs in a worker thread: waits for tasks, runs each by its name, answers with its result. */
import { parentPort } from 'node:worker_threads'
import { type TaskName, tasks } from './tasks.ts'

type Call = { id: number; task: TaskName; input: unknown }

parentPort?.on('message', async ({ id, task, input }: Call) => {
  try {
    const run = await tasks[task]()
    parentPort?.postMessage({ id, result: await run(input) })
  } catch (error) {
    parentPort?.postMessage({ id, error })
  }
})
