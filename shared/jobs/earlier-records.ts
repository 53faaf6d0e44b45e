/**
 * Jobs that an earlier version accepted. It read 1.0 as 1, and took a `min_samples_split` of 1 for the share of all rows;
 * what it began is continued in that meaning.
 */
import { COUNT_OR_SHARE } from '../algorithms/count-or-share.ts'
import { fingerprint } from './ids.ts'
import type { JobMessage } from './message.ts'
import type { JobRecord } from './records.ts'

/** Whether the record is that of the message. */
export function isRecordOf(
  record: JobRecord,
  read: { readonly message: JobMessage | null; readonly fingerprint: string },
): boolean {
  if (record.fingerprint === read.fingerprint) return true
  if (record.spelling !== undefined || read.message === null) return false
  return record.fingerprint === fingerprint(withoutSpelling(read.message))
}

/** The message in the meaning in which it was accepted. */
export function inItsMeaning(record: JobRecord, message: JobMessage): JobMessage {
  if (record.spelling !== undefined) return message
  const earlier = withoutSpelling(message)
  if (earlier.hyperparameters?.min_samples_split !== 1) return earlier
  return { ...earlier, hyperparameters: { ...earlier.hyperparameters, min_samples_split: '1.0' } }
}

function withoutSpelling(message: JobMessage): JobMessage {
  const given = message.hyperparameters ?? {}
  const numbers = COUNT_OR_SHARE.flatMap((name) => {
    const value = given[name]
    return typeof value === 'string' && /^\d+\.0$/.test(value) ? [[name, Number(value)]] : []
  })
  if (numbers.length === 0) return message
  return { ...message, hyperparameters: { ...given, ...Object.fromEntries(numbers) } }
}
