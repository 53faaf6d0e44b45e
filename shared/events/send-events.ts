import { lazy } from '../runtime/lazy.ts'
import { awsRetries, type TimeLeft } from '../runtime/retry.ts'
import type { WorkerEvent } from './event.ts'

/** Sends events. Throws when one of them was not taken: they may then be sent again, as their ids stay the same. */
export type Announce = (events: readonly WorkerEvent[]) => Promise<void>

/** Where nobody listens. */
export const announceNothing: Announce = async () => undefined

type Settings = {
  readonly endpoint: string | undefined
  /** EventBridge's bus. */
  readonly bus: string | undefined
  /** A queue that gets the events as a rule of EventBridge with that queue as its target would deliver them. */
  readonly queueUrl: string | undefined
  readonly timeLeftMs: TimeLeft
}

/** Sends events to a bus of EventBridge, to a queue, or nowhere. The client is loaded with the first event. */
export function eventSender({ endpoint, bus, queueUrl, timeLeftMs }: Settings): Announce {
  const client = { endpoint, ...awsRetries(timeLeftMs) }
  if (bus !== undefined) return (events) => sendToBus(events, bus, client)
  if (queueUrl !== undefined) return sendToQueue(queueUrl, client)
  return announceNothing
}

type ClientSettings = { readonly endpoint: string | undefined } & ReturnType<typeof awsRetries>

/** PutEvents takes so many at once. */
const MAX_ENTRIES = 10

async function sendToBus(
  events: readonly WorkerEvent[],
  bus: string,
  settings: ClientSettings,
): Promise<void> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
  const client = new EventBridgeClient(settings)
  try {
    for (let from = 0; from < events.length; from += MAX_ENTRIES) {
      const Entries = events.slice(from, from + MAX_ENTRIES).map((event) => ({
        EventBusName: bus,
        Source: event.source,
        DetailType: event['detail-type'],
        Detail: JSON.stringify(event.detail),
        Resources: [`arn:aws:s3:::${event.detail.bucket}`],
      }))
      const answer = await client.send(new PutEventsCommand({ Entries }))
      const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined)
      if (refused !== undefined)
        throw new Error(`EventBridge took not every event: ${refused.ErrorCode} ${refused.ErrorMessage}`)
    }
  } finally {
    client.destroy()
  }
}

function sendToQueue(queueUrl: string, settings: ClientSettings): Announce {
  const sender = lazy(async () => {
    const { SQSClient } = await import('@aws-sdk/client-sqs')
    const { sendMessages } = await import('../runtime/send-messages.ts')
    const client = new SQSClient(settings)
    return (bodies: readonly string[]) => sendMessages(client, queueUrl, bodies)
  })
  return async (events) => {
    if (events.length === 0) return
    const time = new Date().toISOString()
    const send = await sender()
    await send(events.map((event) => JSON.stringify({ ...envelope(event), time })))
  }
}

/** Of an event, as EventBridge delivers it. */
const envelope = (event: WorkerEvent) => ({
  version: '0',
  id: event.detail.id,
  resources: [`arn:aws:s3:::${event.detail.bucket}`],
  ...event,
})
