import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { startThreadsAhead, threadsAhead } from '../threads/thread-pool.ts'
import { detectDialect } from './csv/detect-dialect.ts'
import { hasPlainValues, isPlainLayout } from './csv/dialect.ts'
import { type CsvOptions, keptOptions } from './csv/options.ts'
import { parsePiecesTask } from './csv/pieces-task.ts'
import { type CsvResult, readCsv } from './csv/read-csv.ts'
import { withoutEmptyLastColumns } from './empty-last-columns.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { jsonFormatOf } from './read-json.ts'
import { isParquet } from './source/is-parquet.ts'
import { openText, type TextSource } from './source/text-source.ts'

/**
 * Reads a dataset from a local file, told apart by its first bytes: Parquet; or CSV, JSON lines or a JSON array, in
 * any encoding, also compressed by gzip, zstd, bzip2, xz or ZIP.
 *
 * @param threads how many threads may read a large plain CSV file. Never changes the result.
 * @param csv what is known of a CSV file's dialect; the rest is found.
 * @throws JobError if the file is not a table, or exceeds the limits.
 */
export async function readTable(
  path: string,
  limits: Limits = defaultLimits,
  threads = availableParallelism(),
  csv: CsvOptions = {},
): Promise<CsvResult> {
  if (await isParquet(path)) {
    const { readParquet } = await import('./read-parquet.ts')
    return readParquet(path, limits)
  }
  const { size } = await stat(path)
  const highWaterMark = Math.min(2 ** 20, size + 1)
  const open = () => openText(createReadStream(path, { highWaterMark }), csv.encoding)
  const text = await open()
  let current = text
  // xz-decompress has one stream per process at a time: a second one would wait for the first forever.
  const reopen = async () => {
    await current.close()
    current = await open()
    return current
  }
  try {
    const result = await readText(text, reopen, { path, size, limits, threads, csv })
    const { table, warnings } = withoutEmptyLastColumns(result.table)
    return { ...result, table, warnings: [...text.warnings, ...result.warnings, ...warnings] }
  } catch (error) {
    throw await current.explain(error)
  } finally {
    await current.close()
  }
}

async function readText(
  text: TextSource,
  reopen: () => Promise<TextSource>,
  how: { path: string; size: number; limits: Limits; threads: number; csv: CsvOptions },
): Promise<CsvResult> {
  const { path, limits, threads, csv } = how
  const size = text.isAsStored ? how.size : 0
  const format = jsonFormatOf(text.head)
  if (format !== undefined) {
    const { readJson } = await import('./read-json.ts')
    return { table: await readJson(text.chunks, format, limits), warnings: [] }
  }
  const detected = detectDialect(text.head, text.isWhole, csv)
  const { dialect } = detected
  const warnings = [...detected.warnings]
  const kept = keptOptions(dialect, csv)
  if (size >= MIN_KERNEL_BYTES && isPlainLayout(dialect) && hasPlainValues(dialect)) {
    const { readPlainCsv } = await import('./csv/read-plain-csv.ts')
    const bytesPerThread = threadsAhead() > 0 ? BYTES_PER_STARTED_THREAD : BYTES_PER_NEW_THREAD
    const table = await readPlainCsv(path, size, limits, Math.min(threads, Math.ceil(size / bytesPerThread)))
    if (table !== undefined) return { table, warnings, csv: kept }
  }
  const chunks = async function* () {
    if (text.isWhole) {
      yield text.head
      return
    }
    const again = await reopen()
    yield* again.chunks
    // Warnings that are known only at the end.
    warnings.push(...again.warnings.filter((warning) => !text.warnings.includes(warning)))
  }
  const result = await readCsv(chunks, size, limits, dialect)
  return { table: result.table, warnings: [...warnings, ...result.warnings], csv: kept }
}

/** Bytes of a file from which on the kernel is faster. */
const MIN_KERNEL_BYTES = 2 * 2 ** 20
/**
 * Bytes per thread from which on another thread saves time: one that must start (50 ms), and one that was started
 * ahead.
 */
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
