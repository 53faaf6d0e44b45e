import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

/** `stack.json` in a stack's directory: the process that runs it, and its addresses. */
const stackFile = z.object({
  pid: z.int(),
  /** Set if the stack runs no jobs and only its stores are up. */
  storesOnly: z.literal(true).optional(),
  environment: z.record(z.string(), z.string()),
})
export type StackFile = z.infer<typeof stackFile>

/** A directory that no other stack can use until it is released, or until this process ends, however it does. */
export type DirectoryClaim = {
  /** Publishes the stack's addresses in `stack.json`. */
  publish(stack: Omit<StackFile, 'pid'>): Promise<void>
  /** Removes `stack.json`: other commands then wait until the directory is free. */
  withdraw(): void
  release(): void
}

/** Thrown when another stack uses the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

const WAIT_SECONDS = 30
const filePath = (directory: string) => join(directory, 'stack.json')
const lockPath = (directory: string) => join(directory, 'lock')

/**
 * Claims a directory, which is made if need be. The claim is a lock that SQLite holds on a file: the system lets go
 * of it when the process is killed, where a process id in a file could by then be another process'. Throws when
 * another stack, in this process or another, has the directory.
 */
export function claimDirectory(directory: string): DirectoryClaim {
  mkdirSync(directory, { recursive: true })
  const lock = new DatabaseSync(lockPath(directory), { timeout: 200 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    const other = readStackFile(directory)
    const name = other === undefined ? 'Another stack' : `Another stack (process ${other.pid})`
    throw new DirectoryInUse(`${name} uses ${directory}: stop it, or choose another directory.`)
  }
  rmSync(filePath(directory), { force: true })
  return {
    async publish(stack) {
      const temporary = `${filePath(directory)}.new`
      await writeFile(temporary, JSON.stringify({ pid: process.pid, ...stack }))
      await rename(temporary, filePath(directory))
    },
    withdraw: () => rmSync(filePath(directory), { force: true }),
    release() {
      rmSync(filePath(directory), { force: true })
      lock.close()
    },
  }
}

/**
 * The stack that runs on this directory, or undefined when none does. Waits for one that is about to start or to
 * stop.
 *
 * @param forJobs whether it must run jobs: one that does not is waited for to end.
 */
export async function runningStack(directory: string, forJobs = false): Promise<StackFile | undefined> {
  for (const end = Date.now() + WAIT_SECONDS * 1000; Date.now() < end; ) {
    if (!isClaimed(directory)) return undefined
    const stack = readStackFile(directory)
    if (stack !== undefined && !(forJobs && stack.storesOnly)) return stack
    await sleep(20)
  }
  throw new Error(
    `Another command has been using ${directory} for more than ${WAIT_SECONDS} seconds without running jobs: end it first.`,
  )
}

/** Reads `stack.json`; undefined if there is none. */
export function readStackFile(directory: string): StackFile | undefined {
  try {
    return stackFile.parse(JSON.parse(readFileSync(filePath(directory), 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function isClaimed(directory: string): boolean {
  if (!existsSync(lockPath(directory))) return false
  const lock = new DatabaseSync(lockPath(directory), { readOnly: true })
  try {
    lock.exec('SELECT * FROM sqlite_schema')
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    lock.close()
  }
}

const SQLITE_BUSY = 5

const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
