/** What both engines do alike around an epoch: progress, the check of the loss, the history. */
import { JobError } from '../../errors/job-error.ts'
import type { Progress } from '../algorithm.ts'
import type { MutableHistory, Position } from './checkpoint.ts'

/**
 * @param seen rows of the epoch that the position's sums count
 * @param done the share of the epoch that is trained, 0 … 1
 */
export function progressOf(
  position: Position,
  seen: number,
  done: number,
  { epochs, early_stopping }: { readonly epochs: number; readonly early_stopping?: unknown },
  hasAccuracy = true,
): Progress {
  const { epoch, loss, hits } = position
  const figures = { epoch: epoch + 1, loss: loss / seen }
  return {
    fraction: (epoch + done) / epochs,
    isEven: early_stopping === undefined,
    detail: hasAccuracy ? { ...figures, accuracy: hits / seen } : figures,
  }
}

/** @throws JobError for a loss that is not a finite number. */
export function checkLoss(loss: number, epoch: number, rate: number): void {
  if (Number.isFinite(loss)) return
  throw new JobError(
    'diverged',
    `The loss became ${loss} in epoch ${epoch + 1}: use a smaller learning_rate than ${rate}.`,
  )
}

/**
 * Adds the epoch's mean loss and accuracy over `rows` training rows, and the validation's, to the history. A regression
 * has no accuracy.
 */
export function endEpoch(
  position: Position,
  history: MutableHistory,
  rows: number,
  validation: { readonly loss: number; readonly accuracy: number },
  hasAccuracy = true,
): void {
  history.loss.push(position.loss / rows)
  history.val_loss.push(validation.loss)
  if (hasAccuracy) {
    history.accuracy.push(position.hits / rows)
    history.val_accuracy.push(validation.accuracy)
  }
  position.epoch++
  position.step = 0
  position.loss = 0
  position.hits = 0
}
