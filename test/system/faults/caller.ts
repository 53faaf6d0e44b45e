import { readdir, readFile, readlink } from 'node:fs/promises'
import type { Caller } from './faults.ts'

/** Which of the functions' processes has the local end of a connection to 127.0.0.1. Linux only: it asks /proc. */
export async function callerOf(
  port: number | undefined,
  pids: readonly number[],
): Promise<Caller | undefined> {
  if (port === undefined) return undefined
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const table = (await readFile('/proc/net/tcp', 'utf8')).split('\n')
  // The local address is the second field, the inode the tenth.
  const inode = table
    .find((line) => line.includes(`: ${local} `))
    ?.trim()
    .split(/\s+/)[9]
  for (const pid of pids) {
    try {
      const targets = await Promise.all(
        (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
      )
      if (!targets.includes(`socket:[${inode}]`)) continue
      const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
      const variable = (name: string) =>
        environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
      const isBatch = variable('AWS_BATCH_JOB_ID') !== undefined
      return { pid, functionName: isBatch ? 'batch' : (variable('AWS_LAMBDA_FUNCTION_NAME') ?? '') }
    } catch (error) {
      // The process has ended meanwhile.
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')))
        throw error
    }
  }
  return undefined
}
