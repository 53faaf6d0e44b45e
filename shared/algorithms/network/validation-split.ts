import { JobError } from '../../errors/job-error.ts'

/**
 * How many of the rows are trained on where the last share of them is held back, as Keras' validation_split does it;
 * undefined without a share.
 *
 * @throws JobError where no row would be left on one of the sides
 */
export function splitOff(rows: number, share: number): number | undefined {
  if (share === 0) return undefined
  const kept = Math.floor(rows * (1 - share))
  if (kept > 0 && kept < rows) return kept
  throw new JobError(
    'bad_hyperparameter',
    `hyperparameters.validation_split ${share} of ${rows} training rows leaves no row on one of the sides: use a share that holds back at least one row, or send more rows.`,
  )
}
