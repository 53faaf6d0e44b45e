/** Which errors of the registry are transient: by this a message is tried again at once, or fails. */
import { MongoClient, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb'
import { expect, test } from 'vitest'
import { isRetryable } from '../../shared/registry/is-retryable.ts'

const named = (name: string) => Object.assign(new Error('x'), { name })
const coded = (code: number) => new MongoServerError({ message: 'x', code })
const systemError = (code: string) => Object.assign(new Error('x'), { code })
const labelled = (...errorLabels: unknown[]) => Object.assign(new Error('x'), { errorLabels })

test.each<[string, unknown]>([
  ['a broken connection', new MongoNetworkError('connection closed')],
  ['a connection that took too long', named('MongoNetworkTimeoutError')],
  ['no server that could be selected', named('MongoServerSelectionError')],
  ['a pool that was cleared', named('MongoPoolClearedError')],
  ['a queue for connections that was too long', named('MongoWaitQueueTimeoutError')],
  ['a duplicate key, by an upsert at the same time', coded(11000)],
  ['throttling, as compatible services say it', coded(16500)],
  ['a write that the server calls retryable', labelled('RetryableWriteError')],
  ['a read that the server calls retryable', labelled('Other', 'RetryableReadError')],
  ['a connection that ended while a long command was written', systemError('EPIPE')],
  ['a connection that was reset meanwhile', systemError('ECONNRESET')],
  ['a transaction that was interrupted', labelled('TransientTransactionError')],
])('%s is transient', (_, error) => {
  expect(isRetryable(error)).toBe(true)
})

test.each<[string, unknown]>([
  ['a refused password', coded(18)],
  ['a missing right', coded(13)],
  ['a document that is too large', coded(10334)],
  ['a wrong connection string', named('MongoParseError')],
  ['a file that is not there', systemError('ENOENT')],
  ['a bug of ours', new TypeError('x is undefined')],
  ['a name that only begins so', named('MongoNetworkErrorOfOurs')],
  ['another label', labelled('NoWritesPerformed', 7)],
  ['labels that are no list', Object.assign(new Error('x'), { errorLabels: 'RetryableWriteError' })],
  ['what is no error', { name: 'MongoNetworkError', code: 11000 }],
  ['nothing', undefined],
])('%s is permanent', (_, error) => {
  expect(isRetryable(error)).toBe(false)
})

test('what the driver throws where no server listens is transient', async () => {
  const connecting = MongoClient.connect('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50 })
  const error: unknown = await connecting.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(MongoServerSelectionError)
  expect(isRetryable(error)).toBe(true)
})
