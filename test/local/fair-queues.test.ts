/** The embedded queues: the messages of a sender of many do not delay those of the others. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { createResources } from '../../local/resources.ts'
import { processDeadLetters } from '../../shared/dead-letters/dead-letters.ts'
import { trialBody } from '../../shared/jobs/trial-message.ts'
import { sendMessages } from '../../shared/runtime/send-messages.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

let directory: string
let aws: LocalAws
let sqs: SQSClient
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  await start()
})
afterAll(async () => {
  sqs.destroy()
  await aws.close()
  await rm(directory, { recursive: true })
})
async function start(): Promise<void> {
  aws = await startAws(directory)
  sqs = new SQSClient({ ...aws.clients, useQueueUrlAsEndpoint: false })
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, k) => `${prefix}${k}`)
async function receive(QueueUrl: string, count: number, { keep = false } = {}): Promise<string[]> {
  const bodies: string[] = []
  while (bodies.length < count) {
    const { Messages: [first] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] }),
    )
    if (first === undefined) break
    bodies.push(`${first.Attributes?.MessageGroupId ?? 'none'}:${first.Body}`)
    if (!keep) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first.ReceiptHandle }))
  }
  return bodies
}

test('groups take turns, also after a restart; within a group the first sent is the first served', async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'turns' }))
  await sendMessages(sqs, QueueUrl, names('a', 25), 'many')
  await sendMessages(sqs, QueueUrl, names('b', 2), 'few')
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'c' }))
  expect(await receive(QueueUrl, 4)).toEqual(['many:a0', 'few:b0', 'none:c', 'many:a1'])
  sqs.destroy()
  await aws.close()
  await start()
  expect(await receive(QueueUrl, 3)).toEqual(['many:a2', 'few:b1', 'many:a3'])
  expect(await receive(QueueUrl, 100)).toHaveLength(21)
})

test('who has the fewest messages in work is served next', async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'in-work' }))
  await sendMessages(sqs, QueueUrl, names('a', 3), 'first')
  expect(await receive(QueueUrl, 2, { keep: true })).toEqual(['first:a0', 'first:a1'])
  await sendMessages(sqs, QueueUrl, names('b', 3), 'second')
  expect(await receive(QueueUrl, 4, { keep: true })).toEqual([
    'second:b0',
    'second:b1',
    'first:a2',
    'second:b2',
  ])
})

test('a dead letter that is redriven keeps its group', async () => {
  const { jobQueueUrl: queueUrl, deadLetterQueueUrl } = await createResources(aws.clients, 'bucket', 'jobs')
  await sendMessages(sqs, deadLetterQueueUrl, [trialBody('some-search', 3), '{"job_id": "one"}'], 'whose')
  const store = connectObjectStore(aws.clients)
  const worker = { bucket: store.bucket('bucket'), queueUrl, aws: aws.clients }
  const letters = await processDeadLetters(worker, ({ job_id }) =>
    job_id === 'some-search' ? 'redrive' : 'keep',
  )
  store.close()
  expect(letters.map(({ job_id, action }) => [job_id, action]).toSorted()).toEqual([
    ['one', 'keep'],
    ['some-search', 'redrive'],
  ])
  expect(await receive(queueUrl, 2)).toEqual([`whose:${trialBody('some-search', 3)}`])
})
