/** The files under a prefix, which are one dataset. */
import { byCodePoint } from '../data/code-point-order.ts'
import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import type { Bucket } from '../storage/bucket.ts'

export type FolderFile = {
  readonly key: string
  /** The columns that the folders between the prefix and the file name, as Hive writes them: year=2024. */
  readonly constants: Readonly<Record<string, string | null>>
}

/** More requests would take longer than a function has. */
const MAX_FILES = 10_000

/** How Hive writes a missing value. */
const MISSING = '__HIVE_DEFAULT_PARTITION__'

/**
 * The data files under a prefix, in the order of their keys, which is that of their bytes. As pyarrow and Spark do, it
 * leaves out empty objects and what begins with `_` or `.`, a folder on the way included, and takes folders of the form
 * `name=value` for columns; names and values are percent-encoded.
 *
 * @param prefix ends with a slash.
 * @throws JobError for too many files, or files of which the folders name different columns.
 */
export async function filesUnder(bucket: Bucket, prefix: string): Promise<FolderFile[]> {
  const files: FolderFile[] = []
  for await (const { key, bytes } of bucket.list(prefix)) {
    const parts = key.slice(prefix.length).split('/')
    if (bytes === 0 || parts.some((part) => /^[._]/.test(part))) continue
    if (files.length === MAX_FILES) throw tooManyFiles(`s3://${bucket.name}/${prefix}`)
    files.push({ key, constants: constantsOf(parts.slice(0, -1)) })
  }
  // Not every server lists them so.
  files.sort((a, b) => byCodePoint(a.key, b.key))
  for (const file of files) checkSameFolders(file, files[0])
  return files
}

function constantsOf(folders: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    folders.flatMap((folder) => {
      const at = folder.indexOf('=')
      if (at <= 0) return []
      const value = folder.slice(at + 1)
      return [[decoded(folder.slice(0, at)), value === MISSING || value === '' ? null : decoded(value)]]
    }),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function checkSameFolders(file: FolderFile, first: FolderFile): void {
  const [names, expected] = [file, first].map(({ constants }) => Object.keys(constants))
  if (names.length === expected.length && expected.every((name) => names.includes(name))) return
  const [has, hasFirst] = [names, expected].map((some) =>
    some.length === 0 ? 'none' : list(some.map(quote), 5),
  )
  throw new JobError(
    'column_missing',
    `The files of the dataset lie in folders of different columns: ${quote(file.key)} in those of ${has}, ${quote(first.key)} in those of ${hasFirst}. Put all of them into folders of the same names (year=2024).`,
  )
}

const tooManyFiles = (prefix: string) =>
  new JobError(
    'dataset_too_large',
    `The dataset ${quote(prefix)} has more than ${MAX_FILES} files, which is the limit: put the rows into fewer, larger files.`,
  )
