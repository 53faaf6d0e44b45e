import type { Restored } from '../algorithms/descriptor.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import { areWideIntegers } from '../data/exact-integers.ts'
import { matrixColumns } from '../data/matrix-columns.ts'
import { classLabel } from '../data/preparation.ts'
import type { AnyPrepared, Prepared } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'
import { type Features, firstRows } from '../disk/disk-matrix.ts'
import { measureFit, measureRegression } from '../evaluation/job-metrics.ts'
import type { JobMetrics } from '../jobs/result.ts'
import { predictAll, type WatchAll } from '../prediction/open-predictor.ts'
import { describeModel, describeRegression } from '../report/describe-model.ts'
import type { DataSummary, ReportData } from '../report/report-data.ts'
import type { FinishedFit } from './fit-job.ts'
import { withoutKernelFaults } from './kernel-fault.ts'

type Evaluation = { metrics: JobMetrics; report: ReportData }

/**
 * Predicts the training rows and the test rows, and says how well: for the result and for the report.
 *
 * @param threads that may predict at once; the result does not depend on them
 * @param watch of the predictions: see `predictAll`.
 * @throws JobError for a prediction that stops at a fault of a kernel; what `watch` throws.
 */
export function evaluateFit(
  algorithm: AlgorithmName,
  fit: FinishedFit,
  prepared: AnyPrepared<Features>,
  data: DataSummary,
  threads: number,
  watch?: WatchAll,
): Promise<Evaluation> {
  const { rows, columns } = prepared.train.features
  const { model, ...rest } = fit
  return withoutKernelFaults({ algorithm, rows, columns }, () => {
    if (prepared.task === 'classification' && model.task === 'classification') {
      return evaluateClassifier(algorithm, { ...rest, model }, prepared, data, threads, watch)
    }
    if (prepared.task === 'regression' && model.task === 'regression') {
      return evaluateRegressor(algorithm, { ...rest, model }, prepared, data, threads, watch)
    }
    throw new TypeError(`The model is of a ${model.task}, and the data are of a ${prepared.task}.`)
  })
}

type Fitted<T extends Task> = Omit<FinishedFit, 'model'> & { readonly model: Restored<T> }

async function evaluateClassifier(
  algorithm: AlgorithmName,
  fit: Fitted<'classification'>,
  { preparation, train, test }: Prepared<'classification', Features>,
  data: DataSummary,
  threads: number,
  watch?: WatchAll,
): Promise<Evaluation> {
  const { target } = preparation
  const { model, predict } = fit.model
  const classCount = target.classes.length
  const label = (k: number) => (k === classCount ? 'unknown to the model' : classLabel(target, k))
  // The original worker encodes a text target before it trains, so its report keys those classes by their codes.
  const isEncoded = target.dtype === 'text' && !areWideIntegers(target.classes)
  const classKey = (k: number) => (isEncoded && k < classCount ? String(k) : label(k))
  const [onTrain, onTest] = await predictAll(fit.model, [train.features, test.features], threads, watch)
  const { metrics, ...measured } = measureFit({
    classCount,
    train: { ...onTrain, actual: train.target },
    test: { ...onTest, actual: test.target },
    history: fit.history,
    seconds: fit.seconds,
    classKey,
  })
  const report = describeModel({
    data,
    evaluated: { ...measured, prediction: onTest, trainTarget: train.target, label },
    explained: {
      algorithm,
      model,
      predict,
      featureNames: matrixColumns(preparation.features).map(({ name }) => name),
      test: { ...test, features: inMemory(test.features) },
    },
    preparation,
  })
  return { metrics, report }
}

/** Rows that explain a model: as many as the report looks at. */
const EXPLAINING_ROWS = 500

const inMemory = (features: Features) =>
  'values' in features ? features : firstRows(features, EXPLAINING_ROWS)

async function evaluateRegressor(
  algorithm: AlgorithmName,
  fit: Fitted<'regression'>,
  { preparation, train, test }: Prepared<'regression', Features>,
  data: DataSummary,
  threads: number,
  watch?: WatchAll,
): Promise<Evaluation> {
  const { model, predict } = fit.model
  const [predictedTrain, predictedTest] = await predictAll(
    fit.model,
    [train.features, test.features],
    threads,
    watch,
  )
  const onTest = { ...predictedTest, actual: test.target }
  const metrics = measureRegression({
    train: { ...predictedTrain, actual: train.target },
    test: onTest,
    history: fit.history,
    seconds: fit.seconds,
  })
  const featureNames = matrixColumns(preparation.features).map(({ name }) => name)
  const report = describeRegression({
    data,
    evaluated: { ...onTest, trainTarget: train.target },
    explained: {
      algorithm,
      model,
      predict,
      featureNames,
      test: { ...test, features: inMemory(test.features) },
    },
    preparation,
  })
  return { metrics, report }
}
