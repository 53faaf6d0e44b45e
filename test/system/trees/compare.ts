/**
 * Random fits by scikit-learn (fits.py) and by the kernels, compared node for node. Ends with 1 when one differs.
 *
 *     npm run test:trees -- --fits 20000 --seed 7
 *     npm run test:trees -- --seed 7 --only 123
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
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

const packed = <T>(make: (bytes: ArrayBuffer) => T) =>
  z.base64().transform((text) => make(Uint8Array.from(Buffer.from(text, 'base64')).buffer))
const float64 = packed((bytes) => new Float64Array(bytes))
const int32 = packed((bytes) => new Int32Array(bytes))
const uint8 = packed((bytes) => new Uint8Array(bytes))

/** A line of fits.py. */
const fitSchema = z.object({
  number: z.int(),
  algorithm: z.enum(['decision_tree', 'random_forest', 'extra_trees']),
  task: z.enum(['classification', 'regression']),
  params: z.record(z.string(), z.json()),
  rows: z.int(),
  columns: z.int(),
  classes: z.int(),
  x: float64,
  /** Classes as int32, or numbers as float64. */
  y: z.base64(),
  /** Why scikit-learn does not fit. */
  refused: z.string().optional(),
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
  if (task === 'classification') return trainingData(features, int32.parse(y))
  const none = { features: zeros(0, columns), target: new Float64Array() }
  return { task, features, target: float64.parse(y), featureNames: [], validation: none }
}

/** What of the two answers differs; nothing when they are equal. */
function differences(wanted: ReferenceFit, answered: Answer): string[] {
  const found = wanted.trees.flatMap((tree, t) => {
    const own = answered.trees[t]
    return own === undefined
      ? [`tree ${t} is not there`]
      : treeDifferences(tree, own).map((what) => `tree ${t}: ${what}`)
  })
  if (found.length > 0) return found
  // Where no split of a forest gains anything, scikit-learn divides 0 by 0.
  const importances = wanted.importances?.map((value) => (Number.isNaN(value) ? 0 : value))
  if (!isClose(importances, answered.importances, 1e-9)) found.push('feature importances')
  if (!isClose(wanted.predicted, answered.predicted, 1e-12)) found.push('predictions')
  const { oobScore = 0 } = wanted
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

const { values: options } = parseArgs({
  options: {
    fits: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
  },
})
const { seed, only } = options
const fits = only === undefined ? Number(options.fits) : 1
console.log(only === undefined ? `${fits} fits, seed ${seed}` : `fit ${only} of seed ${seed}`)

const python = join(import.meta.dirname, '../../../.venv-sklearn/bin/python')
const generator = spawn(
  python,
  [join(import.meta.dirname, 'fits.py'), '--seed', seed, '--fits', String(fits), '--first', only ?? '0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const ended = once(generator, 'close')
let fitted = 0
let refused = 0
let nodes = 0
let different = 0
for await (const line of createInterface({ input: generator.stdout })) {
  const wanted = fitSchema.parse(JSON.parse(line))
  let found: string[]
  try {
    const answered = await answer(wanted)
    found =
      wanted.refused === undefined ? differences(wanted, answered) : [`scikit-learn says: ${wanted.refused}`]
  } catch (error) {
    found = wanted.refused === undefined ? [String(error)] : []
  }
  fitted++
  if (wanted.refused !== undefined) refused++
  nodes += wanted.trees.reduce((sum, { feature }) => sum + feature.length, 0)
  if (found.length > 0) {
    different++
    const what = `${wanted.algorithm}, ${wanted.task}, ${wanted.rows} x ${wanted.columns}, ${wanted.classes} classes`
    console.log(
      `DIFFERENT: --seed ${seed} --only ${wanted.number}: ${what}, ${JSON.stringify(wanted.params)}`,
    )
    console.log(found.map((each) => `  ${each}`).join('\n'))
  }
  if (fitted % 500 === 0) console.log(`${fitted} fits, ${nodes} nodes, ${different} different`)
}
const [code] = await ended
if (code !== 0 || fitted !== fits)
  throw new Error(`fits.py ended with ${code} after ${fitted} of ${fits} fits.`)
console.log(
  `${fitted} fits (${refused} refused by both), ${nodes} nodes: ${different} different, seed ${seed}`,
)
if (different > 0) process.exitCode = 1
