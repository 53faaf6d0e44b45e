/** `functions/work/main.ts` as a process of its own, as a container or a shell starts it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const script = join(import.meta.dirname, '..', '..', 'functions', 'work', 'main.ts')

export type WorkerProcess = {
  readonly pid: number | undefined
  /** Sends the signal by which containers are stopped. */
  stop(): void
  /** Its exit code and what it wrote. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
}

/** @param command what to run instead, such as the image's entry point. */
export function startWorker(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  command: readonly string[] = [process.execPath, script],
): WorkerProcess {
  const [file, ...before] = command
  const child = spawn(file, [...before, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  })
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return {
    pid: child.pid,
    stop: () => child.kill('SIGTERM'),
    ended: ended.then(([[code], out, err]) => ({ code, out, err })),
  }
}
