/** The ids of a job, its outcome and its model, and the fingerprint of its message. */
import { hash } from 'node:crypto'
import { z } from 'zod'

/** Letters, digits and `. _ : -`, so that an id is safe in a key, a file name and a log line. */
export const jobId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
  .describe('1 to 128 letters, digits, ".", "_", ":" or "-", beginning with a letter or digit')

export function isJobId(id: string): boolean {
  return jobId.safeParse(id).success
}

/** The model's id, 24 hexadecimal digits (an ObjectId) that follow from the job's id alone. */
export function modelId(jobId: string): string {
  return hash('sha256', `tensorfleet model ${jobId}`).slice(0, 24)
}

/** What tells two messages of one job_id apart: the SHA-256 of the parsed message with its keys in order. */
export function fingerprint(message: Readonly<Record<string, unknown>>): string {
  return hash('sha256', JSON.stringify(inKeyOrder(message)))
}

/** The same for a message that cannot be read as a job: the SHA-256 of its text. */
export function textFingerprint(text: string): string {
  return hash('sha256', text)
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inKeyOrder(inner)]),
  )
}
