/**
 * Random fits by scikit-learn (fits.py) and by ours, compared node for node. Ends with 1 when one differs.
 *
 *     npm run test:boosting -- --fits 2000 --seed 7
 *     npm run test:boosting -- --fits 20000 --seed 7 --first 500 --minutes 8
 *     npm run test:boosting -- --seed 7 --only 123
 */
import { z } from 'zod'
import { fitClassifier, fitRegressor } from '../../../shared/algorithms/gradient-boosting/fit.ts'
import {
  gradientBoostingHyperparameters,
  gradientBoostingRegressorHyperparameters,
} from '../../../shared/algorithms/gradient-boosting/hyperparameters.ts'
import type { GradientBoostingModel } from '../../../shared/algorithms/gradient-boosting/model.ts'
import { rawPredictions } from '../../../shared/algorithms/gradient-boosting/predict.ts'
import { done, uninterrupted } from '../../support/fit.ts'
import { trainingData } from '../../support/training-data.ts'
import { compareFits, float64, int32, referenceFit, uint8 } from '../reference-fits.ts'

/** A line of fits.py. */
const fitSchema = referenceFit.extend({
  categorical: z.array(z.int()),
  y: float64,
  weights: float64.optional(),
  trees: z
    .object({
      roots: int32,
      feature: int32,
      value: float64,
      right: int32,
      marks: uint8,
      samples: int32,
      sets: uint8,
    })
    .optional(),
  baseline: float64.optional(),
  new: float64.optional(),
  raw: float64.optional(),
})
type ReferenceFit = z.infer<typeof fitSchema>

const nameOf = (j: number) => `x${j}`

/** scikit-learn's hyperparameters, which name columns by their numbers, as ours. */
function ownParams({ params, categorical }: ReferenceFit) {
  const { monotonic_cst, interaction_cst, ...rest } = params
  const own: Record<string, unknown> = { ...rest }
  if (Array.isArray(monotonic_cst))
    own.monotonic_cst = Object.fromEntries(monotonic_cst.map((direction, j) => [nameOf(j), direction]))
  if (Array.isArray(interaction_cst))
    own.interaction_cst = interaction_cst.map((group) => z.array(z.int()).parse(group).map(nameOf))
  else if (interaction_cst !== undefined) own.interaction_cst = interaction_cst
  if (categorical.length > 0) own.categorical_features = categorical.map(nameOf)
  return own
}

async function answer(wanted: ReferenceFit): Promise<GradientBoostingModel> {
  const own = ownParams(wanted)
  const features = { rows: wanted.rows, columns: wanted.columns, values: wanted.x }
  const context = uninterrupted(1 + (wanted.number % 2))
  const weighed = wanted.weights && { sampleWeights: wanted.weights }
  const data = { ...trainingData(features, Int32Array.from(wanted.y)), ...weighed }
  if (wanted.classes > 0) {
    const params = gradientBoostingHyperparameters.schema.parse(own)
    return done(await fitClassifier(data, params, context)).model
  }
  const params = gradientBoostingRegressorHyperparameters.schema.parse(own)
  const { featureNames } = data
  const validation = { features: data.validation.features, target: new Float64Array(0) }
  const numbers = {
    task: 'regression',
    features,
    featureNames,
    target: wanted.y,
    validation,
    ...weighed,
  } as const
  return done(await fitRegressor(numbers, params, context)).model
}

/** What differs; nothing when both are equal. */
function differences(
  { trees, baseline, raw, new: rows, columns }: ReferenceFit,
  model: GradientBoostingModel,
) {
  if (trees === undefined || baseline === undefined || raw === undefined || rows === undefined)
    return ['no answer']
  const exact = ['roots', 'feature', 'right', 'marks', 'samples', 'sets'] as const
  for (const field of exact) {
    const at = trees[field].findIndex((value, i) => value !== model[field][i])
    if (at >= 0 || trees[field].length !== model[field].length)
      return [
        `${field} ${at} of ${trees[field].length} (tree ${trees.roots.findLastIndex((root) => root <= at)}): ${trees[field][at]}, ours ${model[field][at]}`,
      ]
  }
  const found: string[] = []
  const isLeaf = (node: number) => trees.feature[node] < 0
  for (let node = 0; node < trees.value.length; node++) {
    const [theirs, own] = [trees.value[node], model.value[node]]
    if (isLeaf(node) ? Math.abs(theirs - own) > 1e-9 * Math.max(1, Math.abs(theirs)) : theirs !== own)
      found.push(`value of node ${node}: ${theirs}, ours ${own}`)
    if (isLeaf(node))
      farthestLeaf = Math.max(farthestLeaf, Math.abs(theirs - own) / Math.max(1, Math.abs(theirs)))
  }
  const sums = rawPredictions(model, { rows: rows.length / columns, columns, values: rows })
  sums.forEach((values, k) => {
    values.forEach((value, i) => {
      const theirs = raw[k * values.length + i]
      const distance = Math.abs(theirs - value) / Math.max(1, Math.abs(theirs))
      farthestRaw = Math.max(farthestRaw, distance)
      if (!(distance <= 1e-9)) found.push(`raw prediction ${i}, output ${k}: ${theirs}, ours ${value}`)
    })
  })
  return found.slice(0, 3)
}

let farthestLeaf = 0
let farthestRaw = 0
await compareFits({
  folder: import.meta.dirname,
  fits: 300,
  schema: fitSchema,
  differences: async (wanted) => differences(wanted, await answer(wanted)),
  nodes: ({ trees }) => trees?.feature.length ?? 0,
  about: ({ categorical }) => `categorical ${categorical}`,
})
console.log(
  `leaves within ${farthestLeaf.toExponential(1)}, raw predictions within ${farthestRaw.toExponential(1)}`,
)
