import { expect, test } from 'vitest'
import { gradientBoostingModel } from '../../shared/algorithms/gradient-boosting/model.ts'
import { rawPredictions } from '../../shared/algorithms/gradient-boosting/predict.ts'
import { addTree, testedColumns } from '../../shared/algorithms/gradient-boosting/walk.ts'
import type { Task } from '../../shared/data/task.ts'
import { fitTable } from '../support/fit-table.ts'
import { tableOf } from '../support/onnx-tables.ts'

const cases: [task: Task, hyperparameters: Record<string, unknown>][] = [
  ['classification', { max_iter: 7 }],
  ['classification', { max_iter: 7, categorical_features: ['colour', 'size'] }],
  ['regression', { max_iter: 20, categorical_features: ['size'] }],
]

test.each(cases)('the kernel walks the trees as the fit does: %s, %o', async (task, hyperparameters) => {
  const table = await tableOf('gaps', task)
  const { model, prepared } = await fitTable(table, {
    algorithm: 'gradient_boosting',
    task,
    hyperparameters,
  })
  const boosted = gradientBoostingModel.parse(model.model)
  const { features } = prepared.train
  const columns = testedColumns(features, boosted.categories)
  const sums = Array.from(boosted.baseline, (value) => new Float64Array(features.rows).fill(value))
  boosted.roots.forEach((_, tree) => {
    addTree(boosted, tree, columns, sums[tree % sums.length])
  })
  expect(rawPredictions(boosted, features)).toEqual(sums)
})
