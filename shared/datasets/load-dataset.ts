import { stat } from 'node:fs/promises'
import type { OwnedTable } from '../data/table.ts'
import type { CsvOptions } from '../tabular/csv/options.ts'
import { checkCells, checkFileBytes, type Limits } from '../tabular/limits.ts'
import { readTable } from '../tabular/read-table.ts'
import { type DiskResult, readToDisk } from '../tabular/read-to-disk.ts'
import type { FetchedDataset } from './fetch-dataset.ts'

export type LoadedTable = {
  readonly table: OwnedTable
  readonly warnings: readonly string[]
  /** The dialect of a CSV file, where it is not pandas' default. */
  readonly csv?: CsvOptions | undefined
}

type Reading = {
  readonly limits: Limits
  readonly threads: number
  /** What the job says of a CSV file's dialect. */
  readonly csv?: CsvOptions | null | undefined
}

/**
 * Reads a dataset into memory.
 *
 * @param scratch the path of a file to make.
 * @throws JobError if it is no table, or exceeds the limits.
 */
export async function loadDataset(
  { table, files }: FetchedDataset,
  { limits, threads, csv }: Reading,
  scratch: string,
): Promise<LoadedTable> {
  if (table !== undefined) return { table, warnings: [] }
  const [{ path }] = files
  const isOne = files.length === 1 && Object.keys(files[0].constants).length === 0
  if (isOne) {
    checkFileBytes((await stat(path)).size, limits)
    return readTable(path, limits, threads, csv ?? {})
  }
  const { table: onDisk, warnings, close } = await loadOnDisk({ files }, { csv, cacheBytes: 0 }, scratch)
  try {
    checkCells(onDisk.rows, onDisk.columns.length, limits)
    return {
      table: { rows: onDisk.rows, columns: onDisk.columns.map((column) => ({ ...column })) },
      warnings,
    }
  } finally {
    close()
  }
}

/** Reads a dataset of files into a table on disk, which needs the memory of a few of its columns. */
export function loadOnDisk(
  { files }: Pick<FetchedDataset, 'files'>,
  { csv, cacheBytes }: { readonly csv?: CsvOptions | null | undefined; readonly cacheBytes: number },
  scratch: string,
): Promise<DiskResult> {
  return readToDisk(files, scratch, { csv: csv ?? {}, cacheBytes })
}
