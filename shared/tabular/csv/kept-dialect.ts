import type { TextSource } from '../source/text-source.ts'
import { type DetectedDialect, detectDialect } from './detect-dialect.ts'
import { uniqueNames } from './header-names.ts'
import type { CsvOptions } from './options.ts'
import { recordsOf } from './records-of.ts'

/**
 * The dialect of a file to predict.
 *
 * @param given the dialect that the caller gave: then nothing else counts.
 * @param kept that of the training data. It is the file's where its header, read so, has all the wanted columns; else
 * the
 *   file's is found, and only what counts as missing is kept.
 */
export function dialectLike(
  { head, isWhole }: Pick<TextSource, 'head' | 'isWhole'>,
  names: readonly string[],
  given: CsvOptions,
  kept: CsvOptions | undefined,
): DetectedDialect {
  if (kept === undefined || Object.keys(given).length > 0) return detectDialect(head, isWhole, given)
  const read = (options: CsvOptions) => {
    const detected = detectDialect(head, isWhole, options)
    const header = new Set(headerOf(head, isWhole, detected))
    return { detected, hasAll: names.every((name) => header.has(name)) }
  }
  const { encoding, na_values, keep_default_na } = kept
  const found = read({ encoding, na_values, keep_default_na })
  // A file that has the header which the training data lacked.
  if (kept.header !== undefined && found.hasAll) return found.detected
  const like = read(kept)
  return like.hasAll ? like.detected : found.detected
}

function headerOf(head: Buffer, isWhole: boolean, { dialect }: DetectedDialect): readonly string[] {
  if (dialect.names !== undefined) return dialect.names
  const { records } = recordsOf(head, isWhole, dialect.syntax)
  return uniqueNames(records.find((_, record) => !dialect.skipped.includes(record)) ?? [])
}
