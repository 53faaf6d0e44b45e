/** Which jobs are sent, and which of their calls is struck by what: it follows from the seed and the recorded calls. */
import { chance, faults, isKill, pick } from './faults.ts'
import { failures, type Kind, type Strike, searches } from './jobs.ts'

export type PlannedJob = { readonly kind: Kind; readonly strike: Strike | undefined }

/** The call that commits a job. */
export const COMMIT = 'S3 PUT jobs/{id}/result.json'

/** The jobs that are left in peace while their calls are recorded. */
export const recordedKinds: readonly Kind[] = [
  'short',
  'short',
  'long',
  ...searches,
  'handed over',
  ...failures,
]

/** Of jobs without a planned strike, those that are struck at random. */
const STRUCK_RATE = 0.3

/** Calls that only jobs of several invocations make. */
const longJobCalls = /checkpoints|status/
/** Calls that only searches make whose trials are messages. */
const searchCalls = /trials|plan\.json|closing\.json|searches|SendMessage/
/** Calls that only searches make which have several rounds. */
const roundCalls = /\/(plans|closings)\//
/** Calls that only jobs make which are handed over to a larger machine. */
const handOverCalls = /^batch |hand-over/
/** Calls of `train` to MongoDB, which looks there for a dataset that is nowhere else. */
const lookups = /train Mongo/

/**
 * The plan: every recorded call is met by a kill before and after it, then by each kind of fault at random.
 *
 * @param calls the recorded calls, sorted.
 */
export function planJobs(seed: number, calls: readonly string[]): (index: number) => PlannedJob {
  const mandatory = mandatoryStrikes(seed, calls)
  return (index) => {
    const planned = mandatory[index]
    if (planned !== undefined) return planned
    const strike = randomStrike(seed, index, calls)
    return { kind: strike === undefined ? randomKind(seed, index) : kindFor(seed, strike.call), strike }
  }
}

function mandatoryStrikes(seed: number, calls: readonly string[]): PlannedJob[] {
  const endings = [`train ${COMMIT}`, 'train S3 POST ?delete=']
  return [
    ...calls.flatMap((call) => killed(kindFor(seed, call), call)),
    ...endings.flatMap((call) => killed('cancelled', call)),
    ...endings.flatMap((call) => killed('ragged rows', call)),
  ]
}

function killed(kind: Kind, call: string): PlannedJob[] {
  return (['kill-before', 'kill-after'] as const).map((fault) => ({
    kind,
    strike: { call, fault, times: 1 },
  }))
}

/** A kind of job that makes the call. */
function kindFor(seed: number, call: string): Kind {
  if (handOverCalls.test(call)) return 'handed over'
  if (roundCalls.test(call)) return pick(['halving', 'tpe'] as const, seed, call)
  if (searchCalls.test(call)) return pick(['side by side', 'halving', 'tpe'] as const, seed, call)
  if (longJobCalls.test(call)) return 'long'
  if (lookups.test(call)) return 'no dataset'
  return chance(seed, call, 'auto') < 0.06 ? 'auto' : 'short'
}

function randomStrike(seed: number, index: number, calls: readonly string[]): Strike | undefined {
  if (chance(seed, index, 'struck') > STRUCK_RATE) return undefined
  const call = pick(calls, seed, index, 'call')
  // A duplicate of anything but a message is what the SDK's own retries are.
  const fitting = /SendMessage(Batch)?$/.test(call) ? faults : faults.filter((fault) => fault !== 'duplicate')
  const fault = pick(fitting, seed, index, 'fault')
  return { call, fault, times: isKill(fault) ? 1 : pick([1, 1, 8, 8, 8, 40], seed, index, 'times') }
}

function randomKind(seed: number, index: number): Kind {
  const draw = chance(seed, index, 'kind')
  if (draw < 0.02) return 'long'
  if (draw > 0.88) return pick(searches, seed, index, 'search')
  if (draw > 0.82) return 'handed over'
  return draw < 0.12 ? pick(failures, seed, index, 'failure') : 'short'
}
