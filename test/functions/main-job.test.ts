import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { GridFSBucket, ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { algorithms } from '../../shared/algorithms/index.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import type { CompletedResult } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { classMetrics } from '../support/metrics.ts'
import { parityCsv } from '../support/parity-set.ts'
import { predictedLabels } from '../support/predicted-labels.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
  await worker.stack.seed()
})
afterAll(() => worker.close())

const digits = readFileSync(parityCsv('digits'))
const iris = readFileSync(parityCsv('iris'))

const classifiers = algorithmNames.filter((name) => algorithms[name].estimators.classification !== undefined)

describe.each(classifiers)('a job for %s', (algorithm) => {
  const [path, data] = algorithm === 'cnn' ? [parityCsv('digits'), digits] : [parityCsv('iris'), iris]
  let result: CompletedResult
  beforeAll(async () => {
    const ended = await worker.train(data, { algorithm, job_name: 'my job', target_column: 'target' })
    if (ended.status === 'failed') throw new Error(ended.error)
    result = ended
  })

  test('ends as a model in the bucket and in the registry, the same file in both', async () => {
    expect(result).toMatchObject({
      model_id: modelId(result.job_id),
      model_name: `my_job_${algorithm}_data`,
      version: expect.stringMatching(/^v\d{10}$/),
    })
    const { accuracy, test_accuracy } = classMetrics(result.metrics)
    expect(test_accuracy).toBeGreaterThan(0.8)
    expect(accuracy).toBe(test_accuracy)

    const manifest = manifestSchema.parse(
      await worker.bucket.getJson(modelKey(result.model_id, 'manifest.json')),
    )
    expect(manifest.dataset.sha256).toBe(createHash('sha256').update(data).digest('hex'))
    expect(Object.keys(manifest.files)).toEqual(['model.onnx', 'model.json', 'report.json'])
    const name = 'model.onnx'
    const { sha256 } = manifest.files[name]
    expect(result.minio_model_id).toBe(`s3://${worker.bucket.name}/models/${result.model_id}/${name}`)
    const file = await worker.bucket.get(modelKey(result.model_id, name))
    expect(
      createHash('sha256')
        .update(file ?? '')
        .digest('hex'),
    ).toBe(sha256)

    await until(
      async () => (await worker.db.collection('models').countDocuments({ job_id: result.job_id })) === 1,
      'registration',
    )
    const document = await worker.db.collection('models').findOne({ job_id: result.job_id })
    expect(document).toMatchObject({
      _id: new ObjectId(result.model_id),
      file_id: new ObjectId(result.model_id),
      name: result.model_name,
      algorithm,
      metrics: JSON.parse(JSON.stringify(result.metrics)),
      version: result.version,
      created_at: expect.any(Date),
      model_type: algorithm === 'dnn' || algorithm === 'cnn' ? 'tensorflow' : 'sklearn',
      dataset_name: 'data',
      training_duration: expect.any(Number),
      features: expect.any(Array),
      target_column: 'target',
      status: 'trained',
      hyperparameters: expect.any(Object),
    })
    const stored = Buffer.concat(
      await new GridFSBucket(worker.db).openDownloadStream(new ObjectId(result.model_id)).toArray(),
    )
    expect(stored.equals(Buffer.from(file ?? ''))).toBe(true)
    const entry = await worker.db.collection('fs.files').findOne({ _id: new ObjectId(result.model_id) })
    expect(entry?.filename).toBe(`my_job_${algorithm}_data_${result.version}.onnx`)
  })

  test('gets a report beside the model', async () => {
    const key = modelKey(result.model_id, 'report.html')
    await until(() => worker.bucket.exists(key), 'the report')
    const answer = await fetch(`${worker.stack.environment.AWS_ENDPOINT_URL}/${worker.bucket.name}/${key}`)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toContain(result.job_id)
  })

  test('stores all that is needed to predict from raw rows', async () => {
    const file = await worker.bucket.get(modelKey(result.model_id, 'model.json'))
    const predictor = await readModelFile(Buffer.from(file ?? '').toString())
    const { table } = await readTable(path)
    const target = table.columns[table.columns.length - 1]
    const labels = predictedLabels(predictor, table)
    const actual =
      target.kind === 'text'
        ? Array.from(target.codes, (code) => target.categories[code])
        : Array.from(target.values)
    const right = labels.filter((label, i) => label === actual[i]).length / labels.length
    const { train_accuracy, test_accuracy } = classMetrics(result.metrics)
    expect(right).toBeGreaterThanOrEqual(Math.min(train_accuracy ?? 0, test_accuracy ?? 0) - 1e-9)
    expect(right).toBeLessThanOrEqual(Math.max(train_accuracy ?? 1, test_accuracy ?? 1) + 1e-9)
  })
})

describe('a dataset', () => {
  const job = (dataset_path: string) => ({ dataset_path, algorithm: 'logistic_regression' })
  test('is found in the bucket by its bare name, and as bucket/key', async () => {
    expect((await worker.train('', job('iris'))).status).toBe('completed')
    expect((await worker.train('', job(`${worker.bucket.name}/datasets/wine.csv`))).status).toBe('completed')
  })
  test('that the store lacks is read from GridFS', async () => {
    const entry = await worker.db.collection('datasets').findOne({ name: 'iris' })
    await worker.db.collection('datasets').insertOne({ name: 'flowers', file_id: entry?.file_id })
    const result = await worker.train('', job('s3://nowhere/flowers.csv'))
    expect(result).toMatchObject({
      status: 'completed',
      model_name: 'DefaultJob_logistic_regression_flowers',
    })
  })
  test('that the store lacks is read from the documents of the collection of its name', async () => {
    await worker.db
      .collection('measured')
      .insertMany(Array.from({ length: 60 }, (_, i) => ({ a: i, b: i % 7, kind: i < 30 ? 'low' : 'high' })))
    expect(await worker.train('', job('nowhere/measured.csv'))).toMatchObject({ status: 'completed' })
  })
  test('that is nowhere is a failed result that says where it was looked for', async () => {
    const result = await worker.train('', job('s3://nowhere/at/all.csv'))
    expect(result).toMatchObject({
      status: 'failed',
      error:
        'The dataset was not found; looked in s3://nowhere/at/all.csv (not there), the registry\'s dataset "s3://nowhere/at/all.csv" (not there), the registry\'s dataset "all" (not there): check dataset_path.',
    })
  })
})

