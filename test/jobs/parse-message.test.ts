import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { outcomeId, readMessage } from '../../shared/jobs/parse-message.ts'

const job = { job_id: 'j1', algorithm: 'random_forest', dataset_path: 'iris' }
const raw = JSON.stringify(job)
const sns = (Message: string) =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:x', Message })
const eventBridge = (detail: string) =>
  `{"version":"0","id":"e","detail-type":"train","source":"app","account":"1","detail":${detail}}`
const sqsEvent = (body: string) => JSON.stringify({ Records: [{ messageId: 'm', body }] })
const twice = (text: string) => JSON.stringify(text)
const base64 = (text: string) => Buffer.from(text).toString('base64')
const kinesis = (text: string) => JSON.stringify({ Records: [{ kinesis: { data: base64(text) } }] })
const marked = (text: string) => `\ufeff${text}`

/** The sentence of a body that is no job. */
function refusal(body: string): string {
  const read = readMessage(body)
  if (read.message !== null) throw new Error('It is a job.')
  return read.error.message
}

test.each([
  [`${raw};`, 'other text stands round the object; send one JSON object'],
  [`\`\`\`json\n${raw}\n\`\`\``, 'other text stands round the object; send one JSON object'],
  [
    raw.replace('{', '{"job_name": None, '),
    'it has True, False or None, as Python’s repr of a dict; use json.dumps',
  ],
])('%j is refused with what it is', (body, sentence) => {
  expect(refusal(body)).toContain(sentence)
})

test('two jobs below an object are not one', () => {
  const body = JSON.stringify({ a: JSON.parse(raw), b: [raw] })
  expect(refusal(body)).toMatch(/^job_id is missing/)
})

describe('envelopes', () => {
  test.each([
    ['an SNS notification', sns(raw), 'in an SNS notification'],
    ['an EventBridge event', eventBridge(raw), 'in an EventBridge event'],
    ['EventBridge with its detail as text', eventBridge(twice(raw)), 'in an EventBridge event'],
    ['JSON encoded twice', twice(raw), 'as a JSON string'],
    ['JSON encoded three times', twice(twice(raw)), 'as a JSON string, as a JSON string'],
    ['a byte-order mark', marked(raw), 'with a byte-order mark'],
    ['a mark read as Latin-1', `ï»¿${raw}`, 'with a byte-order mark'],
    ['an array with one job', `[${raw}]`, 'in an array'],
    ['an SQS event', sqsEvent(raw), 'in an SQS event'],
    ['an SQS record', JSON.stringify({ messageId: 'm', body: raw }), 'in an SQS message'],
    ['what ReceiveMessage returns', JSON.stringify({ Messages: [{ Body: raw }] }), 'in a response of SQS'],
    ['what SendMessage takes', JSON.stringify({ QueueUrl: 'q', MessageBody: raw }), 'in an SQS message'],
    ['an SNS event', JSON.stringify({ Records: [{ Sns: { Message: raw } }] }), 'in an SNS event'],
    ['a CloudEvent', `{"specversion":"1.0","type":"t","data":${raw}}`, 'in a CloudEvent'],
    ['base64', base64(raw), 'in base64'],
    ['a Kinesis event', kinesis(raw), 'in a Kinesis event, in base64'],
    ['a field of its own', `{"pattern":"train","payload":${raw}}`, 'in the field "payload"'],
    [
      'a push of Pub/Sub',
      JSON.stringify({ message: { data: base64(raw), messageId: '1' }, subscription: 's' }),
      'in the field "message.data", in base64',
    ],
    [
      'an event of Kafka',
      JSON.stringify({ eventSource: 'aws:kafka', records: { 't-0': [{ value: base64(raw) }] } }),
      'in the field "records.t-0.0.value", in base64',
    ],
    [
      'a CloudEvent with binary data',
      JSON.stringify({ specversion: '1.0', id: '1', data_base64: base64(raw) }),
      'in the field "data_base64", in base64',
    ],
    ['a form', `payload=${encodeURIComponent(raw)}`, 'percent-encoded, as in a form'],
    ['zero bytes behind it', `${raw}\0\0`, 'with zero bytes behind it'],
    ['SNS around EventBridge', sns(eventBridge(raw)), 'in an SNS notification, in an EventBridge event'],
  ])('%s is unwrapped, and said', (_, body, how) => {
    expect(outcomeId(body)).toBe('j1')
    expect(readMessage(body)).toMatchObject({
      message: job,
      warnings: [`The job came ${how}: it was unwrapped.`],
      fingerprint: readMessage(raw).fingerprint,
    })
  })

  test('a job is never unwrapped, whatever else it holds', () => {
    const body = JSON.stringify({ ...job, Type: 'Notification', Message: '{"job_id":"other"}' })
    expect(outcomeId(body)).toBe('j1')
    expect(readMessage(body)).toMatchObject({ message: job, envelopes: [] })
  })

  test('a message whose job_id is misspelt is answered under it', () => {
    for (const name of ['jobId', 'JOB_ID', 'job-id']) {
      const body = JSON.stringify({ [name]: 'j1', algorithm: 'svm', dataset_path: 'iris' })
      expect(outcomeId(body)).toBe('j1')
      expect(refusal(body)).toContain(`The message has "${name}"`)
    }
  })

  const s3Event = JSON.stringify({
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'b' }, object: { key: 'k.csv' } },
      },
    ],
  })
  const s3Detail = '{"bucket":{"name":"b"},"object":{"key":"k.csv"}}'
  test.each([
    ['an S3 event', s3Event, 'an S3 event (ObjectCreated:Put of s3://b/k.csv)'],
    ['one by SNS', sns(s3Event), 'an S3 event (ObjectCreated:Put of s3://b/k.csv) in an SNS notification'],
    ['one by EventBridge', eventBridge(s3Detail), 'an S3 event (of s3://b/k.csv) in an EventBridge event'],
    [
      'a test event',
      '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}',
      'an S3 test event (s3:TestEvent)',
    ],
    [
      'a subscription',
      '{"Type":"SubscriptionConfirmation"}',
      'an SNS message of type SubscriptionConfirmation',
    ],
    [
      'two messages',
      JSON.stringify({ Records: [{ body: raw }, { body: raw }] }),
      'an SQS event of 2 messages',
    ],
  ])('%s is named', (_, body, what) => {
    expect(refusal(body)).toBe(
      `The message is ${what}, not a job: send one JSON object with job_id, algorithm and dataset_path.`,
    )
    expect(outcomeId(body)).toMatch(/^rejected-[0-9a-f]{24}$/)
  })
})

