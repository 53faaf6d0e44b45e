/** How a job's rows are split into training and test: the field `split` of its message. */
import { z } from 'zod'
import { JobError } from '../../errors/job-error.ts'
import { parseOptions } from '../../errors/parse-options.ts'
import { list } from '../../errors/sentences.ts'

const columnName = z.string().min(1).max(1024).nullish()

/** By the names of scikit-learn's `train_test_split`, where it has them. */
export const splitOptions = z.strictObject({
  test_size: z
    .union([z.number().gt(0).lt(1), z.int().min(1)])
    .nullish()
    .describe('a share of the rows between 0 and 1, or a whole number of rows (default: 0.2)'),
  random_state: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .nullish()
    .describe('a whole number from 0 to 4294967295 (default: 42)'),
  shuffle: z
    .boolean()
    .nullish()
    .describe('true or false; with false the last rows are the test rows (default: true)'),
  stratify: z
    .boolean()
    .nullish()
    .describe('true or false; with true each class has the same share of both parts (default: false)'),
  group_column: columnName.describe('the name of a column; rows of one group stay on one side'),
  time_column: columnName.describe('the name of a column; the latest rows are the test rows'),
  test_dataset_path: z
    .string()
    .trim()
    .min(1)
    .max(1024)
    .nullish()
    .describe(
      'where the test rows are, written like dataset_path; all rows of dataset_path are for training',
    ),
})
export type SplitOptions = z.infer<typeof splitOptions>

const OTHER_NAMES: Readonly<Record<string, string>> = {
  seed: 'random_state',
  test_fraction: 'test_size',
  test_ratio: 'test_size',
  test_split: 'test_size',
  groups: 'group_column',
  date_column: 'time_column',
  test_dataset: 'test_dataset_path',
}

/**
 * @throws JobError (bad_message) with a sentence that names the first option at fault, or two that exclude each other.
 */
export function parseSplitOptions(given: unknown): SplitOptions {
  const options = parseOptions(splitOptions, given, {
    field: 'split',
    example: '{"test_size": 0.25}',
    otherNames: OTHER_NAMES,
  })
  checkSplitOptions(options)
  return options
}

/** What each option cannot be combined with, and why. */
const EXCLUDED: readonly [keyof SplitOptions, readonly (keyof SplitOptions)[], string][] = [
  [
    'test_dataset_path',
    ['test_size', 'random_state', 'shuffle', 'stratify', 'group_column', 'time_column'],
    'the test rows are those of that dataset',
  ],
  [
    'time_column',
    ['random_state', 'shuffle', 'stratify', 'group_column'],
    'the latest rows are the test rows',
  ],
  ['group_column', ['shuffle', 'stratify'], 'whole groups are drawn'],
]

/** @throws JobError (bad_message) for options that exclude each other. */
export function checkSplitOptions(options: SplitOptions): void {
  for (const [option, excluded, why] of EXCLUDED) {
    if (!isGiven(options[option])) continue
    const others = excluded.filter((name) => isGiven(options[name]))
    if (others.length === 0) continue
    throw new JobError(
      'bad_message',
      `split.${option} cannot be given with ${list(
        others.map((name) => `split.${name}`),
        6,
      )}, because ${why}: leave out one or the other.`,
    )
  }
  if (options.stratify === true && options.shuffle === false) {
    throw new JobError(
      'bad_message',
      'split.stratify draws rows at random, so split.shuffle cannot be false: leave out one or the other.',
    )
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** The columns that only tell how to split: features no more, unless they are chosen as such. */
export function splitColumns(options: SplitOptions | null | undefined): string[] {
  return [options?.group_column, options?.time_column].filter((name) => typeof name === 'string')
}
