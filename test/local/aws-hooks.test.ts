/** What the embedded S3 and SQS do around an answer: puts are told, and a message is on the disk before its sender hears of it. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { createResources } from '../../local/resources.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

const told: string[] = []
let directory: string
let aws: LocalAws
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  aws = await startAws(directory, 0, (bucket, key) => told.push(`${bucket}/${key}`))
  await createResources(aws.clients, 'bucket', randomUUID())
})
afterAll(async () => {
  await aws.close()
  await rm(directory, { recursive: true })
})

test('each object that was put is told, and one that was refused is not', async () => {
  const store = connectObjectStore(aws.clients)
  const bucket = store.bucket('bucket')
  await bucket.put('aliases/a.json', '{}')
  expect(await bucket.putIfAbsent('b', 'first')).toBe(true)
  const before = told.length
  expect(await bucket.putIfAbsent('b', 'second')).toBe(false)
  expect(told.slice(0, before)).toEqual(['bucket/aliases/a.json', 'bucket/b'])
  expect(told).toHaveLength(before)
  store.close()
})

test('a message is answered once it is on the disk', async () => {
  const sqs = new SQSClient(aws.clients)
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: randomUUID() }))
  const file = await open(join(directory, 'any'), 'w')
  const handle: Pick<FileHandle, 'datasync'> = Object.getPrototypeOf(file)
  const { promise: isOnDisk, resolve } = Promise.withResolvers<void>()
  const datasync = vi.spyOn(handle, 'datasync').mockImplementation(() => isOnDisk)
  let isAnswered = false
  const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' })).then(() => {
    isAnswered = true
  })
  await vi.waitUntil(() => datasync.mock.calls.length > 0, { timeout: 30_000 })
  // Requests of S3 go on meanwhile.
  const store = connectObjectStore(aws.clients)
  expect(await store.bucket('bucket').exists('nothing')).toBe(false)
  store.close()
  expect(isAnswered).toBe(false)
  resolve()
  await sending
  datasync.mockRestore()
  await file.close()
  sqs.destroy()
})
