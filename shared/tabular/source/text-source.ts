import { JobError } from '../../errors/job-error.ts'
import { detectUtf16, toUtf8, withoutMark } from './encoding.ts'
import { decoderLabel } from './encoding-name.ts'
import { type Peeked, peek } from './peek.ts'
import { packingOf, unpacked } from './unpack.ts'

/** A data file's text, unpacked and as UTF-8 without a mark. */
export type TextSource = Peeked & {
  /** Whether the chunks are those of the source, but for a mark. */
  readonly isAsStored: boolean
  readonly warnings: readonly string[]
}

/**
 * Opens a text that may be compressed (gzip, zstd, bzip2, xz) and in another encoding.
 *
 * @param encoding of the text where it is known, by a name of Python's or the web's.
 * @throws JobError when it is neither text nor known compressed data, or is damaged.
 */
export async function openText(
  source: AsyncIterable<Buffer>,
  encoding: string | null | undefined,
): Promise<TextSource> {
  const stored = await peek(source)
  const packing = packingOf(stored.head)
  const text = packing === undefined ? stored : await peek(unpacked(packing, stored.chunks))
  const close = async () => {
    await text.close()
    await stored.close()
  }
  if (packing === undefined) refuseBinary(stored.head)
  const found = encoding ? undefined : detectUtf16(text.head)
  const label = encoding ? labelOf(encoding, text.head) : found
  if (label === undefined || label === 'utf-8') {
    const head = text.head.subarray(hasUtf8Mark(text.head) ? 3 : 0)
    const chunks = withoutMark(text.chunks)
    return { head, isWhole: text.isWhole, chunks, close, isAsStored: packing === undefined, warnings: [] }
  }
  const decoded = await peek(toUtf8(text.chunks, label))
  const warnings = found === undefined ? [] : [`The file was read as ${found.toUpperCase()} text.`]
  return { ...decoded, close, isAsStored: false, warnings }
}

/** UTF-16 without an order is that of the mark. */
function labelOf(encoding: string, head: Buffer): string {
  const label = decoderLabel(encoding)
  return /^utf[-_]?16$/i.test(encoding.trim()) ? (detectUtf16(head) ?? label) : label
}

function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function refuseBinary(start: Buffer): void {
  if (start.toString('latin1', 0, 4) === 'PK\u0003\u0004') {
    const isWorkbook = start.includes('xl/') || start.includes('[Content_Types].xml')
    throw new JobError(
      'dataset_unreadable',
      `The dataset is ${isWorkbook ? 'an Excel workbook' : 'a ZIP or Excel file'}: send it as CSV, also compressed by gzip, zstd, bzip2 or xz, or as Parquet.`,
    )
  }
  if (start.toString('latin1', 0, 8) === '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1') {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is an old Excel workbook (.xls): save it as CSV and send that.',
    )
  }
}
