/** A job that outgrows this function goes to a larger machine, where there is one. docs/batch.md. */
import type { BatchQueue } from '../batch/batch-queue.ts'
import { MAX_MACHINE_BYTES, type Machine, machineFor, type Needs } from '../batch/machine.ts'
import { JobError } from '../errors/job-error.ts'
import { Outgrown } from '../errors/outgrown.ts'
import { findFailure } from '../job-store/failure.ts'
import { beginHandOver, confirmHandOver } from '../job-store/hand-over.ts'
import { writeStatus } from '../job-store/status.ts'
import type { JobMessage } from '../jobs/message.ts'
import type { JobStatus, TrainableJob } from '../jobs/records.ts'
import { countHandOver } from '../observability/metrics.ts'
import { announceStatus } from './announce-status.ts'
import type { JobContext } from './job-context.ts'

/** The message asks for a larger machine, and it is known now how large: not an error, but the end of this call. */
export class ForLargerMachine extends Error {
  override readonly name = 'ForLargerMachine'
  readonly needs: Needs

  constructor(needs: Needs) {
    super('The job is for a larger machine.')
    this.needs = needs
  }
}

/** What a job may need at most: of this function, or of the larger machine that it would be handed over to. */
export function largestBudget({ compute }: JobMessage, context: JobContext): Needs {
  const { memoryBytes, maxTrainingSeconds: seconds, batch } = context
  if (batch === undefined || compute === 'lambda') return { memoryBytes, seconds }
  return {
    memoryBytes: Math.max(memoryBytes, MAX_MACHINE_BYTES),
    seconds: Math.max(seconds, batch.maxSeconds),
  }
}

/** @throws JobError where the message asks for a machine that this function cannot hand it over to. */
export function checkCompute({ compute }: JobMessage, { isFunction, batch }: JobContext): void {
  if (compute !== 'batch' || !isFunction || batch !== undefined) return
  throw new JobError(
    'compute_missing',
    'compute is "batch", and this worker has no queue of AWS Batch: leave compute out, or have the setting "batch" set (BATCH_JOB_QUEUE and BATCH_JOB_DEFINITION).',
  )
}

/** @throws ForLargerMachine where the message asks for one, whatever the job needs. */
export function checkAsked({ compute }: JobMessage, needs: Needs, { batch }: JobContext): void {
  if (compute === 'batch' && batch !== undefined) throw new ForLargerMachine(needs)
}

/** Attempts that may end without recording an error before the memory is assumed to be too small. */
const SILENT_ATTEMPTS = 2

/**
 * Lambda kills a process whose memory runs out, and says nothing of it to the next one.
 *
 * @throws Outgrown where the last attempts at this message left no error behind, and there is a larger machine.
 */
export async function checkSilentAttempts(
  jobId: string,
  message: JobMessage,
  context: JobContext,
): Promise<void> {
  const { bucket, attempt, isFunction, batch, memoryBytes } = context
  if (!isFunction || batch === undefined || message.compute === 'lambda' || attempt <= SILENT_ATTEMPTS) return
  const failure = await findFailure(bucket, jobId)
  if (failure !== undefined && failure.attempt >= attempt - SILENT_ATTEMPTS) return
  throw new Outgrown(
    'too_large_to_train',
    `The last ${SILENT_ATTEMPTS} attempts at the job ended without a word, as those do whose memory runs out.`,
    { memoryBytes: 2 * memoryBytes, seconds: 0 },
  )
}

/** The machine to which a job that ended here with this error is handed over; undefined where it stays here. */
export function largerMachine(error: unknown, message: JobMessage, context: JobContext): Machine | undefined {
  const isOutgrown = error instanceof Outgrown || error instanceof ForLargerMachine
  return isOutgrown ? machineElsewhere(error.needs, message, context) : undefined
}

/** The machine that a job with these needs can be handed over to. */
function machineElsewhere(
  needs: Needs,
  { compute }: JobMessage,
  { batch, threads }: JobContext,
): Machine | undefined {
  if (batch === undefined || compute === 'lambda' || needs.seconds > batch.maxSeconds) return undefined
  return machineFor(needs, threads)
}

/** Whether there is a machine with more memory than this one, to which the job may go. */
export function hasMoreElsewhere(needs: Needs, message: JobMessage, context: JobContext): boolean {
  const machine = machineElsewhere(needs, message, context)
  return machine !== undefined && machine.memoryMb * 2 ** 20 > context.memoryBytes
}

/** Gives the job to Batch. Doing it again, after a crash at any step, ends in the same. */
export async function handOver(
  job: TrainableJob,
  body: string,
  { vcpus, memoryMb }: Machine,
  batch: BatchQueue,
  context: JobContext,
): Promise<void> {
  const { bucket, log, requestId } = context
  const job_id = job.message.job_id
  const handed_over_at = new Date().toISOString()
  const ours = { job_id, body, vcpus, memory_mb: memoryMb, handed_over_at }
  const begun = await beginHandOver(bucket, ours)
  const machine = { vcpus: begun.vcpus, memoryMb: begun.memory_mb }
  const batch_job_id = begun.batch_job_id ?? (await batch.submit(job_id, machine))
  await confirmHandOver(bucket, { ...begun, batch_job_id })
  const status: JobStatus = {
    job_id,
    phase: 'handed_over',
    percent: 0,
    detail: { vcpus: machine.vcpus, memory_mb: machine.memoryMb },
    updated_at: new Date().toISOString(),
  }
  await writeStatus(bucket, status)
  await announceStatus(job, status, context).catch((error: unknown) =>
    log.warn('The status could not be exchanged.', { error }),
  )
  countHandOver({ jobId: job_id, requestId })
  log.info('job handed over', { batch_job_id, vcpus: machine.vcpus, memory_mb: machine.memoryMb })
}
