/**
 * Random fits by scikit-learn (fits.py) and by the kernels, compared node for node. Ends with 1 when one differs.
 *
 *     npm run test:trees -- --fits 20000 --seed 7
 *     npm run test:trees -- --fits 20000 --seed 7 --first 500 --minutes 8
 *     npm run test:trees -- --seed 7 --only 123
 */
import { z } from 'zod'
import type { TrainingData } from '../../../shared/algorithms/algorithm.ts'
import { float64 as float64Array } from '../../../shared/algorithms/arrays.ts'
import type { AnyRestored } from '../../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../../shared/algorithms/index.ts'
import { type Tree, treeSchema } from '../../../shared/algorithms/trees/model.ts'
import { zeros } from '../../../shared/data/matrix.ts'
import type { Task } from '../../../shared/data/task.ts'
import { done, uninterrupted } from '../../support/fit.ts'
import { trainingData } from '../../support/training-data.ts'
import { compareFits, float64, int32, referenceFit, uint8 } from '../reference-fits.ts'

/** A line of fits.py. */
const fitSchema = referenceFit.extend({
  algorithm: z.enum(['decision_tree', 'random_forest', 'extra_trees']),
  task: z.enum(['classification', 'regression']),
  /** Classes as int32, or numbers as float64. */
  y: z.base64(),
  trees: z
    .array(
      z.object({
        feature: int32,
        threshold: float64,
        left: int32,
        right: int32,
        missingGoesLeft: uint8,
        samples: int32,
        weightedSamples: float64,
        impurity: float64,
        value: float64,
      }),
    )
    .default([]),
  importances: float64.optional(),
  /** Probabilities, or numbers. */
  predicted: float64.optional(),
  oobScore: z.number().optional(),
})
type ReferenceFit = z.infer<typeof fitSchema>

type Answer = {
  trees: readonly Tree[]
  importances: Float64Array
  predicted: Float64Array
  oobScore?: number | undefined
}

const modelSchema = z.object({
  tree: treeSchema.optional(),
  trees: z.array(treeSchema).optional(),
  featureImportances: float64Array(),
  oobScore: z.number().optional(),
})

async function answer(fit: ReferenceFit): Promise<Answer> {
  const data = dataOf(fit)
  const trainer = anyEstimatorFor(fit.algorithm, fit.task).trainer(fit.params)
  const { model: restored } = done<AnyRestored>(await trainer.fit(data, uninterrupted()))
  const { tree, trees, featureImportances: importances, oobScore } = modelSchema.parse(restored.model)
  const prediction = restored.predict(data.features)
  const predicted = 'values' in prediction ? prediction.values : prediction.probabilities
  if (predicted === undefined) throw new Error('There are no probabilities.')
  return { trees: trees ?? (tree === undefined ? [] : [tree]), importances, predicted, oobScore }
}

function dataOf({ task, rows, columns, x, y }: ReferenceFit): TrainingData<Task> {
  const features = { rows, columns, values: x }
  if (task === 'classification') return trainingData(features, int32.parse(y), namesOf(columns))
  const none = { features: zeros(0, columns), target: new Float64Array() }
  return { task, features, target: float64.parse(y), featureNames: namesOf(columns), validation: none }
}

/** As fits.py names the columns. */
const namesOf = (columns: number) => Array.from({ length: columns }, (_, j) => `x${j}`)

/** What of the two answers differs; nothing when they are equal. */
function differences(wanted: ReferenceFit, answered: Answer): string[] {
  const found = wanted.trees.flatMap((tree, t) => {
    const own = answered.trees[t]
    return own === undefined
      ? [`tree ${t} is not there`]
      : treeDifferences(tree, own).map((what) => `tree ${t}: ${what}`)
  })
  if (found.length > 0) return found
  // Where the gains of a forest sum to 0, scikit-learn divides by 0; ours stay as they are.
  const importances = wanted.importances?.map((value, i) => {
    if (Number.isNaN(value)) return 0
    return Number.isFinite(value) ? value : answered.importances[i]
  })
  if (!isClose(importances, answered.importances, 1e-9)) found.push('feature importances')
  if (!isClose(wanted.predicted, answered.predicted, 1e-12)) found.push('predictions')
  const { oobScore = 0 } = wanted
  // Of targets that are all one number scikit-learn divides what rounding left of their variance.
  const isOneNumber = wanted.task === 'regression' && new Set(float64.parse(wanted.y)).size === 1
  if (isOneNumber) return found
  if (Math.abs(oobScore - (answered.oobScore ?? 0)) > 1e-10 * Math.max(1, Math.abs(oobScore)))
    found.push(`oob_score ${wanted.oobScore} ${answered.oobScore}`)
  return found
}

function treeDifferences(wanted: ReferenceFit['trees'][number], own: Tree): string[] {
  const exact = [
    'feature',
    'threshold',
    'left',
    'right',
    'missingGoesLeft',
    'samples',
    'weightedSamples',
  ] as const
  for (const field of exact) {
    const node = wanted[field].findIndex((value, i) => !Object.is(value, own[field][i]))
    if (node >= 0)
      return [
        `${field} of node ${node} of ${wanted.feature.length}: ${wanted[field][node]}, ours ${own[field][node]}`,
      ]
    if (wanted[field].length !== own[field].length)
      return [`${own[field].length} nodes, not ${wanted[field].length}`]
  }
  if (!isClose(wanted.value, own.value, 1e-15)) return ['values']
  return isClose(wanted.impurity, own.impurity, 1e-14) ? [] : ['impurities']
}

/** Up to the tolerance, which is relative to the largest of numbers above 1. The same infinity is equal. */
function isClose(wanted: Float64Array | undefined, own: Float64Array, tolerance: number): boolean {
  if (wanted === undefined || wanted.length !== own.length) return false
  const finite = own.filter(Number.isFinite)
  const scale = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return wanted.every((value, i) => value === own[i] || Math.abs(value - own[i]) <= tolerance * scale)
}

await compareFits({
  folder: import.meta.dirname,
  fits: 500,
  schema: fitSchema,
  differences: async (wanted) => differences(wanted, await answer(wanted)),
  nodes: ({ trees }) => trees.reduce((sum, { feature }) => sum + feature.length, 0),
  about: ({ algorithm, task }) => `${algorithm}, ${task}`,
})