describe('a body that is no JSON', () => {
  test.each([
    ['Python’s repr', raw.replaceAll('"', "'"), /repr of a dict; use json\.dumps/],
    ['a trailing comma', raw.replace('}', ',}'), /a comma before a closing bracket/],
    ['NaN', raw.replace('}', ',"hyperparameters":{"C":NaN}}'), /no NaN and no Infinity/],
    ['-Infinity', raw.replace('}', ',"hyperparameters":{"C":-Infinity}}'), /no NaN and no Infinity/],
    ['cut short', raw.slice(0, -4), /^The message is not JSON/],
    ['two objects', `${raw}\n${raw}`, /more than one JSON object/],
    ['Python’s repr by SNS', sns(raw.replaceAll('"', "'")), /repr of a dict/],
  ])('%s is answered under its job_id', (_, body, sentence) => {
    expect(refusal(body)).toMatch(sentence)
    expect(outcomeId(body)).toBe('j1')
  })

  test('two ids in one body are none', () => {
    expect(outcomeId(`${raw}${raw.replace('j1', 'j2')}`)).toMatch(/^rejected-/)
    expect(outcomeId(`[${raw},${raw.replace('j1', 'j2')}]`)).toMatch(/^rejected-/)
  })
  test('an id one level down is found, an impossible one is not', () => {
    expect(outcomeId(JSON.stringify({ job }))).toBe('j1')
    expect(outcomeId('{"job": {"job_id": "../x"}}')).toMatch(/^rejected-/)
    expect(outcomeId("{'job_id': '../x'}")).toMatch(/^rejected-/)
  })

  test.each([
    [
      'deep arrays',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      /100000 levels deep, and 1000 is the limit/,
    ],
    ['an open end', '[{"a":'.repeat(40_000), /^The message is not JSON/],
    ['many quotes', '"\\"'.repeat(80_000), /^The message is not JSON/],
    ['many commas', `{${', '.repeat(100_000)}`, /^The message is not JSON/],
    ['a long string', JSON.stringify('x'.repeat(2 ** 20)), /^The message is "x+…"/],
  ])('%s end in a sentence, soon', (_, body, sentence) => {
    // Time of the processor: a wait for it says nothing about the code.
    const started = process.cpuUsage()
    expect(refusal(body)).toMatch(sentence)
    outcomeId(body)
    const { user } = process.cpuUsage(started)
    expect(user / 1e6).toBeLessThan(3)
  })
})

