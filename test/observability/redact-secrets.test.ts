import { expect, test } from 'vitest'
import { redactSecrets } from '../../shared/observability/redact-secrets.ts'

const shown = (value: unknown) => JSON.parse(JSON.stringify(value, redactSecrets))

test.each<[string, string]>([
  [
    'mongodb://app:s3cr3t@db.example.com:27017/x?authSource=admin',
    'mongodb://[removed]@db.example.com:27017/x?authSource=admin',
  ],
  ['mongodb+srv://app:p@ss:w/rd@a,b/x', 'mongodb+srv://[removed]@a,b/x'],
  ['see https://u:p@h/ and http://h/ok', 'see https://[removed]@h/ and http://h/ok'],
  [
    'https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA%2F2026&X-Amz-Date=2026&X-Amz-Signature=abc123',
    'https://b.s3.amazonaws.com/k?X-Amz-Credential=[removed]&X-Amz-Date=2026&X-Amz-Signature=[removed]',
  ],
  ['X-Amz-Security-Token=FwoG/x==&a=1', 'X-Amz-Security-Token=[removed]&a=1'],
  [
    'AWS4-HMAC-SHA256 Credential=AKIA/2026/s3, SignedHeaders=host, Signature=abc',
    'AWS4-HMAC-SHA256 Credential=[removed], SignedHeaders=host, Signature=[removed]',
  ],
  ['s3://bucket/a@b.csv was not found', 's3://bucket/a@b.csv was not found'],
])('what is secret in %s is removed', (text, expected) => {
  expect(shown({ message: text })).toEqual({ message: expected })
})

test('values are removed by their name, at any depth', () => {
  expect(
    shown({
      error: { StringToSign: 'AWS4…', SignatureProvided: 'abc', AWSAccessKeyId: 'AKIA' },
      password: 7,
      job_id: 'j',
    }),
  ).toEqual({
    error: { StringToSign: '[removed]', SignatureProvided: '[removed]', AWSAccessKeyId: '[removed]' },
    password: '[removed]',
    job_id: 'j',
  })
})
