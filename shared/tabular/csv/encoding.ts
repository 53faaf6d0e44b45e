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
      `Line ${line} of the dataset is not UTF-8 text: name the file's encoding in csv.encoding (windows-1252 is a frequent one), or save it as UTF-8.`,
      {
        cause: error,
      },
    )
  }
}
