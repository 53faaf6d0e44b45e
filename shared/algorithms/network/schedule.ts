import { JobError } from '../../errors/job-error.ts'
import { type Architecture, workPerRow } from './architecture.ts'
import { type Plan, planNetwork } from './plan.ts'

/** Multiply-adds between two calls of `context.step`: some 50 ms. */
const WORK_PER_TURN = 5e8

/** Multiply-adds of a whole fit from which threads pay for their start. */
const WORK_FOR_THREADS = 2e9
/** Multiply-adds of a step that keep one thread busy between barriers. */
const WORK_PER_THREAD = 4e5
const MAX_THREADS = 64

/** Memory that a network may take, in bytes. */
const MEMORY_LIMIT = 2 ** 31

/** Rows at a time in the validation, where batches are smaller. */
const VALIDATION_ROWS = 32

/** How the work is divided. None of it changes the result but `batchSize`. */
export type Schedule = {
  readonly batchSize: number
  readonly batchesPerEpoch: number
  readonly threads: number
  /** Steps between two calls of `context.step`. */
  readonly stepsPerTurn: number
}

export function scheduleOf(
  rows: number,
  { batch_size, epochs }: { readonly batch_size: number; readonly epochs: number },
  architecture: Architecture,
  threads: number,
): Schedule {
  const batchSize = Math.min(batch_size, rows)
  const batchesPerEpoch = Math.ceil(rows / batchSize)
  const workPerStep = workPerRow(architecture) * batchSize
  const useful = Math.min(threads, Math.floor(workPerStep / WORK_PER_THREAD), MAX_THREADS)
  const paysForThreads = workPerStep * batchesPerEpoch * epochs >= WORK_FOR_THREADS
  return {
    batchSize,
    batchesPerEpoch,
    threads: paysForThreads ? Math.max(1, useful) : 1,
    stepsPerTurn: Math.max(1, Math.floor(WORK_PER_TURN / workPerStep)),
  }
}

/** @throws JobError for a network that needs more memory than it may take. */
export function planWithinLimit(architecture: Architecture, { batchSize, threads }: Schedule): Plan {
  const plan = planNetwork(architecture, Math.max(batchSize, VALIDATION_ROWS), threads, 'train')
  if (plan.bytes <= MEMORY_LIMIT) return plan
  throw new JobError(
    'too_large_to_train',
    `The network needs ${(plan.bytes / 2 ** 30).toFixed(1)} GiB for batches of ${batchSize} rows of ${architecture.inputs} features: use a smaller batch_size than ${batchSize}, or fewer features.`,
  )
}
