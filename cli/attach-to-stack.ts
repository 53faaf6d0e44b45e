import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Clients are commands that use a stack which another command started. Each leaves a file with its process id, and the
 * stack's owner waits for them before it ends.
 */
const clientsOf = (directory: string) => join(directory, 'clients')

/** Attaches this process to the stack as a client. Returns a function that detaches it. */
export async function attachToStack(directory: string): Promise<() => Promise<void>> {
  const file = join(clientsOf(directory), String(process.pid))
  await mkdir(clientsOf(directory), { recursive: true })
  await writeFile(file, '')
  return () => rm(file, { force: true })
}

/** Resolves when no attached client's process is alive. */
export async function waitForClients(directory: string): Promise<void> {
  await mkdir(clientsOf(directory), { recursive: true })
  for (;;) {
    const clients = await readdir(clientsOf(directory))
    if (!clients.some((pid) => isAlive(Number(pid)))) return
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
