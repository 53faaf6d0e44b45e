import { z } from 'zod'
import { ApiError } from './problem.ts'

/** A position in a list, as clients hand it back: opaque to them. */
export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** @throws ApiError for a text that is no cursor of this list. */
export function readCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new ApiError(
      'bad_request',
      'The cursor is not one of this list: take `next_cursor` of the page before, or leave it out.',
    )
  }
}

/** A place in a list that is sorted by time, then by id. */
export const position = z.object({
  created_at: z.iso.datetime().nullable(),
  id: z
    .string()
    .max(200)
    .regex(/^[\w.:-]+$/),
})
