import { JobError } from '../../errors/job-error.ts'
import { COMMA, CR, LF, QUOTE } from './dialect.ts'

/**
 * Where the quoted field that starts at `from` ends (its delimiter), or -1 when that is not in the buffer yet.
 *
 * @param line of its first quote.
 * @throws JobError (dataset_unreadable) where the file ends inside it.
 */
export function endOfQuoted(bytes: Buffer, from: number, atEnd: boolean, line: number): number {
  let at = from + 1
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote < 0) {
      if (!atEnd) return -1
      throw new JobError(
        'dataset_unreadable',
        `A quoted field of the dataset has no closing quote ("): it begins on line ${line}, and the file ends inside it.`,
      )
    }
    if (bytes[quote + 1] !== QUOTE) {
      at = quote + 1
      break
    }
    at = quote + 2
  }
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LF && bytes[at] !== CR) at++
  return at === bytes.length && !atEnd ? -1 : at
}

/** The text of a quoted field: the outer quotes dropped, doubled quotes single. */
export function unquoted(bytes: Buffer, from: number, to: number): Buffer {
  if (bytes.indexOf(QUOTE, from + 1) === to - 1) return bytes.subarray(from + 1, to - 1)
  let close = from + 1
  const out = Buffer.alloc(to - from)
  let length = 0
  while (close < to) {
    if (bytes[close] === QUOTE) {
      if (bytes[close + 1] !== QUOTE || close + 1 >= to) break
      close++
    }
    out[length++] = bytes[close++]
  }
  length += bytes.copy(out, length, close + 1, to)
  return out.subarray(0, length)
}
