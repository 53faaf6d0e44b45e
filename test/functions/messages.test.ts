/** Messages as people and services send them, through the worker. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { fingerprint } from '../../shared/jobs/ids.ts'
import { outcomeId, parseMessage } from '../../shared/jobs/parse-message.ts'
import { jobRecord } from '../../shared/jobs/records.ts'
import { readManifest } from '../../shared/models/read-model.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
  await places.bucket.put('datasets/iris.csv', await readFile(parityCsv('iris')))
})
afterAll(() => places.close())

const train = (body: string) => trainJob(body, jobContext(places))

/** A job with the hyperparameters' JSON as it is written. */
function jobText(algorithm: string, hyperparameters: string, job_id = randomUUID()): string {
  const dataset_path = `s3://${places.bucket.name}/datasets/iris.csv`
  return `{"job_id":"${job_id}","algorithm":"${algorithm}","dataset_path":"${dataset_path}","target_column":"target","hyperparameters":${hyperparameters}}`
}

async function completed(body: string) {
  const result = await train(body)
  if (result === 'continued' || result.status !== 'completed') throw new Error(JSON.stringify(result))
  return result
}

describe('a count or a share, by its spelling', () => {
  const cases = z
    .array(z.tuple([z.string(), z.string(), z.string(), z.number().nullable(), z.number().nullable()]))
    .parse(JSON.parse(readFileSync(new URL('../fixtures/count-or-share.json', import.meta.url), 'utf8')))
  test.each(cases)(
    '%s with %s %s is scikit-learn’s',
    async (algorithm, name, text, trainAccuracy, testAccuracy) => {
      const forest = algorithm === 'random_forest' ? '"n_estimators":3,' : ''
      const result = await train(jobText(algorithm, `{${forest}"random_state":42,"${name}":${text}}`))
      expect(result).toMatchObject(
        trainAccuracy === null
          ? {
              status: 'failed',
              error_code: 'bad_hyperparameter',
              error: expect.stringContaining(`hyperparameters.${name} is `),
            }
          : {
              status: 'completed',
              metrics: {
                train_accuracy: expect.closeTo(trainAccuracy, 9),
                test_accuracy: expect.closeTo(testAccuracy ?? 0, 9),
              },
            },
      )
    },
  )

  test('it is kept in the record, the manifest and the registry, and is another job than the other', async () => {
    const job_id = randomUUID()
    const body = jobText('random_forest', '{"n_estimators":3,"max_samples":1.0}', job_id)
    const { model_id } = await completed(body)
    const record = jobRecord.parse(await places.bucket.getJson(jobKeys.record(job_id)))
    expect(record.message?.hyperparameters).toMatchObject({ max_samples: '1.0' })
    expect((await readManifest(places.bucket, model_id))?.hyperparameters).toMatchObject({
      max_samples: '1.0',
    })
    await registerModel(places, job_id)
    expect(await places.registry.getModelMetadata(model_id)).toMatchObject({
      hyperparameters: { max_samples: '1.0' },
    })
    expect(await train(body.replace('1.0', '"1.0"'))).toMatchObject({ status: 'completed', model_id })
    expect(await train(body.replace('1.0', '1'))).toMatchObject({ error_code: 'job_id_conflict' })
  })

  test.each([
    ['{"n_estimators":3,"max_samples":1.0}', { max_samples: 1 }],
    ['{"n_estimators":3,"min_samples_split":1}', { min_samples_split: '1.0' }],
    ['{"n_estimators":3,"min_samples_leaf":2.0}', { min_samples_leaf: 2 }],
  ])('what an earlier version accepted as %s is continued in its meaning', async (given, meant) => {
    const body = jobText('random_forest', given)
    const message = { ...parseMessage(body).message, hyperparameters: JSON.parse(given) }
    const record = { message, fingerprint: fingerprint(message), accepted_at: '2026-01-02T03:04:05.000Z' }
    await places.bucket.put(jobKeys.record(message.job_id), JSON.stringify(record))
    const { model_id } = await completed(body)
    expect((await readManifest(places.bucket, model_id))?.hyperparameters).toMatchObject(meant)
  })
})

describe('envelopes', () => {
  test('a job by SNS is the job that was sent without: it runs once, and says what was unwrapped', async () => {
    const body = jobText('decision_tree', '{"max_depth":2}')
    const wrapped = JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 'arn', Message: body })
    const first = await completed(wrapped)
    expect(first.warnings).toContain('The job came in an SNS notification: it was unwrapped.')
    expect(await train(body)).toEqual(first)
  })

  test('a message that is no job answers under its job_id, once and for all', async () => {
    const body = jobText('svm', '{"C":NaN}')
    const result = await train(body)
    expect(result).toMatchObject({
      job_id: outcomeId(body),
      error_code: 'bad_message',
      error: expect.stringMatching(/NaN/),
    })
    expect(outcomeId(body)).not.toMatch(/^rejected-/)
    expect(await train(body)).toEqual(result)
  })

  test('one with the job_id of another job leaves that job’s result alone', async () => {
    const body = jobText('decision_tree', '{}')
    const result = await completed(body)
    expect(await train(body.replace(/\}$/, ',}'))).toMatchObject({ error_code: 'job_id_conflict' })
    expect(await train(body)).toEqual(result)
  })

  test('a hyperparameter __proto__ is refused by its name', async () => {
    expect(await train(jobText('svm', '{"__proto__":1}'))).toMatchObject({
      error: expect.stringMatching(/^hyperparameters\.__proto__ is not a hyperparameter of svm/),
    })
  })

  test('an S3 event is named', async () => {
    const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' })
    expect(await train(body)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^The message is an S3 test event/),
    })
  })
})
