import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** `stack.json` in a stack's directory: whose it is, and where it can be reached. */
const stackFile = z.object({ pid: z.int(), environment: z.record(z.string(), z.string()) })
export type StackFile = z.infer<typeof stackFile>

const pathIn = (directory: string) => join(directory, 'stack.json')

/** The stack that runs on this directory, or undefined when none does (one that was killed does not count). */
export async function runningStack(directory: string): Promise<StackFile | undefined> {
  let content: string
  try {
    content = await readFile(pathIn(directory), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const parsed = stackFile.safeParse(JSON.parse(content))
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined
}

/** Notes this process' stack. Throws when another one runs on the directory. */
export async function claimDirectory(directory: string, environment: Record<string, string>): Promise<void> {
  await mkdir(directory, { recursive: true })
  const running = await runningStack(directory)
  if (running !== undefined && running.pid !== process.pid) {
    throw new Error(
      `Another stack (process ${running.pid}) uses ${directory}: stop it, or choose another directory.`,
    )
  }
  const temporary = `${pathIn(directory)}.${process.pid}`
  await writeFile(temporary, JSON.stringify({ pid: process.pid, environment }))
  await rename(temporary, pathIn(directory))
}

export async function releaseDirectory(directory: string): Promise<void> {
  await rm(pathIn(directory), { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
