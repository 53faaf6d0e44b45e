/** The keys of a job's objects in the bucket. Only this folder knows them. */
import { resultKey } from './result-key.ts'

const fourDigits = (place: number) => String(place).padStart(4, '0')

/** The prefix of the searches that are not closed yet. */
export const OPEN_SEARCHES = 'searches/'

export const jobKeys = {
  /** The job as it was accepted: the message, its fingerprint and the time. */
  record: (jobId: string) => `jobs/${jobId}/job.json`,
  /** The commit point: a job is done when this object exists. */
  result: resultKey,
  /** The dataset that the job is pinned to. */
  dataset: (jobId: string) => `jobs/${jobId}/dataset.json`,
  /** How far a running job is. Under a prefix of its own, as each version is kept for a day only. */
  status: (jobId: string) => `status/${jobId}/status.json`,
  /** What a running job has tried, where it tries in its own calls. */
  liveTrials: (jobId: string) => `status/${jobId}/tried.json`,
  /** Where the status of jobs was written before. */
  formerStatus: (jobId: string) => `jobs/${jobId}/status.json`,
  /** What a job has, but for its status, its checkpoint and its model. */
  prefix: (jobId: string) => `jobs/${jobId}/`,
  /** The marker by which somebody asks for the job to be cancelled. */
  cancel: (jobId: string) => `jobs/${jobId}/cancel`,
  /** The answer to another message under a job_id that was already taken. */
  conflict: (jobId: string, fingerprint: string) => `jobs/${jobId}/conflicts/${fingerprint}.json`,
  /** Why the last attempt ended without a result. */
  failure: (jobId: string) => `jobs/${jobId}/failure.json`,
  /** That the job was handed over to a larger machine. */
  handOver: (jobId: string) => `jobs/${jobId}/hand-over.json`,
  checkpoint: (jobId: string) => `checkpoints/${jobId}/state`,
  /** The trials of a job's search, where they run in calls of their own. Written before the first of them is sent. */
  plan: (jobId: string) => `jobs/${jobId}/plan.json`,
  /** Where its trials follow from those before: a plan for each later round, by the round's first trial. */
  laterPlans: (jobId: string) => `jobs/${jobId}/plans/`,
  laterPlan: (jobId: string, first: number) => `jobs/${jobId}/plans/${fourDigits(first)}.json`,
  /** The record that the message which closes a round of the search was sent. */
  closing: (jobId: string, first: number) =>
    first === 0 ? `jobs/${jobId}/closing.json` : `jobs/${jobId}/closings/${fourDigits(first)}.json`,
  laterClosings: (jobId: string) => `jobs/${jobId}/closings/`,
  /** The objects of trials. Their ids continue that of their job: `x/trials/0007`. */
  trials: (jobId: string) => `jobs/${jobId}/trials/`,
  /** The outcome of a trial, by its own id. */
  trial: (trialId: string) => `jobs/${trialId}/outcome.json`,
  /** The status of a job and of its search's trials, and their checkpoints. */
  statuses: (jobId: string) => `status/${jobId}/`,
  trialStatuses: (jobId: string) => `status/${jobId}/trials/`,
  trialCheckpoints: (jobId: string) => `checkpoints/${jobId}/trials/`,
  /** The mark for the sweep that the job's search is not closed yet. */
  openSearch: (jobId: string) => `${OPEN_SEARCHES}${jobId}`,
  /** The fitted and evaluated model, which is still to be stored. */
  evaluated: (jobId: string) => `checkpoints/${jobId}/evaluated`,
}
