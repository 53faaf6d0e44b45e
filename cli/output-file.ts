/** Writes predictions to stdout, or to a file that gets its name only when it is complete. */
import { type BigIntStats, createReadStream, createWriteStream, fstatSync, rmSync } from 'node:fs'
import { mkdtemp, rename, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { UsageError } from './usage-error.ts'

/** The name of a file until it is complete. */
const partOf = (out: string) => `${out}.part`

/**
 * Refuses to overwrite an input, also by another path: another spelling, a symbolic or hard link, or a redirected
 * stream.
 *
 * @param data a path, or `-` for stdin.
 * @param out a path; undefined for stdout.
 * @param model the files of a model in a folder; empty for one of the registry.
 * @throws UsageError, before anything is read or written.
 */
export async function checkOutput(
  data: string,
  out: string | undefined,
  model: readonly string[],
): Promise<void> {
  const input = data === '-' ? stream(process.stdin.fd) : await found(data)
  if (out === undefined) {
    if (isSame(input, stream(process.stdout.fd))) {
      throw new UsageError(
        `The output would go into the file that is being predicted: write to another file.`,
      )
    }
    return
  }
  const there = await found(out)
  if (there !== undefined && !there.isFile()) {
    throw new UsageError(`--out ${out} is not a file: name a file, or leave --out out to write to stdout.`)
  }
  const written = [there, await found(partOf(out))]
  if (written.some((file) => isSame(input, file))) {
    throw new UsageError(`--out ${out} would overwrite the data that are being predicted: name another file.`)
  }
  for (const path of model) {
    const file = await found(path)
    if (written.some((other) => isSame(file, other))) {
      throw new UsageError(`--out ${out} would overwrite the model's ${path}: name another file.`)
    }
  }
}

/** Whether both are the same regular file; terminals and pipes cannot be overwritten. */
function isSame(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return a !== undefined && b !== undefined && a.isFile() && a.dev === b.dev && a.ino === b.ino
}

async function found(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined)
}

function stream(descriptor: number): BigIntStats | undefined {
  try {
    return fstatSync(descriptor, { bigint: true })
  } catch {
    return undefined
  }
}

/**
 * Calls `work` with a stream to stdout, or to a file that gets its name only when it is complete.
 *
 * @param whole whether stdout, too, gets nothing until `work` has ended.
 */
export async function writeTo<T>(
  out: string | undefined,
  whole: boolean,
  work: (to: Writable) => Promise<T>,
): Promise<T> {
  if (out !== undefined) return writePart(partOf(out), work, (part) => rename(part, out))
  if (!whole) return work(process.stdout)
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  try {
    return await writePart(join(folder, 'predictions'), work, (part) =>
      pipeline(createReadStream(part), process.stdout, { end: false }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writePart<T>(
  part: string,
  work: (to: Writable) => Promise<T>,
  use: (part: string) => Promise<void>,
): Promise<T> {
  const file = createWriteStream(part)
  const drop = () => rmSync(part, { force: true })
  process.once('exit', drop)
  try {
    const result = await work(file)
    file.end()
    await finished(file)
    await use(part)
    return result
  } finally {
    process.off('exit', drop)
    file.destroy()
    drop()
  }
}
