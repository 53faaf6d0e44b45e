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
import { decisionTreeHyperparameters } from '../../../shared/algorithms/decision-tree/hyperparameters.ts'
import { classifier as decisionTree } from '../../../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../../../shared/algorithms/random-forest/hyperparameters.ts'
import { randomForest } from '../../../shared/algorithms/random-forest/index.ts'
import type { Tree } from '../../../shared/algorithms/trees/model.ts'
import { distance, done, uninterrupted } from '../../support/fit.ts'
import { trainingData } from '../../support/training-data.ts'

const packed = <T>(make: (bytes: ArrayBuffer) => T) =>
  z.base64().transform((text) => make(Uint8Array.from(Buffer.from(text, 'base64')).buffer))
const float64 = packed((bytes) => new Float64Array(bytes))
const int32 = packed((bytes) => new Int32Array(bytes))
const uint8 = packed((bytes) => new Uint8Array(bytes))

/** A line of fits.py. */
const fitSchema = z.object({
  number: z.int(),
  algorithm: z.enum(['decision_tree', 'random_forest']),
  params: z.record(z.string(), z.json()),
  rows: z.int(),
  columns: z.int(),
  classes: z.int(),
  x: float64,
  y: int32,
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
  probabilities: float64.optional(),
  oobScore: z.number().optional(),
})
type ReferenceFit = z.infer<typeof fitSchema>

type Answer = {
  trees: readonly Tree[]
  importances: Float64Array
  probabilities: Float64Array
  oobScore?: number | undefined
}

async function answer(data: TrainingData, { algorithm, params }: ReferenceFit): Promise<Answer> {
  if (algorithm === 'decision_tree') {
    const given = decisionTreeHyperparameters.schema.parse(params)
    const { model } = done(await decisionTree.fit(data, given, uninterrupted()))
    const { probabilities = new Float64Array() } = decisionTree.predict(model, data.features)
    return { trees: [model.tree], importances: model.featureImportances, probabilities }
  }
  const given = randomForestHyperparameters.schema.parse(params)
  const { model } = done(await randomForest.fit(data, given, uninterrupted()))
  const { probabilities = new Float64Array() } = randomForest.predict(model, data.features)
  const { trees, featureImportances: importances, oobScore } = model
  return { trees, importances, probabilities, oobScore }
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
  if (!isClose(wanted.importances, answered.importances, 1e-9)) found.push('feature importances')
  if (!isClose(wanted.probabilities, answered.probabilities, 1e-12)) found.push('probabilities')
  if (wanted.oobScore !== answered.oobScore) found.push(`oob_score ${wanted.oobScore} ${answered.oobScore}`)
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
  if (!isClose(wanted.value, own.value, 1e-15)) return ['shares of the classes']
  return isClose(wanted.impurity, own.impurity, 1e-14) ? [] : ['impurities']
}

const isClose = (a: Float64Array | undefined, b: Float64Array, tolerance: number) =>
  a?.length === b.length && distance(a, b) <= tolerance

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
  const features = { rows: wanted.rows, columns: wanted.columns, values: wanted.x }
  let found: string[]
  try {
    const answered = await answer(trainingData(features, wanted.y), wanted)
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
    const what = `${wanted.algorithm} ${wanted.rows} x ${wanted.columns}, ${wanted.classes} classes`
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
