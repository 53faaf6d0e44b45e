/** Which arithmetic a fit and the predictions of its model have: the kernels of networks and logistic regression. */
import { z } from 'zod'
import { type Arithmetic, arithmetic as arithmeticSchema, canFuse } from '../wasm/arithmetic.ts'
import type { FitContext } from './algorithm.ts'
import { UnusableCheckpoint } from './resume.ts'

/** What checkpoints and models say of it: nothing where it is plain, as all were before there was another. */
export const arithmeticField = z.object({ arithmetic: arithmeticSchema.optional() })
export type ArithmeticField = z.infer<typeof arithmeticField>

/**
 * The arithmetic of a fit: the one of its checkpoint; of a fit that begins, the quicker one where this machine has it
 * and the context allows it.
 *
 * @throws UnusableCheckpoint for the checkpoint of a fused fit where this machine cannot fuse.
 */
export function arithmeticOf({ arithmetic, resumeFrom }: FitContext): Arithmetic {
  if (resumeFrom === undefined) return arithmetic !== 'plain' && canFuse() ? 'fused' : 'plain'
  if (resumeFrom.arithmetic !== 'fused') return 'plain'
  if (canFuse()) return 'fused'
  throw new UnusableCheckpoint(
    'The checkpoint was computed with the fused multiply-add, which this machine does not have.',
  )
}

/** The field of a checkpoint or a model. */
export function arithmeticFieldOf(arithmetic: Arithmetic): ArithmeticField {
  return arithmetic === 'fused' ? { arithmetic } : {}
}

/** The arithmetic that a model predicts with: that of its fit, where this machine has it. */
export function arithmeticToPredict({ arithmetic }: ArithmeticField): Arithmetic {
  return arithmetic === 'fused' && canFuse() ? 'fused' : 'plain'
}
