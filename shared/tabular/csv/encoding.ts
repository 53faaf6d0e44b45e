/** From a CSV file's bytes to text. */
import { JobError } from '../../errors/job-error.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A field's text. Throws JobError that names the line when it is not UTF-8. */
export function decode(field: Buffer, start: number, stop: number, line: number): string {
  let ascii = true
  for (let i = start; i < stop; i++) {
    if (field[i] > 127) {
      ascii = false
      break
    }
  }
  if (ascii) return field.toString('latin1', start, stop)
  try {
    return UTF8.decode(field.subarray(start, stop))
  } catch (error) {
    throw new JobError(
      'dataset_unreadable',
      `Line ${line} of the dataset is not UTF-8 text: save the file as UTF-8 and send it again.`,
      {
        cause: error,
      },
    )
  }
}

/** Drops a byte-order mark and refuses what is plainly not a CSV file. */
export function checkedStart(chunk: Buffer): Buffer {
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3)
  if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)) {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is UTF-16 text: save the file as UTF-8 and send it again.',
    )
  }
  if (chunk.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is a ZIP or Excel file: send it as CSV, gzipped CSV or Parquet.',
    )
  }
  return chunk
}
