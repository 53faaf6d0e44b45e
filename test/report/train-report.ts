/** Trains on records and draws the report, without a bucket between. */
import { estimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import type { Manifest } from '../../shared/artifact/manifest.ts'
import { classLabel } from '../../shared/data/preparation.ts'
import { prepare } from '../../shared/data/prepare.ts'
import type { Table } from '../../shared/data/table.ts'
import { accuracy } from '../../shared/evaluation/classification-report.ts'
import { confusionMatrix } from '../../shared/evaluation/confusion-matrix.ts'
import { headlineScores } from '../../shared/evaluation/evaluate.ts'
import { summarizeData } from '../../shared/report/data-summary.ts'
import { describeModel } from '../../shared/report/describe-model.ts'

export async function describeFit(
  table: Table,
  algorithm: AlgorithmName,
  given: Record<string, unknown> = {},
  target?: string,
) {
  const data = summarizeData(table, target)
  const entry = estimatorFor(algorithm, 'classification')
  const prepared = prepare(table, { target, keepMissing: entry.acceptsMissing })
  const { preparation, train, test } = prepared
  const featureNames = preparation.features.map(({ name }) => name)
  const classCount = preparation.target.classes.length
  const trainer = entry.trainer(given)
  const fit = await trainer.fit(
    { ...train, classCount, featureNames, validation: test },
    { threads: 1, step: async () => 'continue' },
  )
  if (fit.status !== 'done') throw new Error('The fit was interrupted.')
  const { model, predict } = fit.model
  const prediction = predict(test.features)
  const confusion = confusionMatrix(test.target, prediction.classes, classCount)
  const evaluated = {
    confusion,
    classCount,
    actual: test.target,
    prediction,
    trainTarget: train.target,
    label: (k: number) => classLabel(preparation.target, k),
  }
  const report = describeModel({
    data,
    evaluated,
    explained: { algorithm, model, predict, featureNames, test },
    preparation,
  })
  const score = accuracy(confusion, classCount)
  const metrics = {
    train_accuracy: score,
    test_accuracy: score,
    accuracy: score,
    ...headlineScores(confusion, classCount),
    training_time: 0.5,
  }
  return { report, manifest: { ...manifest, algorithm, metrics } }
}

export const manifest: Manifest = {
  format: 'tensorfleet-manifest/1',
  model_id: '65f1c0ffee65f1c0ffee65f1',
  job_id: 'a-job',
  model_name: 'a model',
  version: 'v1700000000',
  algorithm: 'decision_tree',
  hyperparameters: { max_depth: null, random_state: 42 },
  created_at: '2026-01-02T03:04:05.000Z',
  metrics: {
    train_accuracy: 0.9,
    test_accuracy: 0.8,
    accuracy: 0.8,
    precision: 0.8,
    recall: 0.8,
    f1_score: 0.8,
    training_time: 0.5,
  },
  signature: {
    inputs: [{ name: 'x', type: 'float' }],
    output: { name: 'y', type: 'string', classes: ['a', 'b'] },
  },
  dataset: {
    path: 's3://bucket/data.csv',
    name: 'data',
    source: 's3://bucket/data.csv',
    sha256: '0'.repeat(64),
    rows: 100,
    columns: 2,
    train_rows: 80,
    test_rows: 20,
  },
  files: { 'model.onnx': { sha256: '1'.repeat(64), bytes: 12345 } },
  trained_by: { tensorfleet: '0.1.0', node: 'v24.0.0', platform: 'linux-x64' },
  warnings: [],
}
