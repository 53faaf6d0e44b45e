/** Unwraps messages from the envelopes that services put around them, and recognises what is not a job. */
import { z } from 'zod'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { readJson, SEND_A_JOB } from './read-json.ts'

/** A message without its envelopes. */
export type OpenedMessage = {
  /** The message itself, as text: the same job sent without an envelope is this text. */
  readonly text: string
  /** The text parsed as JSON; undefined where it is not JSON. */
  readonly given: unknown
  /** Why the text is not JSON. */
  readonly fault?: JobError
  /** The envelopes, from the outside in: `in an SNS notification`. */
  readonly envelopes: readonly string[]
}

/** The JSON of a message below this many envelopes is read as it is. */
const MAX_ENVELOPES = 8

/** Takes a message out of its envelopes. Nothing is opened that has a field of a job itself. */
export function openMessage(body: string): OpenedMessage {
  let opened = openText(body, [])
  while (opened.envelopes.length < MAX_ENVELOPES) {
    const content = contentOf(opened.given)
    if (content === undefined) break
    const envelopes = [...opened.envelopes, content.envelope]
    opened =
      typeof content.content === 'string'
        ? openText(content.content, envelopes)
        : { text: JSON.stringify(content.content), given: content.content, envelopes }
  }
  return opened
}

/** The byte-order mark of UTF-8, also where it was read as Latin-1. */
const MARK = /^(?:\ufeff|\u00ef\u00bb\u00bf)+/

/** Behind the texts of some programs in C. */
const PADDING = /\0+$/

function openText(text: string, envelopes: readonly string[]): OpenedMessage {
  const behindMark = text.replace(MARK, '')
  const plain = behindMark.replace(PADDING, '')
  const opened = {
    text: plain,
    envelopes: [
      ...envelopes,
      ...(behindMark === text ? [] : ['with a byte-order mark']),
      ...(plain === behindMark ? [] : ['with zero bytes behind it']),
    ],
  }
  try {
    return { ...opened, given: readJson(plain) }
  } catch (error) {
    if (!(error instanceof JobError)) throw error
    const decoded = objectInBase64(plain)
    if (decoded !== undefined) return openText(decoded, [...opened.envelopes, 'in base64'])
    const ofForm = objectInForm(plain)
    if (ofForm !== undefined) return openText(ofForm, [...opened.envelopes, 'percent-encoded, as in a form'])
    return { ...opened, given: undefined, fault: error }
  }
}