describe('a message', () => {
  test('delivered twice trains once', async () => {
    const body = JSON.stringify({ job_id: randomUUID(), algorithm: 'decision_tree', dataset_path: 'iris' })
    const { job_id } = JSON.parse(body)
    await worker.send(body)
    const first = await worker.resultOf(job_id)
    await worker.send(body)
    const answered = () =>
      worker.logs.filter((line) => line.includes('job completed') && line.includes(job_id)).length
    await worker.train('', { dataset_path: 'iris' })
    expect(answered()).toBe(1)
    expect(await worker.resultOf(job_id)).toEqual(first)
    expect(await worker.db.collection('models').countDocuments({ job_id })).toBe(1)
    expect(await worker.db.collection('fs.files').countDocuments({ 'metadata.job_id': job_id })).toBe(1)
  })
  test('with a job_id that another job has is refused, and the other’s result stays', async () => {
    const first = await worker.train('', { dataset_path: 'iris' })
    await worker.send(JSON.stringify({ job_id: first.job_id, algorithm: 'svm', dataset_path: 'iris' }))
    const prefix = `jobs/${first.job_id}/conflicts/`
    const conflicts = () => Array.fromAsync(worker.bucket.list(prefix))
    await until(async () => (await conflicts()).length === 1, 'the conflict')
    const [{ key }] = await conflicts()
    expect(await worker.bucket.getJson(key)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/already used/),
      error_code: 'job_id_conflict',
    })
    expect(await worker.resultOf(first.job_id)).toEqual(first)
  })
  test.each<[string, Record<string, unknown>, RegExp | string]>([
    [
      'an unknown algorithm',
      { algorithm: 'randomforest' },
      'algorithm is "randomforest", which is not allowed: use one of random_forest, extra_trees, decision_tree, gradient_boosting, logistic_regression, linear_regression, svm, k_neighbors, naive_bayes, dnn, cnn, auto (did you mean "random_forest"?).',
    ],
    ['no algorithm', { algorithm: undefined }, /^algorithm is missing: give one of/],
    [
      'an unknown hyperparameter',
      { hyperparameters: { max_itre: 5 } },
      /^hyperparameters.max_itre is not a hyperparameter of logistic_regression \(did you mean "max_iter"\?\)/,
    ],
    [
      'a bad value',
      { hyperparameters: { max_iter: -1 } },
      /^hyperparameters.max_iter is -1, which is not allowed: use a whole number/,
    ],
    [
      'work for years',
      { algorithm: 'random_forest', hyperparameters: { n_estimators: 1e9 } },
      /^hyperparameters.n_estimators is 1000000000, which on 2 rows x 1 features makes a model of at least 159.3 GB/,
    ],
    ['a path that is no text', { dataset_path: 7 }, /^dataset_path is 7, which is not allowed/],
    ['a path traversal as the id', { job_id: '../../x' }, /^job_id is "..\/..\/x", which is not allowed/],
  ])('with %s is a failed result that names the field', async (_, fields, error) => {
    expect(await worker.train(iris, fields)).toMatchObject({
      status: 'failed',
      error: typeof error === 'string' ? error : expect.stringMatching(error),
    })
  })
  test('that is not JSON is a failed result, and registered as a job', async () => {
    await worker.send('{"job_id": ')
    await until(
      async () =>
        (await worker.db
          .collection('jobs')
          .countDocuments({ status: 'failed', error: /^The message is not JSON/ })) === 1,
      'the failed job',
    )
  })
  test('with a field that is not part of a job trains, with a warning', async () => {
    const result = await worker.train(iris, { hyperparamters: {} })
    expect(result).toMatchObject({
      warnings: [
        'The message\'s field "hyperparamters" is not part of a job and was ignored (did you mean "hyperparameters"?).',
      ],
    })
  })
})

test('class weights are keyed by the target’s own values', async () => {
  const job = { algorithm: 'decision_tree', target_column: 'target' }
  const weighted = await worker.train(iris, {
    ...job,
    hyperparameters: { class_weight: { setosa: 1, virginica: 2.5 } },
  })
  expect(weighted.status).toBe('completed')
  const wrong = await worker.train(iris, { ...job, hyperparameters: { class_weight: { rose: 1 } } })
  expect(wrong).toMatchObject({
    error: expect.stringMatching(/names the class "rose".*setosa, versicolor, virginica/),
  })
})

test('the outcomes are counted in Prometheus', async () => {
  await worker.train('', { dataset_path: 'iris' })
  const metrics = await (await fetch(`${worker.stack.apiUrl}/metrics`)).text()
  for (const name of [
    'worker_task_duration_seconds_count',
    'worker_tasks_completed_total',
    'worker_tasks_failed_total',
    'worker_models_trained_total{model_type="logistic_regression"}',
  ]) {
    expect(metrics).toMatch(new RegExp(`^${name.replaceAll(/[{}]/g, '\\$&')} [1-9]`, 'm'))
  }
  expect(metrics).toMatch(/^worker_model_accuracy\{job_id="[^"]+",model_type="svm"\} /m)
  expect(metrics).toMatch(/^nodejs_version_info/m)
})
