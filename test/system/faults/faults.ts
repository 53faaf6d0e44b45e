/** What the proxies between the functions and their servers can do to a call. */
import { createHash } from 'node:crypto'

export const faults = [
  /** The call arrives late. */
  'delay',
  /** The connection is closed before the server hears of the call. */
  'drop',
  /** The server does what was asked, and the connection is closed instead of an answer. */
  'lose-answer',
  /** The server does what was asked, and the answer ends half-way. */
  'cut-answer',
  /** Refused: an internal error (S3, SQS), shutting down (Mongo). */
  'error',
  /** Refused for now: 503 ServiceUnavailable, or not the primary any more. */
  'unavailable',
  /** Refused for now: 503 SlowDown, or over the time limit. */
  'slow-down',
  /** The server does what was asked, and an internal error is answered all the same. */
  'late-error',
  /** Done twice; for a SendMessage: the message is in the queue twice. */
  'duplicate',
  /** The process that calls is killed before the server hears of the call. */
  'kill-before',
  /** The server does what was asked, and the process that called is killed before it hears the answer. */
  'kill-after',
] as const
export type Fault = (typeof faults)[number]

/** A call that a process of the worker makes to a server. */
export type Call = {
  /** What is called, the same for every job: `S3 PUT jobs/{id}/result.json`, `Mongo update models`. */
  readonly name: string
  /** Bytes in which the ids of a job and of its model can be looked for. */
  readonly text: string
  /** The function's process; undefined for what is no function's. */
  readonly caller: Caller | undefined
}

export type Caller = { readonly pid: number; readonly functionName: string }

/** Decides, for each call in turn, what becomes of it. */
export type Chaos = {
  decide(call: Call): Fault | undefined
  kill(caller: Caller): void
}

/** A number in [0, 1) that follows from the seed and the names alone, whatever else happens meanwhile. */
export function chance(seed: number, ...names: (string | number)[]): number {
  const hash = createHash('sha256').update(JSON.stringify([seed, ...names]))
  return hash.digest().readUInt32LE() / 2 ** 32
}

/** One of several, by `chance`. */
export function pick<T>(of: readonly T[], seed: number, ...names: (string | number)[]): T {
  return of[Math.floor(chance(seed, ...names) * of.length)]
}

export const isKill = (fault: Fault) => fault.startsWith('kill')
