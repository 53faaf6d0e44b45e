/** The limits on a fit's time: of one call, and of all calls of a job. docs/reliability.md, "Long jobs". */
import { isDeepStrictEqual } from 'node:util'
import type { Checkpoint } from '../algorithms/algorithm.ts'
import { duration } from '../algorithms/estimate.ts'
import { JobError } from '../errors/job-error.ts'
import { Outgrown } from '../errors/outgrown.ts'
import { plural } from '../errors/sentences.ts'
import type { SavedCheckpoint } from '../job-store/checkpoint.ts'

/** What a fit is left to write its checkpoint, at most. */
const MAX_RESERVE_MS = 60_000

/** What a fit has to pause after the process was told to end, before it is ended: 10 s are left of the 30 s that ECS and Kubernetes give. */
const INTERRUPTED_MS = 20_000

/** A fit with more time than this between two steps saves a checkpoint on its way, for the case that its machine dies. */
export const CHECKPOINT_EVERY_MS = 15 * 60_000

/** The moments of a call, by performance.now(). They come nearer when the process is told to end. */
export type CallLimits = {
  /** Evaluation and storage do not begin later: they are left to the next call, which has all its time for them. */
  readonly beginBefore: number
  /** A fit is asked to pause. */
  readonly pauseAfter: number
  /** A fit that did not pause is ended. */
  readonly stopAfter: number
  /** The length of the call. */
  readonly callMs: number
  /** Whether the process was told to end. */
  readonly isInterrupted: boolean
}

/** When the process was told to end, by performance.now(); infinite while it was not. */
export type InterruptedAt = () => number

/** @param remainingMs until the process will be stopped; infinite where nothing stops it. */
export function callLimits(
  remainingMs: number,
  now: number,
  interruptedAt: InterruptedAt = () => Number.POSITIVE_INFINITY,
): CallLimits {
  const reserve = Math.min(MAX_RESERVE_MS, remainingMs / 5)
  const end = now + remainingMs
  return {
    get beginBefore() {
      return Math.min(now + remainingMs / 2, interruptedAt())
    },
    get pauseAfter() {
      return Math.min(end - reserve, interruptedAt())
    },
    get stopAfter() {
      return Math.min(end - reserve / 2, interruptedAt() + INTERRUPTED_MS)
    },
    callMs: remainingMs,
    get isInterrupted() {
      return Number.isFinite(interruptedAt())
    },
  }
}

/** Whether it is too late in the call to evaluate a model or to store it. */
export function isLate({ beginBefore }: CallLimits): boolean {
  return performance.now() > beginBefore
}

/** A fit was asked to pause, and did not before the time was up. What it has done since it began is lost. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

/** Throws Outgrown for a job that has taken longer, over all its calls, than the worker allows; it may take as long again. */
export function checkElapsed(seconds: number, maxSeconds: number, memoryBytes: number): void {
  if (seconds <= maxSeconds) return
  throw new Outgrown(
    'time_limit_exceeded',
    `The training takes longer than ${maxSeconds} s in all, which is this worker's limit (TENSORFLEET_MAX_TRAINING_SECONDS): send fewer rows or lighter hyperparameters, or have the limit raised.`,
    { memoryBytes, seconds: 2 * maxSeconds },
  )
}

/** A fit that has gone on for so long tells how long it will take in all; it may be wrong by a quarter. */
const TELLING_SECONDS = 60
const MARGIN = 1.25

/** Throws Outgrown for a fit that will exceed the limit at its pace so far. */
export function checkExpected(
  seconds: number,
  fraction: number,
  maxSeconds: number,
  memoryBytes: number,
): void {
  const expected = seconds / fraction
  if (seconds < TELLING_SECONDS || expected <= MARGIN * maxSeconds) return
  throw new Outgrown(
    'time_limit_exceeded',
    `The training will take about ${duration(expected)}, by the ${duration(seconds)} of its first ${(100 * fraction).toPrecision(2)} %, and this worker's limit is ${duration(maxSeconds)} (TENSORFLEET_MAX_TRAINING_SECONDS): send fewer rows or lighter hyperparameters, or have the limit raised.`,
    { memoryBytes, seconds: Math.ceil(expected) },
  )
}

/** Throws JobError for a fit that pauses where it was resumed: the next call, if it is as long, would come no further. */
export function checkProgress(
  checkpoint: Checkpoint | null,
  resumedFrom: SavedCheckpoint | undefined,
  { callMs, isInterrupted }: CallLimits,
): void {
  if (isInterrupted || resumedFrom === undefined || !isDeepStrictEqual(checkpoint, resumedFrom.checkpoint))
    return
  throw new JobError(
    'no_progress',
    `The training makes no progress: twice, ${Math.round(callMs / 1000)} s were too short to come to a point at which it can be interrupted. Send fewer rows, use the engine builtin, or have the function's timeout raised.`,
  )
}

/** Predictions that have gone on for so long tell how long they will take in all. */
const TELLING_MS = 5_000

/**
 * Ends predictions that do not come to their end in this call.
 *
 * @param mayPause whether the call had other work before them, so that the next one has more time for them.
 * @returns what throws OutOfTime where they may pause, and Outgrown where a whole call is too short for them.
 */
export function watchPredictions(
  limits: CallLimits,
  { memoryBytes, threads }: { readonly memoryBytes: number; readonly threads: number },
  { mayPause }: { readonly mayPause: boolean },
  now: () => number = () => performance.now(),
): (done: number, all: number) => void {
  const begun = now()
  return (done, all) => {
    const spent = now() - begun
    const whole = (spent * all) / done
    const isTelling = spent > TELLING_MS
    const isTooLong = isTelling && whole > limits.callMs
    const isOver = now() > limits.stopAfter && done < all
    if (isOver && !isTooLong && (mayPause || limits.isInterrupted)) throw new OutOfTime()
    if (!isTooLong && !(isOver && isTelling)) return
    const seconds = (ms: number) => Math.round(ms / 1000)
    throw new Outgrown(
      'time_limit_exceeded',
      `The predictions of ${all} rows, by which the model is measured, take about ${seconds(whole)} s on ${plural(threads, 'thread')}, and a call of this worker ends after ${seconds(limits.callMs)} s: send fewer rows, or have the function's memory raised, with which it gets more processors.`,
      { memoryBytes, seconds: seconds(whole) },
    )
  }
}
