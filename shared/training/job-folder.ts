/** The folders of temporary files of jobs: made by an attempt, removed when it ends, and left behind when it is killed. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'tensorfleet-job-'

/** A new folder, whose name has the process that it is of. */
export function makeJobFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
}

/**
 * Removes the folders that killed processes have left; to be called before this process makes one. Lambda does not clear
 * /tmp when it kills a function, and starts the next process in the same place.
 *
 * @param isAlone whether no other process here makes such folders, as in Lambda; else those of living processes stay.
 * @returns the paths of what was removed.
 */
export async function removeLeftFolders({ isAlone }: { isAlone: boolean }): Promise<string[]> {
  const removed: string[] = []
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const pid = Number(name.slice(PREFIX.length).split('-')[0])
    if (!isAlone && pid !== process.pid && isAlive(pid)) continue
    const path = join(tmpdir(), name)
    await rm(path, { recursive: true, force: true })
    removed.push(path)
  }
  return removed
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
