import { InvalidArgumentError, Option } from 'commander'
import { type DateColumns, dateColumnsSchema, dateParts } from '../shared/data/dates.ts'
import { parseSplitOptions, type SplitOptions } from '../shared/data/split/options.ts'
import { keyAndValue } from './key-and-value.ts'

/** `--split k=v`: how rows are split into training and test, as the message has it. */
export function splitOption(): Option {
  return new Option(
    '--split <k=v>',
    'how rows are split: test_size, random_state, shuffle, stratify, group_column, time_column or test_dataset_path; may be given again',
  ).argParser(parsed)
}

function parsed(given: string, earlier: SplitOptions | undefined): SplitOptions {
  const [name, value] = keyAndValue(given, 'test_size=0.25')
  try {
    return parseSplitOptions({ ...earlier, [name]: value })
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** An option that collects the names of columns, one each time that it is given. */
export function columnOption(flags: string, description: string): Option {
  return new Option(`${flags} <column>`, `${description}; may be given again`).argParser(
    (name: string, earlier: string[] | undefined) => [...(earlier ?? []), name],
  )
}

/** `--date day=month,weekday`: a column of dates, and the parts of it that are features. */
export function dateOption(): Option {
  return new Option(
    '--date <column[=parts]>',
    `a column of dates, whose parts are features: ${dateParts.join(', ')} (default: year, month, day, weekday, hour); may be given again`,
  ).argParser((given: string, earlier: DateColumns | undefined): DateColumns => {
    const [column, parts] = given.split('=')
    const parsed = dateColumnsSchema.safeParse([
      parts === undefined ? column : { column, parts: parts.split(',') },
    ])
    if (parsed.success) return [...(earlier ?? []), ...parsed.data]
    throw new InvalidArgumentError(
      `Write it as day or day=month,weekday; the parts are ${dateParts.join(', ')}.`,
    )
  })
}

/** `--sample-weight`: the column of the rows' weights. */
export function weightOption(): Option {
  return new Option(
    '--sample-weight <column>',
    'a column that says how much each training row counts; it is not a feature',
  )
}
