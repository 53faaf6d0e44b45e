import { JobError } from '../../errors/job-error.ts'
import { type Dialect, delimiterName } from './dialect.ts'

/** What is said of a row with more fields than the header, by what the file most likely is. */
export function tooManyFields(
  what: string,
  line: number,
  fields: number,
  columns: number,
  { syntax }: Dialect,
): JobError {
  const start = `Line ${line} of the ${what} has ${fields} fields where the header has ${columns}`
  const delimiter = delimiterName(syntax.delimiter)
  const remedy =
    columns === 1
      ? `the first line has no "${delimiter}" in it. If a title stands above the header, say with csv.header how many lines do; if another character separates the fields, name it with csv.delimiter`
      : `a text with "${delimiter}" in it needs quotes round it. If the file has other quotes or escapes, or another delimiter, name them with csv.quote, csv.escape or csv.delimiter`
  return new JobError('dataset_unreadable', `${start}: ${remedy}.`)
}
