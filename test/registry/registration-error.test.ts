/** Which errors say that a result can never be registered as it is: those are not tried again. */
import { BSON, MongoNetworkError, MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { DamagedModel } from '../../shared/models/damaged-model.ts'
import { registrationError } from '../../shared/registry/registration-error.ts'
import { DamagedRecord } from '../../shared/storage/json.ts'

const coded = (code: number) => new MongoServerError({ message: 'x', code })

test.each<[string, unknown, string]>([
  ['a damaged model', new DamagedModel('x'), 'model_damaged'],
  ['a damaged result', new DamagedRecord('x'), 'model_damaged'],
  ['a document that is too large', coded(10334), 'internal'],
  ['a document with a name that MongoDB refuses', coded(52), 'internal'],
  ['a document that does not pass the collection’s validation', coded(121), 'internal'],
  ['a value that BSON does not have', new BSON.BSONError('x'), 'internal'],
  [
    'a document that the driver cannot write',
    new RangeError('The value of "offset" is out of range.'),
    'internal',
  ],
  ['a bug of ours', new TypeError('x is undefined'), 'internal'],
])('%s', (_, error, code) => {
  expect(registrationError(error)?.code).toBe(code)
})

test.each<[string, unknown]>([
  ['a refused password', coded(18)],
  ['a missing right', coded(13)],
  ['Atlas’ own errors', coded(8000)],
  ['a full disk', coded(14031)],
  ['a lost connection', new MongoNetworkError('connection closed')],
  ['an error that nobody knows', new Error('x')],
])('%s is retried', (_, error) => {
  expect(registrationError(error)).toBeUndefined()
})
