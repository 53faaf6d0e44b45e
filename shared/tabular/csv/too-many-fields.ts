import { JobError } from '../../errors/job-error.ts'
import { BLANKS, type Dialect, delimiterName, type Syntax } from './dialect.ts'

/**
 * What is said of a row with more fields than the header, by what the file most likely is.
 *
 * @param record begins with the row.
 */
export function tooManyFields(
  what: string,
  line: number,
  fields: number,
  columns: number,
  { syntax }: Dialect,
  record: Buffer,
): JobError {
  const start = `Line ${line} of the ${what} has ${fields} fields where the header has ${columns}`
  const text = record.toString('utf8', 0, MAX_LOOKED_AT).split('\n', 1)[0]
  return new JobError('dataset_unreadable', `${start}: ${remedyFor(text, columns, syntax)}.`)
}

function remedyFor(text: string, columns: number, { delimiter, comment }: Syntax): string {
  const name = delimiter > ' ' && delimiter !== BLANKS ? `"${delimiter}"` : delimiterName(delimiter)
  const quotes = `a text with ${name} in it needs quotes round it`
  const first = comment === undefined ? /^\s*([#%!])/.exec(text)?.[1] : undefined
  if (first !== undefined) {
    return `if the line is a comment, send csv: {"comment": "${first}"}; if not, ${quotes}`
  }
  if (columns === 1) {
    return `the first line has no ${name} in it. If a title stands above the header, say with csv.header how many lines do; if another character separates the fields, name it with csv.delimiter`
  }
  if (comment === undefined && /\s#\s/.test(text)) {
    return `${quotes}. If "#" begins a comment, send csv: {"comment": "#"}`
  }
  return `${quotes}. If the file has other quotes or escapes, or another delimiter, name them with csv.quote, csv.escape or csv.delimiter`
}

const MAX_LOOKED_AT = 1000