describe('the spelling of numbers', () => {
  const read = (hyperparameters: string) =>
    readMessage(raw.replace('}', `,"hyperparameters":${hyperparameters}}`))
  test.each([
    ['{"max_samples":1}', 1],
    ['{"max_samples":1.0}', '1.0'],
    ['{"max_samples":1e0}', '1.0'],
    ['{"max_samples":10E-1}', '1.0'],
    ['{"max_samples":2.0}', '2.0'],
    ['{"max_samples":0.5}', 0.5],
    ['{"max_samples":"1.0"}', '1.0'],
    ['{"max_samples":1,"max_samples":1.0}', '1.0'],
    ['{"max_samples":1.0,"max_samples":1}', 1],
    ['{"max_samples":1.0,"max_samples":null}', null],
  ])('%s is kept', (hyperparameters, value) => {
    expect(read(hyperparameters).message?.hyperparameters).toEqual({ max_samples: value })
  })
  test('1 and 1.0 are two jobs where it matters, and one where it does not', () => {
    expect(read('{"max_samples":1}').fingerprint).not.toBe(read('{"max_samples":1.0}').fingerprint)
    expect(read('{"max_samples":"1.0"}').fingerprint).toBe(read('{"max_samples":1.0}').fingerprint)
    expect(read('{"max_depth":1}').fingerprint).toBe(read('{"max_depth":1.0}').fingerprint)
    const classes = '{"class_weight":{"max_samples":1.0}}'
    expect(read(classes).message?.hyperparameters).toEqual({ class_weight: { max_samples: 1 } })
  })
  test('it is kept in every envelope', () => {
    const body = raw.replace('}', ',"hyperparameters":{"max_samples":1.0}}')
    for (const wrapped of [sns(body), eventBridge(body), twice(body), sqsEvent(body), `[${body}]`])
      expect(readMessage(wrapped).fingerprint).toBe(readMessage(body).fingerprint)
  })
})

describe('unknown fields', () => {
  test.each([
    ['target', ' (did you mean "target_column"?)'],
    ['hyperparams', ' (did you mean "hyperparameters"?)'],
    ['jobName', ' (did you mean "job_name"?)'],
    ['n_estimators', ' (did you mean it as one of the "hyperparameters"?)'],
    ['__proto__', ''],
    ['constructor', ''],
  ])('%s is ignored with a warning', (field, hint) => {
    expect(readMessage(raw.replace('}', `,"${field}":1}`))).toMatchObject({
      message: job,
      warnings: [`The message's field "${field}" is not part of a job and was ignored${hint}.`],
    })
  })
  test('a missing field that has another name is named', () => {
    expect(refusal('{"jobId":"a","algorithm":"svm","dataset_path":"iris"}')).toMatch(
      /^job_id is missing: .* The message has "jobId" \(did you mean "job_id"\?\)\.$/,
    )
  })
  test('a hyperparameter __proto__ is kept, so that it can be refused', () => {
    const { message } = readMessage(raw.replace('}', ',"hyperparameters":{"__proto__":1,"constructor":2}}'))
    expect(Object.keys(message?.hyperparameters ?? {})).toEqual(['__proto__', 'constructor'])
  })
})

describe('any input', () => {
  const anyJob = fc
    .record(
      {
        job_id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,60}$/),
        algorithm: fc.constantFrom(...algorithmNames),
        dataset_path: fc.stringMatching(/^[a-z/:"'{}\\]{1,30}$/),
        hyperparameters: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
        note: fc.jsonValue({ maxDepth: 2 }),
      },
      { requiredKeys: ['job_id', 'algorithm', 'dataset_path'] },
    )
    .map((given) => JSON.stringify(given))
  const wraps = fc.array(
    fc.constantFrom(sns, eventBridge, sqsEvent, twice, (text: string) => `[${text}]`),
    { maxLength: 5 },
  )
  test('a job in envelopes is the job', () => {
    fc.assert(
      fc.property(anyJob, wraps, fc.boolean(), (body, around, hasMark) => {
        const inner = around.reduce((text, wrap) => wrap(text), body)
        const wrapped = hasMark ? marked(inner) : inner
        expect(outcomeId(wrapped)).toBe(outcomeId(body))
        expect(readMessage(wrapped)).toMatchObject({
          message: readMessage(body).message,
          fingerprint: readMessage(body).fingerprint,
        })
      }),
      { numRuns: 300 },
    )
  })
  test('any text has one answer, the same each time', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.tuple(anyJob, fc.nat(), fc.string({ maxLength: 3 })).map(([body, at, noise]) => {
        const place = at % body.length
        return body.slice(0, place) + noise + body.slice(place + 1)
      }),
      fc.tuple(anyJob, fc.nat()).map(([body, at]) => sns(body.slice(0, at % body.length))),
    )
    fc.assert(
      fc.property(text, (body) => {
        const read = readMessage(body)
        expect(outcomeId(body)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
        if (read.message !== null) expect(outcomeId(body)).toBe(read.message.job_id)
        expect(readMessage(body)).toEqual(read)
      }),
      { numRuns: 300 },
    )
  })
})
