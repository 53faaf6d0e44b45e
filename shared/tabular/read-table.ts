import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createGunzip } from 'node:zlib'
import { JobError } from '../errors/job-error.ts'
import { startThreadsAhead, threadsAhead } from '../threads/thread-pool.ts'
import { parsePiecesTask } from './csv/pieces-task.ts'
import { type CsvResult, readCsv } from './csv/read-csv.ts'
import { defaultLimits, type Limits } from './limits.ts'

/**
 * Reads a dataset from a local file: CSV, gzipped CSV, Parquet or JSON lines, told apart by their first bytes.
 *
 * @param threads how many threads may read a large plain CSV file. Never changes the result.
 * @throws JobError if the file is not a table, or exceeds the limits.
 */
export async function readTable(
  path: string,
  limits: Limits = defaultLimits,
  threads = availableParallelism(),
): Promise<CsvResult> {
  const { size } = await stat(path)
  const magic = await firstBytes(path)
  if (magic.toString('latin1') === 'PAR1') {
    const { readParquet } = await import('./read-parquet.ts')
    return { table: await readParquet(path, limits), warnings: [] }
  }
  if (magic[0] === OPENING_BRACE) {
    const { readJsonLines } = await import('./read-json-lines.ts')
    return { table: await readJsonLines(createReadStream(path), limits), warnings: [] }
  }
  if (magic[0] === 0x1f && magic[1] === 0x8b) return readCsv(() => gunzipped(path), 0, limits)
  if (size >= MIN_KERNEL_BYTES) {
    const { readPlainCsv } = await import('./csv/read-plain-csv.ts')
    const bytesPerThread = threadsAhead() > 0 ? BYTES_PER_STARTED_THREAD : BYTES_PER_NEW_THREAD
    const table = await readPlainCsv(path, size, limits, Math.min(threads, Math.ceil(size / bytesPerThread)))
    if (table !== undefined) return { table, warnings: [] }
  }
  return readCsv(() => createReadStream(path, { highWaterMark: 2 ** 20 }), size, limits)
}

const OPENING_BRACE = 0x7b

/** Bytes of a file from which the kernel is faster. */
const MIN_KERNEL_BYTES = 2 * 2 ** 20
/** Bytes from which another thread pays: one that takes 50 ms to start, and one that was started ahead. */
const BYTES_PER_NEW_THREAD = 48 * 2 ** 20
const BYTES_PER_STARTED_THREAD = 8 * 2 ** 20

/**
 * Starts the threads that read a large file, and compiles their kernel, while the file is still being downloaded.
 *
 * @param bytes downloaded so far.
 */
export function expectTable(bytes: number, threads: number): void {
  if (bytes <= BYTES_PER_STARTED_THREAD) return
  startThreadsAhead(threads - 1, parsePiecesTask)
  // If this fails, reading fails too, with the reason.
  compileKernel().catch(() => undefined)
}

const compileKernel = async () => (await import('./csv/plain-kernel.ts')).plainCsvKernel()

/** The file's first four bytes, or fewer where it is shorter. */
export async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What a gzip file unpacks to. Throws JobError when it is damaged. */
export async function* gunzipped(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path)
  const unzip = createGunzip({ chunkSize: 2 ** 20 })
  source.on('error', (error) => unzip.destroy(error))
  try {
    for await (const chunk of source.pipe(unzip)) yield chunk
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new JobError(
        'dataset_unreadable',
        `The dataset's gzip data are damaged (${error.message}): compress the file again.`,
      )
    }
    throw error
  } finally {
    source.destroy()
    unzip.destroy()
  }
}
