/** What the services of AWS would refuse is refused before it is sent. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCliHere } from '../support/cli.ts'

test('a message that SQS would not take is not sent, and the sentence says what to do', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const feature_columns = Array.from({ length: 100_000 }, (_, j) => `a column ${j}`)
  const job = { job_id: 'wide', algorithm: 'svm', dataset_path: 'iris', feature_columns }
  await writeFile(join(folder, 'job.json'), JSON.stringify(job))
  // Nobody listens there: what is sent would be another error.
  const environment = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    JOB_QUEUE_URL: 'http://127.0.0.1:9/123456789012/jobs',
    ARTIFACT_BUCKET: 'models',
  }
  const { code, err } = await runCliHere(['submit', join(folder, 'job.json'), '--no-wait'], environment)
  expect(err).toMatch(
    /The message has \d+ bytes, and SQS takes 1048576 at most: name the columns that are dropped/,
  )
  expect(code).toBe(2)
})
