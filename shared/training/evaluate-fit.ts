import type { AlgorithmName } from '../algorithms/names.ts'
import { areWideIntegers } from '../data/exact-integers.ts'
import { matrixColumns } from '../data/matrix-columns.ts'
import { classLabel } from '../data/preparation.ts'
import type { Prepared } from '../data/prepare.ts'
import { measureFit } from '../evaluation/job-metrics.ts'
import type { JobMetrics } from '../jobs/result.ts'
import { describeModel } from '../report/describe-model.ts'
import type { DataSummary, ReportData } from '../report/report-data.ts'
import type { FinishedFit } from './fit-job.ts'
import { withoutKernelFaults } from './kernel-fault.ts'

/**
 * Predicts the training rows and the test rows, and says how well: for the result and for the report.
 *
 * @throws JobError for a prediction that stops at a fault of a kernel.
 */
export function evaluateFit(
  algorithm: AlgorithmName,
  fit: FinishedFit,
  { preparation, train, test }: Prepared,
  data: DataSummary,
): Promise<{ metrics: JobMetrics; report: ReportData }> {
  const { target } = preparation
  const { model, predict } = fit.model
  const { rows, columns } = train.features
  const classCount = target.classes.length
  const label = (k: number) => (k === classCount ? 'unknown to the model' : classLabel(target, k))
  // The original worker encodes a text target before it trains, so its report keys those classes by their codes.
  const isEncoded = target.dtype === 'text' && !areWideIntegers(target.classes)
  const classKey = (k: number) => (isEncoded && k < classCount ? String(k) : label(k))
  return withoutKernelFaults({ algorithm, rows, columns }, () => {
    const onTrain = predict(train.features)
    const onTest = predict(test.features)
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
        test,
      },
      preparation,
    })
    return { metrics, report }
  })
}
