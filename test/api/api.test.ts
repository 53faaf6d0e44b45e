/**
 * The routes under /api/v1 of a whole stack.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apiClient } from '../support/api-client.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
  await worker.stack.seed()
})
afterAll(() => worker.close())

const call = apiClient(() => worker)

async function trained(fields: Record<string, unknown> = {}): Promise<string> {
  const job_id = randomUUID()
  const { body } = await call('POST', '/train', {
    job_id,
    algorithm: 'decision_tree',
    dataset_path: 'iris',
    ...fields,
  })
  const { model_id } = z.object({ model_id: z.string() }).parse(body)
  const isRegistered = async () => (await call('GET', `/api/v1/models/${model_id}`)).status === 200
  await until(isRegistered, 'the registration')
  return model_id
}

describe('jobs', () => {
  test('are sent once, shown, and listed', async () => {
    const job = { job_id: 'sent-1', algorithm: 'svm', dataset_path: 'iris', hyperparameters: { C: 2 } }
    const first = await call('POST', '/api/v1/jobs', job)
    expect(first).toMatchObject({ status: 202, body: { job_id: 'sent-1', algorithm: 'svm' } })
    expect(first.headers.get('location')).toBe('/api/v1/jobs/sent-1')
    expect((await call('POST', '/api/v1/jobs', job)).status).toBe(200)
    const other = await call('POST', '/api/v1/jobs', { ...job, hyperparameters: { C: 3 } })
    expect(other).toMatchObject({ status: 409, body: { code: 'job_id_conflict', status: 409 } })
    expect(other.headers.get('content-type')).toBe('application/problem+json')
    await worker.resultOf('sent-1')
    const shown = await call('GET', '/api/v1/jobs/sent-1')
    expect(shown.body).toMatchObject({
      status: 'completed',
      progress: 100,
      current_accuracy: expect.any(Number),
      completed_at: expect.any(String),
      message: job,
    })
    expect((await call('POST', '/api/v1/jobs', job)).status).toBe(200)
  })

  test('that are no jobs are refused with the sentence of the queue’s contract', async () => {
    const { status, body } = await call('POST', '/api/v1/jobs', { job_id: 'x', algorithm: 'svn' })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      type: 'urn:tensorfleet:error:bad_message',
      title: 'Bad Request',
      code: 'bad_message',
      detail: expect.stringContaining('did you mean "svm"?'),
    })
  })

  test('are listed page by page, newest first, each once', async () => {
    for (let i = 0; i < 5; i++) await trained({ job_id: `page-${i}` })
    const seen: string[] = []
    let cursor: string | null = ''
    const page = z.object({
      jobs: z.array(z.object({ job_id: z.string(), status: z.string(), created_at: z.string() })),
      next_cursor: z.string().nullable(),
    })
    while (cursor !== null) {
      const query = `?limit=2&prefix=page-${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { jobs, next_cursor } = page.parse((await call('GET', `/api/v1/jobs${query}`)).body)
      seen.push(...jobs.map(({ job_id }) => job_id))
      cursor = next_cursor
    }
    expect(seen).toEqual(['page-4', 'page-3', 'page-2', 'page-1', 'page-0'])
    expect((await call('GET', '/api/v1/jobs?cursor=nonsense')).status).toBe(400)
    expect((await call('GET', '/api/v1/jobs?limit=0')).status).toBe(400)
    await call('POST', '/train', { job_id: 'fails', algorithm: 'svm', dataset_path: 'none' })
    const isRegistered = async () =>
      page.parse((await call('GET', '/api/v1/jobs?status=failed')).body).jobs.length > 0
    await until(isRegistered, 'the failed job')
    const failed = page.parse((await call('GET', '/api/v1/jobs?status=failed')).body)
    expect(new Set(failed.jobs.map(({ status }) => status))).toEqual(new Set(['failed']))
  })

  test('are found by algorithm, a text, and when they were sent', async () => {
    const jobs = z.object({ jobs: z.array(z.object({ job_id: z.string(), created_at: z.string() })) })
    const found = async (query: string) => {
      const { status, body } = await call('GET', `/api/v1/jobs?limit=200&${query}`)
      expect(status, query).toBe(200)
      return jobs.parse(body).jobs.map(({ job_id }) => job_id)
    }
    await trained({ job_id: 'chosen', algorithm: 'auto', auto: { time_budget_seconds: 1 } })
    await trained({ job_id: 'named', model_name: 'Churn (May)', dataset_path: 'wine.csv' })
    expect(await found('algorithm=auto')).toEqual(['chosen'])
    expect(await found('text=churn%20(may)')).toEqual(['named'])
    expect(await found('text=WINE.CSV')).toEqual(['named'])
    expect(await found('text=ame.')).toEqual([])
    expect(await found('text=none/at')).toEqual([])
    const all = jobs.parse((await call('GET', '/api/v1/jobs?limit=200')).body).jobs
    const [newest, before] = all
    expect(await found(`since=${newest.created_at}`)).toEqual([newest.job_id])
    expect(await found(`until=${newest.created_at}`)).toEqual(all.slice(1).map(({ job_id }) => job_id))
    expect(await found(`since=${before.created_at}&until=${newest.created_at}`)).toEqual([before.job_id])
    expect((await call('GET', '/api/v1/jobs?since=yesterday')).status).toBe(400)
  })

  test('report their progress by server-sent events, and can be cancelled', async () => {
    const job = {
      job_id: 'long',
      algorithm: 'dnn',
      dataset_path: 'wine',
      hyperparameters: { epochs: 100_000 },
    }
    await call('POST', '/api/v1/jobs', job)
    const response = await fetch(`${worker.stack.apiUrl}/api/v1/jobs/long/progress`)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const events: Record<string, unknown>[] = []
    const seen = (async () => {
      let text = ''
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        const parts = text.split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts) {
          const data = /^data: (.*)$/m.exec(part)?.[1]
          if (data !== undefined) events.push(JSON.parse(data))
        }
      }
    })()
    await until(async () => events.some(({ current_loss }) => typeof current_loss === 'number'), 'a loss')
    const { body: listed } = await call('GET', '/api/v1/jobs?prefix=long')
    expect(listed).toMatchObject({ jobs: [{ status: 'running', phase: 'train' }] })
    const inRegistry = () =>
      worker.db.collection<{ _id: string; status: string }>('jobs').findOne({ _id: 'long' })
    await until(async () => (await inRegistry())?.status === 'running', 'the document')
    expect(await inRegistry()).toMatchObject({
      model_type: 'dnn',
      dataset_path: 'wine',
      hyperparameters: { epochs: 100_000 },
      current_loss: expect.any(Number),
      started_at: expect.any(Date),
      updated_at: expect.any(Date),
      progress: expect.any(Number),
    })
    const cancelled = await call('POST', '/api/v1/jobs/long/cancel')
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'failed', error_code: 'cancelled' } })
    await seen
    expect(events.at(-1)).toMatchObject({ status: 'failed', error_code: 'cancelled' })
    expect((await call('POST', '/api/v1/jobs/sent-1/cancel')).status).toBe(409)
    expect((await call('POST', '/api/v1/jobs/nobody/cancel')).status).toBe(404)
    await until(async () => (await inRegistry())?.status === 'failed', 'the result’s document')
  })
})

describe('datasets', () => {
  const csv = 'size,colour,price\n1,red,3\n2,blue,\n3,red,5\n'
  const put = (name: string, body: string) =>
    fetch(`${worker.stack.apiUrl}/api/v1/datasets/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body,
    })

  test('are uploaded, previewed, listed, trained on and deleted', async () => {
    expect((await put('small.csv', csv)).status).toBe(201)
    const preview = await call('GET', '/api/v1/datasets/small.csv/preview?rows=2')
    expect(preview.body).toMatchObject({
      rows: 3,
      is_partial: false,
      columns: [
        { name: 'size', type: 'int', missing: 0, distinct: 3, minimum: 1, maximum: 3, mean: 2 },
        { name: 'colour', type: 'text', missing: 0, distinct: 2 },
        { name: 'price', type: 'float', missing: 1 },
      ],
      head: [
        [1, 'red', 3],
        [2, 'blue', null],
      ],
    })
    const page = z.object({ datasets: z.array(z.looseObject({ name: z.string() })) })
    const { datasets } = page.parse((await call('GET', '/api/v1/datasets')).body)
    expect(datasets.map(({ name }) => name)).toEqual(['diabetes.csv', 'iris.csv', 'small.csv', 'wine.csv'])
    expect(datasets[1]).toMatchObject({ dataset_path: 'iris.csv', n_samples: 150, n_features: 4 })
    expect((await call('DELETE', '/api/v1/datasets/small.csv')).status).toBe(204)
    expect((await call('DELETE', '/api/v1/datasets/small.csv')).status).toBe(404)
    expect((await call('GET', '/api/v1/datasets/small.csv/preview')).status).toBe(404)
  })

  test('of more than the preview reads are previewed in part', async () => {
    await put('long.csv', `a,b\n${'1.5,some text\n'.repeat(400_000)}`)
    const { body } = await call('GET', '/api/v1/datasets/long.csv/preview?rows=1')
    expect(body).toMatchObject({ is_partial: true, head: [[1.5, 'some text']] })
    await call('DELETE', '/api/v1/datasets/long.csv')
  })

  test('are written to a presigned address', async () => {
    const { body } = await call('POST', '/api/v1/datasets/signed.csv/presigned-upload')
    const { url } = z.object({ url: z.string() }).parse(body)
    expect((await fetch(url, { method: 'PUT', body: csv })).status).toBe(200)
    expect((await call('GET', '/api/v1/datasets/signed.csv/preview')).body).toMatchObject({ rows: 3 })
    await call('DELETE', '/api/v1/datasets/signed.csv')
  })
})

describe('models', () => {
  let id: string
  let second: string
  beforeAll(async () => {
    id = await trained({ model_name: 'a/b ä', algorithm: 'decision_tree' })
    second = await trained({ model_name: 'other', algorithm: 'random_forest' })
  })
  const named = encodeURIComponent('a/b ä')

  test('are shown by id and name, listed and filtered', async () => {
    for (const text of [id, named]) {
      expect((await call('GET', `/api/v1/models/${text}`)).body).toMatchObject({
        model_id: id,
        name: 'a/b ä',
        minio_path: `s3://${worker.bucket.name}/models/${id}/model.onnx`,
        signature: { output: { name: expect.any(String) } },
      })
    }
    expect((await call('GET', `/api/v1/models?name=${named}`)).body).toMatchObject({
      models: [{ model_id: id, algorithm: 'decision_tree', size_bytes: expect.any(Number) }],
    })
    expect((await call('GET', '/api/v1/models?algorithm=cnn')).body).toEqual({
      models: [],
      next_cursor: null,
    })
    expect(await call('GET', '/api/v1/models/nothing')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
    expect((await call('GET', `/api/v1/models/${named}/versions`)).body).toMatchObject({
      versions: [{ model_id: id }],
    })
  })

  test('get aliases and tags, which are found again', async () => {
    const alias = await call('PUT', `/api/v1/models/${id}/aliases/champion`)
    expect(alias).toMatchObject({ status: 200, body: { alias: 'champion', model_id: id } })
    expect((await call('GET', `/api/v1/models/${named}%40champion`)).body).toMatchObject({
      model_id: id,
      aliases: ['champion'],
    })
    expect((await call('PUT', `/api/v1/models/${id}/aliases/latest`)).status).toBe(400)
    const tags = await call('PATCH', `/api/v1/models/${id}/tags`, { set: { stage: 'test', by: 'me' } })
    expect(tags.body).toEqual({ tags: { stage: 'test', by: 'me' } })
    expect((await call('GET', '/api/v1/models?tag=stage=test')).body).toMatchObject({
      models: [{ model_id: id, tags: { stage: 'test' }, aliases: ['champion'] }],
    })
    expect((await call('DELETE', `/api/v1/models/${id}`)).status).toBe(409)
    expect((await call('DELETE', `/api/v1/models/${named}/aliases/champion`)).status).toBe(204)
    expect((await call('DELETE', `/api/v1/models/${named}/aliases/champion`)).status).toBe(404)
  })

  test('are compared', async () => {
    const { body } = await call('GET', `/api/v1/models/compare?model=${id}&model=${second}`)
    const { facts } = z.object({ facts: z.array(z.looseObject({ name: z.string() })) }).parse(body)
    expect(facts.find(({ name }) => name === 'algorithm')).toEqual({
      part: 'model',
      name: 'algorithm',
      values: ['decision_tree', 'random_forest'],
      same: false,
    })
  })

  test('give their report and their files', async () => {
    const report = await fetch(`${worker.stack.apiUrl}/api/v1/models/${id}/report`)
    expect(report.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await report.text()).toContain('<!doctype html>')
    const file = await fetch(`${worker.stack.apiUrl}/api/v1/models/${id}/files/model.onnx`)
    const stored = await worker.bucket.get(`models/${id}/model.onnx`)
    expect(Buffer.from(await file.arrayBuffer()).equals(stored ?? new Uint8Array())).toBe(true)
    const etag = file.headers.get('etag') ?? ''
    expect(
      (await call('GET', `/api/v1/models/${id}/files/model.onnx`, undefined, { 'if-none-match': etag }))
        .status,
    ).toBe(304)
    expect((await call('GET', `/api/v1/models/${id}/files/constructor`)).status).toBe(404)
  })

  test('have an ETag', async () => {
    const { headers } = await call('GET', `/api/v1/models/${id}`)
    const again = { 'if-none-match': headers.get('etag') ?? '' }
    expect((await call('GET', `/api/v1/models/${id}`, undefined, again)).status).toBe(304)
  })

  test('predict rows of JSON and CSV', async () => {
    const names = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
    const values = [5.1, 3.5, 1.4, 0.2]
    const row = Object.fromEntries(names.map((name, j) => [name, values[j]]))
    const path = `/api/v1/models/${second}/predictions?probabilities=true`
    const json = await call('POST', path, { rows: [row, { ...row, 'petal length (cm)': 9000 }] })
    expect(json.body).toMatchObject({
      model_id: second,
      unknown: [{ column: 'petal length (cm)', out_of_range: 1 }],
    })
    const csv = await call('POST', path, `${names.join(',')}\n${values.join(',')}\n`, {
      'content-type': 'text/csv',
    })
    const answer = z.object({
      predictions: z.array(z.unknown()),
      probabilities: z.array(z.array(z.number())),
    })
    const [byJson, byCsv] = [answer.parse(json.body), answer.parse(csv.body)]
    expect(byCsv.predictions).toEqual(byJson.predictions.slice(0, 1))
    expect(byCsv.probabilities).toEqual(byJson.probabilities.slice(0, 1))
    expect(await call('POST', path, { rows: [{ a: 1 }] })).toMatchObject({
      status: 422,
      body: { code: 'column_missing' },
    })
    expect(await call('POST', path, { rows: [{ ...row, 'petal width (cm)': 'wide' }] })).toMatchObject({
      status: 422,
      body: { code: 'bad_value' },
    })
    expect((await call('POST', path, '[1]')).status).toBe(400)
    expect((await call('POST', '/api/v1/models/nothing/predictions', { rows: [] })).status).toBe(404)
  })

  test('are deleted', async () => {
    expect((await call('DELETE', `/api/v1/models/${second}`)).status).toBe(204)
    expect((await call('DELETE', `/api/v1/models/${second}`)).status).toBe(404)
    await until(
      async () => (await call('POST', `/api/v1/models/${second}/predictions`, { rows: [] })).status === 404,
      'the end of predictions',
    )
  })
})

test('dead letters are listed and redriven', async () => {
  expect((await call('GET', '/api/v1/dead-letters')).body).toEqual({ dead_letters: [] })
  expect((await call('POST', '/api/v1/dead-letters/redrive', {})).body).toEqual({ redriven: [] })
})

test('GET /api/v1/health', async () => {
  const { status, body } = await call('GET', '/api/v1/health')
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { status: 'healthy', registry: { status: 'healthy' } },
  })
})

test('registry and bucket are verified, and what does not agree is said', async () => {
  const id = await trained({ model_name: 'verified' })
  const verify = () => call('POST', '/api/v1/registry/verify')
  const agreed = await verify()
  expect(agreed).toMatchObject({ status: 200, body: { models: expect.any(Number), aliases: 0 } })
  await worker.bucket.put(`models/${id}/model.onnx`, 'another')
  const about = z.object({ findings: z.array(z.object({ about: z.string(), problem: z.string() })) })
  const { findings } = about.parse((await verify()).body)
  expect(findings.filter((finding) => JSON.stringify(finding).includes(id))).toEqual([
    { about: expect.stringContaining(id), problem: expect.stringMatching(/sha256|hash|model\.onnx/i) },
  ])
})

test('GET /openapi.json', async () => {
  const { body } = await call('GET', '/openapi.json')
  expect(body).toMatchObject({ openapi: '3.1.0' })
})

test('a regression is listed with its r2, its job with the whole of its metrics', async () => {
  const job = { job_id: 'numbers', algorithm: 'decision_tree', dataset_path: 'diabetes', task: 'regression' }
  expect(await call('POST', '/train', job)).toMatchObject({ status: 200, body: { task: 'regression' } })
  await until(async () => {
    const { body } = await call('GET', '/api/v1/jobs?algorithm=decision_tree&status=completed')
    return JSON.stringify(body).includes('"r2":')
  }, 'the registration')
  expect(await call('GET', '/api/v1/jobs/numbers')).toMatchObject({
    body: { task: 'regression', metrics: { r2: expect.any(Number) } },
  })
})
