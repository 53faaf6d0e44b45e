/** The message of a trial: a job that fans its search out sends one for each to the queue that it came from itself. */
import { z } from 'zod'
import { MAX_TRIALS } from '../search/options.ts'
import { jobId } from './ids.ts'

const trialMessage = z.strictObject({
  /** The job_id of the job whose search it belongs to. */
  trial_of: jobId,
  /** Its place in the plan of the search. */
  trial: z
    .int()
    .min(0)
    .max(MAX_TRIALS - 1),
})
export type TrialMessage = z.infer<typeof trialMessage>

/** undefined for the body of any other message. */
export function readTrialMessage(body: string): TrialMessage | undefined {
  if (!body.includes('"trial_of"')) return undefined
  try {
    return trialMessage.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}

export function trialBody(jobId: string, trial: number): string {
  return JSON.stringify({ trial_of: jobId, trial } satisfies TrialMessage)
}

/** Under which the records of a trial lie: below those of its job. No job has such an id, as none may hold a slash. */
export function trialId({ trial_of, trial }: TrialMessage): string {
  return `${trial_of}/trials/${String(trial).padStart(4, '0')}`
}
