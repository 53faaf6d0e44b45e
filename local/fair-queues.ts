/**
 * Fair queues, as SQS has them: the MessageGroupId names whose messages they are, and a group with many messages does
 * not delay the other groups. fauxqs drops the id and delivers in the order of sending.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
import type { buildApp } from 'fauxqs'
import { z } from 'zod'

type App = ReturnType<typeof buildApp>
type QueueStore = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>['sqsStore']
type Queue = ReturnType<QueueStore['createQueue']>

/** The attributes of a message that is sent, which fauxqs keeps as they are, tell its group. */
type Groups = WeakMap<object, string>

const entry = z.looseObject({
  MessageGroupId: z.string().optional(),
  MessageAttributes: z.custom<object>((value) => typeof value === 'object' && value !== null).optional(),
})
const request = z.union([z.looseObject({ Entries: z.array(entry) }), entry])

/** @param queues the server's queues; queues made later are included. */
export function serveFairly(app: App, queues: QueueStore): void {
  const groups: Groups = new WeakMap()
  app.addHook('preHandler', async ({ headers, body }) => {
    if (String(headers['x-amz-target']).startsWith('AmazonSQS.SendMessage')) noteGroups(body, groups)
  })
  for (const queue of queues.allQueues()) makeFair(queue, groups)
  const createQueue = queues.createQueue.bind(queues)
  queues.createQueue = (...given) => makeFair(createQueue(...given), groups)
}

function noteGroups(body: unknown, groups: Groups): void {
  if (!request.safeParse(body).success || typeof body !== 'object' || body === null) return
  const entries: unknown = Reflect.get(body, 'Entries')
  for (const message of Array.isArray(entries) ? entries : [body]) {
    const { MessageGroupId, MessageAttributes = {} } = entry.parse(message)
    if (MessageGroupId === undefined) continue
    Reflect.set(message, 'MessageAttributes', MessageAttributes)
    groups.set(MessageAttributes, MessageGroupId)
  }
}

function makeFair(queue: Queue, groups: Groups): Queue {
  if (queue.isFifo()) return queue
  const enqueue = queue.enqueue.bind(queue)
  const dequeue = queue.dequeue.bind(queue)
  /** For each group the number of its last delivery. */
  const served = new Map<string | undefined, number>()
  let services = 0
  queue.enqueue = (message) => {
    const messageGroupId = message.messageGroupId ?? groups.get(message.messageAttributes)
    enqueue(Object.assign(message, messageGroupId === undefined ? {} : { messageGroupId }))
  }
  queue.dequeue = (count, ...given) => {
    const received: ReturnType<typeof dequeue> = []
    while (received.length < Math.min(count, 10)) {
      queue.processTimers()
      const next = fairest(queue, served)
      if (next === undefined) break
      queue.messages.unshift(...queue.messages.splice(next, 1))
      served.set(queue.messages[0].messageGroupId, ++services)
      received.push(...dequeue(1, ...given))
    }
    return received
  }
  return queue
}

/**
 * The index of the first message of the group that has the fewest messages in flight; among equal ones, of the group
 * whose last delivery is oldest.
 */
function fairest({ messages, inflightMessages }: Queue, served: ReadonlyMap<string | undefined, number>) {
  const working = new Map<string | undefined, number>()
  for (const { message } of inflightMessages.values())
    working.set(message.messageGroupId, (working.get(message.messageGroupId) ?? 0) + 1)
  const seen = new Set<string | undefined>()
  let best: { at: number; working: number; served: number } | undefined
  for (const [at, { messageGroupId: group }] of messages.entries()) {
    if (seen.has(group)) continue
    seen.add(group)
    const its = { at, working: working.get(group) ?? 0, served: served.get(group) ?? 0 }
    if (
      best === undefined ||
      its.working < best.working ||
      (its.working === best.working && its.served < best.served)
    )
      best = its
  }
  return best?.at
}
