import { InvalidArgumentError, Option } from 'commander'
import { type CsvOptions, parseCsvOptions } from '../shared/tabular/csv/options.ts'

/** `--csv`: a CSV file's dialect, as the message has it. */
export function csvOption(): Option {
  return new Option(
    '--csv <json>',
    'the dialect of a CSV file, for example \'{"delimiter": ";", "decimal": ","}\' (default: found)',
  ).argParser(parsed)
}

function parsed(text: string): CsvOptions {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('Write it as a JSON object, for example {"delimiter": ";"}.')
  }
  try {
    return parseCsvOptions(given)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
