/** Path traversal: ids and paths that name objects outside of their own prefix in the bucket. */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jobKeys } from '../../../shared/job-store/keys.ts'
import { jobIdOfResult } from '../../../shared/job-store/result-key.ts'
import { jobMessage } from '../../../shared/jobs/message.ts'
import { outcomeId } from '../../../shared/jobs/parse-message.ts'
import { type FuzzedWorker, fuzzedWorker, seed } from './worker.ts'

let worker: FuzzedWorker
beforeAll(async () => {
  worker = await fuzzedWorker()
  await worker.bucket.put('secret.csv', 'a,y\n1,x\n2,y\n')
})
afterAll(() => worker.close())

const traversals = [
  '../other/result.json',
  '..',
  '.',
  'a/../b',
  'a/b',
  '/etc/passwd',
  '%2e%2e%2fother',
  '..%2fother',
  '..\\other',
  'a\\b',
  'C:\\x',
  '\uff0e\uff0e\uff0fother',
  '\u2024\u2024/other',
  'a\u2215b',
  'a\u0000',
  'a\n',
  'a\u202eb',
  '\ud800',
  'é',
  ' a',
  'a ',
  '',
  'a?b',
  'a#b',
  'a*',
  'x'.repeat(129),
]

describe('a job_id', () => {
  const { job_id } = jobMessage.shape
  test.each(traversals)('%j is refused', (id) => {
    expect(job_id.safeParse(id).success).toBe(false)
    expect(outcomeId(JSON.stringify({ job_id: id }))).toMatch(/^rejected-[0-9a-f]{24}$/)
  })

  test(`that is taken names keys under its own prefix, the same in a URL (seed ${seed})`, () => {
    const id = fc
      .string({ unit: fc.constantFrom(...'aZ09._:-/\\%\0\u00e9') })
      .filter((text) => job_id.safeParse(text).success)
    const property = fc.property(id, (taken) => {
      expect(jobIdOfResult(jobKeys.result(taken))).toBe(taken)
      for (const key of [jobKeys.record, jobKeys.result, jobKeys.cancel, jobKeys.failure]) {
        expect(new URL(key(taken), 'http://host/').pathname).toBe(`/${key(taken)}`)
        expect(key(taken).startsWith(`jobs/${taken}/`)).toBe(true)
      }
      expect(jobKeys.status(taken).split('/')).toEqual(['status', taken, 'status.json'])
      expect(jobKeys.checkpoint(taken).split('/')).toEqual(['checkpoints', taken, 'state'])
    })
    fc.assert(property, { seed })
  })
})

test('messages with such ids leave nothing in the bucket but their results', async () => {
  const body = (job_id: string) => JSON.stringify({ job_id, algorithm: 'svm', dataset_path: 'iris' })
  const results = await worker.resultsOf(traversals.map(body))
  for (const result of results)
    expect(result).toMatchObject({ status: 'failed', error: expect.stringMatching(/^job_id is "/) })
  const keys = await Array.fromAsync(worker.bucket.list(''), ({ key }) => key)
  const own = /^jobs\/rejected-[0-9a-f]{24}\/(job|result)\.json$/
  expect(keys.filter((key) => !own.test(key))).toEqual(['secret.csv'])
})

test('a dataset’s path is taken as it stands: no path traversal in the bucket, nor on the disk', async () => {
  const paths = [
    'datasets/../secret.csv',
    `s3://${worker.bucket.name}/datasets/../secret.csv`,
    `s3://${worker.bucket.name}/%73ecret.csv`,
    `s3://${worker.bucket.name}/..%2f..%2fetc/passwd`,
    's3://other-bucket/secret.csv',
    's3://../secret.csv',
    `s3://${worker.bucket.name}\\secret.csv`,
    'file:///etc/passwd',
    '/etc/passwd',
    'http://127.0.0.1/secret.csv',
  ]
  const body = (dataset_path: string, i: number) =>
    JSON.stringify({ job_id: `path-${i}`, algorithm: 'decision_tree', dataset_path })
  for (const result of await worker.resultsOf(paths.map(body)))
    expect(result).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^The dataset was not found/),
    })
})
