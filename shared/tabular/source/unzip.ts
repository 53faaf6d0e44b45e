import { posix } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise } from 'yauzl'
import { JobError } from '../../errors/job-error.ts'
import { list, quote } from '../../errors/sentences.ts'

/** Compressed bytes of a ZIP file, whose directory is at its end: all of it is in memory. */
const MAX_BYTES = 2 ** 30
const DATA_FILE = /\.(csv|tsv|tab|txt|data|dat|jsonl?|ndjson|parquet)(\.(gz|bz2|xz|zst))?$/i
/** Kept out of memory in a ZIP file of very many. */
const MAX_FILES = 10_000

/**
 * The data file in a ZIP file: its only file, or the only one of its files whose name is that of a data file.
 *
 * @param warn gets a sentence when files were left out.
 * @throws JobError when there is no such file or more than one, or when it is encrypted or too large.
 * @throws Error when the file is damaged.
 */
export async function* unzipped(
  chunks: AsyncIterable<Buffer>,
  warn: (sentence: string) => void,
): AsyncGenerator<Buffer> {
  const zip = await fromBufferPromise(await whole(chunks))
  const files: Entry[] = []
  for await (const entry of zip.eachEntry()) {
    if (files.length === MAX_FILES) throw unclear([`more than ${MAX_FILES} files`])
    if (isContent(entry.fileName)) files.push(entry)
  }
  const entry = dataFile(files)
  if (entry.isEncrypted()) throw unreadable('has a password: compress the data file without one')
  if (!entry.canDecodeFileData()) {
    throw unreadable(`is compressed by a method that is rare (${entry.compressionMethod}): compress it again`)
  }
  if (files.length > 1) warn(`Of the ZIP file, ${quote(entry.fileName)} was read, and nothing else.`)
  let checksum = 0
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    checksum = crc32(chunk, checksum)
    yield chunk
  }
  if (checksum !== entry.crc32) throw new Error(`${quote(entry.fileName)} has another checksum`)
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    pieces.push(chunk)
    length += chunk.length
    if (length > MAX_BYTES) {
      throw new JobError(
        'dataset_too_large',
        `The dataset is a ZIP file of more than ${MAX_BYTES} bytes, which is the limit: compress the data file by gzip or zstd.`,
      )
    }
  }
  return Buffer.concat(pieces)
}

/** Whether a name is that of a file that people put there: no folder, and none that a file manager adds. */
function isContent(name: string): boolean {
  return !name.endsWith('/') && !name.startsWith('__MACOSX/') && !posix.basename(name).startsWith('.')
}

function dataFile(files: readonly Entry[]): Entry {
  const names = files.map(({ fileName }) => fileName)
  if (names.includes('[Content_Types].xml')) {
    const isWorkbook = names.some((name) => name.startsWith('xl/'))
    throw new JobError(
      'dataset_unreadable',
      `The dataset is ${isWorkbook ? 'an Excel workbook' : 'a document of Office'}: save it as CSV, and send that.`,
    )
  }
  if (names.includes('mimetype') && names.includes('content.xml')) {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is a document of LibreOffice: save it as CSV, and send that.',
    )
  }
  if (files.length === 0) throw unreadable('has no file in it')
  const named = files.filter(({ fileName }) => DATA_FILE.test(fileName))
  const [only, ...others] = files.length === 1 ? files : named
  if (only === undefined || others.length > 0) throw unclear(names.map(quote))
  return only
}

const unreadable = (what: string) =>
  new JobError('dataset_unreadable', `The dataset is a ZIP file that ${what}.`)

const unclear = (names: readonly string[]) =>
  unreadable(`has several files (${list(names, 5)}): send one of them alone`)
