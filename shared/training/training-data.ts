import type { TrainingData } from '../algorithms/algorithm.ts'
import { matrixColumns } from '../data/matrix-columns.ts'
import type { AnyPrepared } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'

/** What a trainer is given of a prepared dataset. */
export function trainingData<F>(prepared: AnyPrepared<F>): TrainingData<Task, F> {
  const columns = matrixColumns(prepared.preparation.features)
  const featureNames = columns.map(({ name }) => name)
  const textFeatures = columns.map(({ feature }) => feature.kind === 'text')
  const { features, weights } = prepared.train
  const of = { featureNames, textFeatures, ...(weights && { sampleWeights: weights }) }
  if (prepared.task === 'regression') {
    return { task: 'regression', features, target: prepared.train.target, ...of, validation: prepared.test }
  }
  const { target } = prepared.preparation
  const classCount = target.classes.length
  return {
    features,
    target: prepared.train.target,
    ...of,
    classCount,
    targetColumn: target,
    validation: prepared.test,
  }
}
