import type { z } from 'zod'
import type { FitContext } from './algorithm.ts'

/** A checkpoint that a fit cannot go on from, such as one of another version of the code: the fit is to begin anew. */
export class UnusableCheckpoint extends Error {
  override readonly name = 'UnusableCheckpoint'
}

/**
 * The checkpoint that a fit is to go on from.
 *
 * @param fits whether its sizes are those of the data
 * @returns undefined for a fit that begins.
 * @throws UnusableCheckpoint for one that does not have the form, or not the sizes.
 */
export function resumedFrom<T>(
  { resumeFrom }: Pick<FitContext, 'resumeFrom'>,
  schema: z.ZodType<T>,
  fits: (checkpoint: T) => boolean,
): T | undefined {
  if (resumeFrom === undefined) return undefined
  const parsed = schema.safeParse(resumeFrom)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]
    throw new UnusableCheckpoint(
      `The checkpoint does not have the form of this fit: ${[...path, message].join(': ')}.`,
    )
  }
  if (!fits(parsed.data)) throw new UnusableCheckpoint('The checkpoint does not have the sizes of this fit.')
  return parsed.data
}
