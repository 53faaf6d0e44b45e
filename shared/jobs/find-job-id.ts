import { z } from 'zod'
import { jobId } from './ids.ts'

const withId = z.object({ job_id: jobId })

/** `jobId`, `JOB_ID` or `job-id`: who sent it so looks for the answer under it. */
const MISSPELT = /^job[-_ ]?id$/i

/** A job_id in what is no JSON, or in JSON that is within a string: any quotes, escaped or not. */
const WRITTEN = /job_id\\*["']?\s*[:=]\s*\\*["']([A-Za-z0-9][A-Za-z0-9._:-]{0,127})\\*["']/g

/**
 * The job_id that a message has: that of the JSON object, also where its name is misspelt, else the only one that is a level below it, else the only one that
 * is written in a text that is not JSON.
 *
 * @param given the text parsed as JSON; undefined where it is not JSON.
 */
export function findJobId(text: string, given: unknown): string | undefined {
  if (given === undefined) return onlyOne(idsWritten(text))
  const own = withId.safeParse(given)
  if (own.success) return own.data.job_id
  if (typeof given !== 'object' || given === null) return undefined
  const misspelt = Object.entries(given).find(
    ([name, value]) => name !== 'job_id' && MISSPELT.test(name) && jobId.safeParse(value).success,
  )
  if (misspelt !== undefined) return String(misspelt[1])
  return onlyOne(Object.values(given).flatMap(idsBelow))
}

function idsBelow(value: unknown): string[] {
  if (typeof value === 'string') return idsWritten(value)
  const { success, data } = withId.safeParse(value)
  return success ? [data.job_id] : []
}

function idsWritten(text: string): string[] {
  return Array.from(text.matchAll(WRITTEN), ([, id]) => id)
}

function onlyOne(ids: readonly string[]): string | undefined {
  const different = new Set(ids)
  return different.size === 1 ? ids[0] : undefined
}
