import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Commands that use a stack which another command started: each leaves a file with its process' id, and the stack's
 * owner waits for them before it ends.
 */
const guestsOf = (directory: string) => join(directory, 'guests')

/** Notes this process as a guest. Returns how to take leave. */
export async function joinStack(directory: string): Promise<() => Promise<void>> {
  const file = join(guestsOf(directory), String(process.pid))
  await mkdir(guestsOf(directory), { recursive: true })
  await writeFile(file, '')
  return () => rm(file, { force: true })
}

/** Resolves when no guest's process is alive. */
export async function guestsGone(directory: string): Promise<void> {
  await mkdir(guestsOf(directory), { recursive: true })
  for (;;) {
    const guests = await readdir(guestsOf(directory))
    if (!guests.some((pid) => isAlive(Number(pid)))) return
    await sleep(100)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
