import { expect, test } from 'vitest'
import { startBatch } from '../../local/batch.ts'
import type { BatchJobFailed } from '../../shared/batch/job-event.ts'

test('a job that ends is told of, also where its registration fails', async () => {
  const failed = Promise.withResolvers<BatchJobFailed>()
  const errors: unknown[] = []
  const batch = await startBatch({
    environment: {},
    onLine: () => undefined,
    onAttempt: () => Promise.reject(new Error('MongoDB is away.')),
    onFailed: async (event) => failed.resolve(event),
    onError: (error) => errors.push(error),
  })
  try {
    // A command that is wrong.
    batch.resume('--lost')
    expect(await failed.promise).toMatchObject({
      detail: {
        status: 'FAILED',
        parameters: { job_id: '--lost' },
        statusReason: 'The container ended with exit code 2',
      },
    })
  } finally {
    await batch.close()
  }
  expect(errors).toMatchObject([{ message: 'MongoDB is away.' }])
})