/** The text of a JSON object that is written in base64; undefined for any other text. */
function objectInBase64(text: string): string | undefined {
  if (!/^\s*(?:ey|ew)[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return undefined
  const decoded = Buffer.from(text, 'base64').toString()
  return /^\s*\{.*\}\s*$/s.test(decoded) ? decoded : undefined
}

/** The text of a JSON object as a URL or the only field of a form has it; undefined for any other text. */
function objectInForm(text: string): string | undefined {
  const encoded = /^\s*(?:\w+=)?(%7B[^&]*)$/i.exec(text)?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded.trim().replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

type Content = { readonly envelope: string; readonly content: string | object }

type Envelope = {
  readonly name: string
  /** Where it holds the message: steps into the JSON. */
  readonly path: readonly (string | number)[]
  /** What else tells that it is this envelope. */
  readonly sign?: z.ZodType
}

/** Envelopes that hold one message. */
const knownEnvelopes: readonly Envelope[] = [
  { name: 'in an SNS notification', path: ['Message'], sign: z.object({ Type: z.literal('Notification') }) },
  { name: 'in an EventBridge event', path: ['detail'], sign: z.object({ 'detail-type': z.string() }) },
  {
    name: 'in an SQS event',
    path: ['Records', 0, 'body'],
    sign: z.object({ Records: z.array(z.unknown()).length(1) }),
  },
  {
    name: 'in a Kinesis event',
    path: ['Records', 0, 'kinesis', 'data'],
    sign: z.object({ Records: z.array(z.unknown()).length(1) }),
  },
  {
    name: 'in an SNS event',
    path: ['Records', 0, 'Sns', 'Message'],
    sign: z.object({ Records: z.array(z.unknown()).length(1) }),
  },
  { name: 'in an SQS message', path: ['body'] },
  { name: 'in an SQS message', path: ['Body'] },
  { name: 'in an SQS message', path: ['MessageBody'] },
  {
    name: 'in a response of SQS',
    path: ['Messages', 0, 'Body'],
    sign: z.object({ Messages: z.array(z.unknown()).length(1) }),
  },
  { name: 'in a CloudEvent', path: ['data'], sign: z.object({ specversion: z.string() }) },
]

/** What the envelope holds; undefined for what is no envelope. */
function contentOf(given: unknown): Content | undefined {
  if (typeof given === 'string') {
    return holdsObject(given) ? { envelope: 'as a JSON string', content: given } : undefined
  }
  if (typeof given !== 'object' || given === null || hasJobField(given)) return undefined
  if (Array.isArray(given)) {
    const only: unknown = given.length === 1 ? given[0] : undefined
    const isMeant = (isObject(only) && hasJobField(only)) || contentOf(only) !== undefined
    return isMeant && (isObject(only) || typeof only === 'string')
      ? { envelope: 'in an array', content: only }
      : undefined
  }
  for (const { name, path, sign } of knownEnvelopes) {
    if (sign !== undefined && !sign.safeParse(given).success) continue
    const content = path.reduce<unknown>(inner, given)
    if (typeof content === 'string') return { envelope: name, content }
    if (typeof content === 'object' && content !== null) return { envelope: name, content }
  }
  return onlyJobBelow(given)
}

/** How far below the message a job is looked for, and in how many values. */
const MAX_DEPTH = 5
const MAX_VALUES = 1000

/** The one place that holds a whole job: an object, or the text of one, also in base64. */
function onlyJobBelow(given: object): Content | undefined {
  const jobs: Content[] = []
  let values = 0
  const look = (value: unknown, path: string, depth: number): void => {
    if (++values > MAX_VALUES || jobs.length > 1) return
    if (typeof value === 'string' ? isJobText(value) : isObject(value) && hasJobFields(value)) {
      const content = typeof value === 'string' || isObject(value) ? value : ''
      jobs.push({ envelope: `in the field ${quote(path)}`, content })
    } else if (isObject(value) && depth < MAX_DEPTH) {
      for (const [name, below] of Object.entries(value)) look(below, `${path}.${name}`, depth + 1)
    }
  }
  for (const [name, value] of Object.entries(given)) look(value, name, 1)
  return jobs.length === 1 && values <= MAX_VALUES ? jobs[0] : undefined
}

function isJobText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(objectInBase64(text) ?? (holdsObject(text) ? text : 'null'))
    return isObject(value) && hasJobFields(value)
  } catch {
    return false
  }
}

function inner(value: unknown, step: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? Reflect.get(value, step)
    : undefined
}

const JOB_FIELDS = ['job_id', 'algorithm', 'dataset_path']

function hasJobFields(given: object): boolean {
  return JOB_FIELDS.every((field) => Object.hasOwn(given, field))
}

function hasJobField(given: object): boolean {
  return JOB_FIELDS.some((field) => Object.hasOwn(given, field))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function holdsObject(text: string): boolean {
  return /^[\ufeff\s]*[[{"]/.test(text)
}

const s3Event = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:s3'),
        eventName: z.string().optional(),
        s3: z
          .object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) })
          .optional(),
      }),
    )
    .min(1),
})
const testEvent = z.object({ Event: z.literal('s3:TestEvent') })
const s3Notification = z.object({
  bucket: z.object({ name: z.string() }),
  object: z.object({ key: z.string() }),
})
const subscription = z.object({ Type: z.enum(['SubscriptionConfirmation', 'UnsubscribeConfirmation']) })
const stream = z.object({ Records: z.array(z.object({ eventSource: z.literal('aws:dynamodb') })).min(1) })
const manyRecords = z.object({ Records: z.array(z.object({ body: z.string() })).min(2) })
const manyMessages = z.object({ Messages: z.array(z.object({ Body: z.string() })).min(2) })

/**
 * The object that is to be a job.
 *
 * @throws JobError for text that is not JSON, JSON that is no object, and for an object that is known to be something else than a job.
 */
export function jobObject({ given, fault, envelopes }: OpenedMessage): object {
  if (fault !== undefined) throw fault
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const many =
      Array.isArray(given) && given.length > 1 ? ' (an array: each job is a message of its own)' : ''
    throw new JobError('bad_message', `The message is ${quote(given)}${many}: ${SEND_A_JOB}.`)
  }
  const what = hasJobField(given) ? undefined : otherThing(given)
  if (what === undefined) return given
  const within = envelopes
    .map((envelope) => ` ${envelope}`)
    .toReversed()
    .join('')
  throw new JobError('bad_message', `The message is ${what}${within}, not a job: ${SEND_A_JOB}.`)
}

function otherThing(given: object): string | undefined {
  if (testEvent.safeParse(given).success) return 'an S3 test event (s3:TestEvent)'
  const event = s3Event.safeParse(given)
  if (event.success) {
    const [{ eventName = '', s3 }] = event.data.Records
    const where = s3 === undefined ? '' : ` of s3://${s3.bucket.name}/${s3.object.key}`
    return `an S3 event (${`${eventName}${where}`.trim().slice(0, 200)})`
  }
  const notification = s3Notification.safeParse(given)
  if (notification.success) {
    const { bucket, object } = notification.data
    return `an S3 event (of s3://${bucket.name}/${object.key.slice(0, 200)})`
  }
  const sns = subscription.safeParse(given)
  if (sns.success) return `an SNS message of type ${sns.data.Type}`
  if (stream.safeParse(given).success) return 'an event of a DynamoDB stream'
  const records = manyRecords.safeParse(given)
  if (records.success) return `an SQS event of ${records.data.Records.length} messages`
  const messages = manyMessages.safeParse(given)
  if (messages.success) return `an answer of SQS with ${messages.data.Messages.length} messages`
  return undefined
}
