/** Reads the body of a queue message: the job, or why it is not one, and the id under which its outcome is kept. */
import { hash } from 'node:crypto'
import { checkColumnChoice } from '../data/choose-columns.ts'
import { dateFeatures } from '../data/dates.ts'
import { checkCrossValidation, parseCrossValidation } from '../data/split/cross-validation.ts'
import { checkSplitOptions, parseSplitOptions } from '../data/split/options.ts'
import { didYouMean } from '../errors/closest-match.ts'
import { explainSchemaError } from '../errors/explain-schema-error.ts'
import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import { parseAuto } from '../search/auto-options.ts'
import { checkSearch, parseSearch } from '../search/options.ts'
import { parseCsvOptions } from '../tabular/csv/options.ts'
import { jobObject, openMessage } from './envelope.ts'
import { findJobId } from './find-job-id.ts'
import { fingerprint, textFingerprint } from './ids.ts'
import { type JobMessage, jobMessage } from './message.ts'
import { fieldHint } from './misnamed-fields.ts'
import { readTrialMessage } from './trial-message.ts'

/** A body that is a job. */
export type ReadJob = {
  readonly message: JobMessage
  /** A sentence for each envelope that was removed, and for each field that is not part of the contract. */
  readonly warnings: string[]
  /** The sentences about envelopes alone. */
  readonly envelopes: readonly string[]
  readonly fingerprint: string
}

/** A body that is not a job, and why. */
export type RejectedMessage = {
  readonly message: null
  readonly error: JobError
  readonly fingerprint: string
}

/** Reads the body of a message. Never throws. */
export function readMessage(body: string): ReadJob | RejectedMessage {
  try {
    const { message, warnings, envelopes } = parseMessage(body)
    return { message, warnings, envelopes, fingerprint: fingerprint(message) }
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    return { message: null, error, fingerprint: textFingerprint(openMessage(body).text) }
  }
}

/**
 * Parses the body of a message: a job, or one in the envelopes of SNS, EventBridge and others.
 *
 * @returns the job, and a warning for what it was in and for each field that is not part of the contract.
 * @throws JobError with a sentence that names the first field at fault, its value and what is allowed.
 */
export function parseMessage(body: string): Omit<ReadJob, 'fingerprint'> {
  const opened = openMessage(body)
  const given = jobObject(opened)
  const known = Object.keys(jobMessage.shape)
  const unknown = Object.keys(given).filter((field) => !known.includes(field))
  const parsed = jobMessage.safeParse(given)
  if (!parsed.success) {
    const field = parsed.error.issues[0].path[0]
    if (field === 'csv') parseCsvOptions(Reflect.get(given, 'csv'))
    if (field === 'split') parseSplitOptions(Reflect.get(given, 'split'))
    if (field === 'search') parseSearch(Reflect.get(given, 'search'))
    if (field === 'auto') parseAuto(Reflect.get(given, 'auto'))
    if (field === 'cv') parseCrossValidation(Reflect.get(given, 'cv'))
    const sentence = explainSchemaError(parsed.error, jobMessage, given, '')
    throw new JobError('bad_message', `${sentence}${misnamed(field, given, unknown)}`)
  }
  checkColumnChoice(parsed.data)
  dateFeatures(parsed.data.date_columns)
  if (parsed.data.split) checkSplitOptions(parsed.data.split)
  if (parsed.data.search) checkSearch(parsed.data.search)
  if (parsed.data.cv) checkCrossValidation(parsed.data.cv)
  checkAuto(parsed.data)
  const envelopes =
    opened.envelopes.length > 0 ? [`The job came ${opened.envelopes.join(', ')}: it was unwrapped.`] : []
  const ignored = unknown.map(
    (field) =>
      `The message's field ${quote(field)} is not part of a job and was ignored${fieldHint(field, parsed.data.algorithm)}.`,
  )
  return { message: parsed.data, warnings: [...envelopes, ...ignored], envelopes }
}

/** @throws JobError (bad_message) for fields that "auto" and one algorithm do not have in common. */
function checkAuto({ algorithm, auto, search, hyperparameters }: JobMessage): void {
  if (algorithm !== 'auto') {
    if (!auto) return
    throw new JobError(
      'bad_message',
      `auto is for the algorithm "auto", and algorithm is "${algorithm}": leave one out.`,
    )
  }
  const field = search ? 'search' : 'hyperparameters'
  if (!search && Object.keys(hyperparameters ?? {}).length === 0) return
  throw new JobError(
    'bad_message',
    `${field} cannot be given with the algorithm "auto", which tries hyperparameters of its own: leave ${field} out, or name one algorithm.`,
  )
}

/** Where a required field is missing: the unknown one that was probably meant to be it. */
function misnamed(field: PropertyKey | undefined, given: object, unknown: readonly string[]): string {
  if (typeof field !== 'string' || Object.hasOwn(given, field)) return ''
  const meant = unknown.find((name) => fieldHint(name).includes(quote(field)))
  if (meant !== undefined) return ` The message has ${quote(meant)}${didYouMean(field, [field])}.`
  return unknown.length > 0 ? ` The message has ${list(unknown.map(quote), 5)}.` : ''
}

/**
 * The id under which a message's outcome is kept: its own job_id, also where the message is no job but has one that can be
 * found, or one made from its text, so that a redelivery finds the same outcome. Of a trial, that of the job it belongs to.
 */
export function outcomeId(body: string): string {
  const trial = readTrialMessage(body)
  if (trial !== undefined) return trial.trial_of
  const { text, given } = openMessage(body)
  return findJobId(text, given) ?? `rejected-${hash('sha256', text).slice(0, 24)}`
}
