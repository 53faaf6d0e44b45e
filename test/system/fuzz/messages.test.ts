/**
 * Messages of every shape: each ends as a result, and a refusal names the field at fault.
 *
 * @module-tag long
 */
import { hash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { algorithmNames } from '../../../shared/algorithms/names.ts'
import { tasks } from '../../../shared/data/task.ts'
import { jobMessage } from '../../../shared/jobs/message.ts'
import { type FuzzedWorker, fuzzedWorker, runs, seed } from './worker.ts'

let worker: FuzzedWorker
beforeAll(async () => {
  worker = await fuzzedWorker()
})
afterAll(() => worker.close())

const BATCH = 10
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '../../jobs/x/result.json',
    '..%2f..%2fjobs',
    '%2e%2e/x',
    '..\\..\\x',
    '\uff0e\uff0e/x',
    'a\u0000b',
    '\ud800',
    'x'.repeat(5000),
    'arn:aws:s3:us-east-1:123456789012:accesspoint/x/y',
    's3://arn:aws:s3:::b/k',
    's3://UPPER_case/key',
    's3://a b/c d',
    's3:///key',
    's3://bucket/',
    '/',
    '.',
    's3://b/../../etc/passwd',
    'file:///etc/passwd',
    'http://169.254.169.254/latest',
    '$where',
    '__proto__',
    'constructor',
    'system.users',
  ),
)
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text, fc.double(), fc.maxSafeInteger())
const job = fc.record(
  {
    job_id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,60}$/),
    algorithm: fc.constantFrom(...algorithmNames),
    dataset_path: fc.oneof(
      text,
      fc.tuple(text, text).map(([bucket, key]) => `s3://${bucket}/${key}`),
    ),
    job_name: fc.oneof(fc.constant(null), text),
    model_name: text,
    target_column: text,
    task: fc.constantFrom(...tasks),
    hyperparameters: fc.dictionary(
      fc.oneof(
        text,
        fc.constantFrom(
          ...['C', 'max_iter', 'n_estimators', 'random_state', 'class_weight', 'epochs', 'engine'],
          ...[
            'penalty',
            'alpha',
            'l1_ratio',
            'positive',
            'epsilon',
            'loss',
            'early_stopping',
            'learning_rate',
          ],
        ),
      ),
      anything,
      { maxKeys: 3 },
    ),
  },
  { requiredKeys: ['job_id', 'algorithm', 'dataset_path'] },
)
const fields = Object.keys(jobMessage.shape)
const mutated = fc
  .tuple(job, fc.constantFrom(...fields), fc.option(anything, { nil: undefined }))
  .map(([message, field, value]) => ({ ...message, [field]: value }))
let sent = 0
/** A job_id of its own for each message, else one would be refused for another. */
const withOwnId = (message: Record<string, unknown>): string => {
  const { job_id } = message
  sent++
  return JSON.stringify(
    jobMessage.shape.job_id.safeParse(job_id).success
      ? { ...message, job_id: `${job_id}-${hash('sha256', `${seed} ${sent}`).slice(0, 12)}` }
      : message,
  )
}

const raw = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.json(),
  fc.tuple(job, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })).map(([message, at, noise]) => {
    const whole = withOwnId(message)
    return whole.slice(0, at % whole.length) + noise + whole.slice((at % whole.length) + 1)
  }),
  fc.tuple(job, fc.nat()).map(([message, at]) => withOwnId(message).slice(0, at % 60)),
)

test(`every message ends as a result (seed ${seed})`, async () => {
  const body = fc.oneof(
    { weight: 3, arbitrary: mutated.map(withOwnId) },
    { weight: 1, arbitrary: job.map(withOwnId) },
    { weight: 2, arbitrary: raw },
  )
  const property = fc.asyncProperty(
    fc.array(body, { minLength: BATCH, maxLength: BATCH }),
    async (bodies) => {
      const results = await worker.resultsOf(bodies)
      results.forEach((result, i) => {
        expect(result.status).toBe('failed')
        if (result.status === 'failed') expect(result.error).toMatch(beginning(bodies[i]))
      })
    },
  )
  await fc.assert(property, { numRuns: runs(200) / BATCH, seed, endOnFailure: true })
  expect(process.memoryUsage.rss()).toBeLessThan(2 ** 30)
}, 600_000)

/** Of a message that the schema takes: the dataset, a field that does not go with another, or the algorithm. */
const permitted = new RegExp(`^(The dataset|(${fields.join('|')})\\b|\\w+ is for (class|reg)\\w+, and)`)

/** How the refusal of a message begins: with the field that the schema refuses first. */
function beginning(body: string): RegExp {
  const given = parsed(body)
  if (given === undefined) return /^The message is not JSON \(/
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return /^The message is .*: send one JSON object/s
  const { error } = jobMessage.safeParse(given)
  if (error === undefined) return permitted
  const field = String(error.issues[0].path[0])
  // Of an object or an array the sentence names what in it is at fault.
  return new RegExp(`^${field}(\\..*)? is `, 's')
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
