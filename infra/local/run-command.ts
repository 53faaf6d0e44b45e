import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/**
 * Runs a command to its end and returns what it wrote to its standard output.
 *
 * @param options.signal ends the command and all that it has started. (It runs in a process group of its own.)
 * @throws when it is ended, or ends itself with another code than 0; the message has the end of what it wrote.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd: string; environment: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<string> {
  options.signal.throwIfAborted()
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const end = () => killGroup(child.pid)
  options.signal.addEventListener('abort', end)
  try {
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', resolve)
    })
    const [code, output, errors] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
    if (code === 0) return output
    const tail = `${output}\n${errors}`.trim().split('\n').slice(-25).join('\n')
    const how = code === null ? 'was ended' : `ended with code ${code}`
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} ${how}:\n${tail}`)
  } finally {
    options.signal.removeEventListener('abort', end)
  }
}

/** Kills a process and those that it has started, if it was started as the head of a group and is still there. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
