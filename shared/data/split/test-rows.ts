import { JobError } from '../../errors/job-error.ts'
import { plural } from '../../errors/sentences.ts'

/**
 * How many of `count` rows (or groups) are for the test: a share is rounded up, as scikit-learn's
 * `_validate_shuffle_split` does.
 *
 * @param noun what is counted: `row`.
 * @throws JobError (bad_split) where none would be left to train on.
 */
export function testCount(count: number, testSize: number, noun: string): number {
  const tested = testSize < 1 ? Math.ceil(testSize * count) : testSize
  if (tested < count) return tested
  throw new JobError(
    'bad_split',
    `split.test_size is ${testSize}, but there ${count === 1 ? 'is' : 'are'} only ${plural(count, noun)}: nothing would be left to train on. Use a smaller test_size.`,
  )
}
