import { z } from 'zod'
import { randomState } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import { isStopped, openWorkQueue, shareWork, stopWork, takenCount } from '../../threads/share-work.ts'
import { startThreads } from '../../threads/thread-pool.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/trees.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classWeights } from '../class-weights.ts'
import { MAX_MODEL_BYTES } from '../estimate.ts'
import { treeCheckpointSchema } from '../trees/checkpoint.ts'
import { RAND_R_MAX } from '../trees/grow.ts'
import { featureImportances, normalised } from '../trees/importances.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import { nodeBytes } from '../trees/memory-estimate.ts'
import { type Tree, treeSchema } from '../trees/model.ts'
import { mostProbable } from '../trees/most-probable.ts'
import { layOut } from '../trees/problem.ts'
import { treeSettings } from '../trees/settings.ts'
import { wholeSum } from '../trees/weights.ts'
import { drawCount, drawRows, type Sampling } from './bootstrap.ts'
import { type BegunTree, type ForestTask, type GrownTree, growTrees } from './grow.ts'
import { growTreesTask } from './grow-task.ts'
import type { RandomForestParams } from './hyperparameters.ts'
import type { RandomForestModel } from './model.ts'

const checkpointSchema = z.object({
  grown: z.array(z.object({ index: z.int(), tree: treeSchema })),
  begun: z.array(z.object({ index: z.int(), state: treeCheckpointSchema })),
})

/** Below this many values to look at, some 100 ms, a thread costs more than it saves. */
const WORTH_A_THREAD = 10_000_000

/** Grows scikit-learn's RandomForestClassifier, tree for tree. */
export async function fit(
  data: TrainingData,
  params: RandomForestParams,
  context: FitContext,
): Promise<Fit<RandomForestModel>> {
  checkTraining(data, { acceptsMissing: true })
  const { rows, columns } = data.features
  const settings = treeSettings({ ...params, splitter: 'best' }, rows, columns)
  const sampling = samplingOf(data, params)
  const seeds = treeSeeds(params)

  const resumed = context.resumeFrom && checkpointSchema.parse(context.resumeFrom)
  const grown: GrownTree[] = resumed?.grown ?? []
  const begun: BegunTree[] = []
  const isGrown = new Set(grown.map(({ index }) => index))
  const waiting = Int32Array.from(seeds.keys()).filter((index) => !isGrown.has(index))
  const valuesPerTree = rows * settings.maxFeatures * Math.log2(rows + 1)
  const threads =
    waiting.length * valuesPerTree < WORTH_A_THREAD ? 1 : Math.min(context.threads, waiting.length)
  const queue = openWorkQueue()
  const task: ForestTask = {
    problem: layOut(await loadKernel(kernel), data, settings, wholeWeights(rows, sampling), threads),
    target: data.target,
    ccpAlpha: params.ccp_alpha,
    begun: resumed?.begun ?? [],
    ...{ sampling, seeds, waiting, queue },
  }

  const others = startThreads(threads - 1)
  let nodes = grown.reduce((sum, { tree }) => sum + tree.feature.length, 0)
  let count = grown.length
  async function growHere(): Promise<(GrownTree | BegunTree)[]> {
    const trees: (GrownTree | BegunTree)[] = []
    for (const tree of growTrees(task, 0)) {
      if (tree !== undefined) {
        trees.push(tree)
        if ('tree' in tree) {
          count++
          nodes += tree.tree.feature.length
        }
        checkModelSize(count, nodes, seeds.length, data.classCount)
      }
      if (isStopped(queue)) continue
      const taken = Math.min(isGrown.size + takenCount(queue), seeds.length)
      const progress = { fraction: taken / seeds.length, detail: { tree: taken } }
      if ((await context.step(progress)) === 'pause') stopWork(queue)
    }
    return trees
  }
  try {
    const part = (thread: number) =>
      thread === 0 ? growHere() : others.run(thread - 1, growTreesTask, { task, thread })
    for (const tree of (await shareWork(others, part, () => stopWork(queue))).flat()) {
      if ('tree' in tree) grown.push(tree)
      else begun.push(tree)
    }
  } finally {
    await others.close()
  }
  grown.sort((a, b) => a.index - b.index)
  if (grown.length < seeds.length) {
    // A tree that was begun before and that nobody came to this time is still begun.
    const untouched = task.begun.filter(
      ({ index }) => ![...grown, ...begun].some((each) => each.index === index),
    )
    return { status: 'paused', checkpoint: { grown, begun: [...begun, ...untouched] } }
  }
  return finished(
    data,
    params,
    sampling,
    seeds,
    grown.map(({ tree }) => tree),
  )
}

/** Trees after which their mean size tells that of the forest. */
const TELLING = 3

/** @throws JobError as soon as the trees so far, with their nodes, tell that all will be too large to store. */
function checkModelSize(grown: number, nodes: number, count: number, classCount: number): void {
  const bytes = (nodes / grown) * nodeBytes(classCount)
  if (grown < TELLING || bytes * count <= MAX_MODEL_BYTES) return
  throw new JobError(
    'model_too_large',
    `hyperparameters.n_estimators is ${count}, and the trees have ${Math.round(nodes / grown)} nodes each: that model has ${Math.ceil((bytes * count) / 2 ** 20)} MB, and ${Math.floor(MAX_MODEL_BYTES / 2 ** 20)} MB can be stored. Use at most ${Math.floor(MAX_MODEL_BYTES / bytes)}, or smaller trees (max_depth, min_samples_leaf).`,
  )
}

function finished(
  data: TrainingData,
  params: RandomForestParams,
  sampling: Sampling,
  seeds: Float64Array,
  trees: Tree[],
): Fit<RandomForestModel> {
  const columns = data.features.columns
  const importances = new Float64Array(columns)
  for (const tree of trees) {
    featureImportances(tree, columns).forEach((importance, j) => {
      importances[j] += importance
    })
  }
  const model = {
    classCount: data.classCount,
    featureCount: columns,
    trees,
    featureImportances: normalised(importances),
  }
  if (!params.oob_score) return { status: 'done', model, warnings: [] }
  const { score, unseen } = outOfBag(data, sampling, seeds, trees)
  const warnings =
    unseen === 0
      ? []
      : [
          `${unseen} rows were in the sample of every tree and count as wrong or right by chance in oob_score: raise n_estimators.`,
        ]
  return { status: 'done', model: { ...model, oobScore: score }, warnings }
}

/** The share of rows that the trees which did not see them classify rightly. */
function outOfBag(data: TrainingData, sampling: Sampling, seeds: Float64Array, trees: readonly Tree[]) {
  const { features, target, classCount } = data
  const sums = new Float64Array(features.rows * classCount)
  const votes = new Int32Array(features.rows)
  seeds.forEach((seed, index) => {
    const counts = drawRows(seed, features.rows, sampling)
    const values = sumLeafValues(trees, features, classCount, index)
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] > 0) continue
      votes[i]++
      for (let k = 0; k < classCount; k++) sums[i * classCount + k] += values[i * classCount + k]
    }
  })
  // The division can round two different sums to one probability, which decides between their classes.
  const probabilities = sums.map((sum, v) => sum / Math.max(1, votes[Math.floor(v / classCount)]))
  const predicted = mostProbable(probabilities, classCount)
  const right = predicted.reduce((count, k, i) => count + (k === target[i] ? 1 : 0), 0)
  return { score: right / target.length, unseen: votes.reduce((n, count) => n + (count === 0 ? 1 : 0), 0) }
}

function samplingOf(data: TrainingData, params: RandomForestParams): Sampling {
  const { bootstrap, class_weight } = params
  const balancedSubsample = bootstrap && class_weight === 'balanced_subsample'
  const perClass = balancedSubsample
    ? undefined
    : classWeights(class_weight === 'balanced_subsample' ? 'balanced' : class_weight, data)
  const rowWeights = perClass && Float64Array.from(data.target, (k) => perClass[k])
  return {
    bootstrap,
    draws: drawCount(params.max_samples, data.features.rows, rowWeights),
    rowWeights,
    balancedSubsample,
  }
}

/** The greatest sum of a tree's weights when all are whole numbers. */
function wholeWeights(rows: number, sampling: Sampling): number | undefined {
  if (sampling.balancedSubsample) return undefined
  if (sampling.bootstrap) return sampling.draws
  return sampling.rowWeights === undefined ? rows : wholeSum(sampling.rowWeights)
}

/** `random_state` seeds one generator, which seeds the trees. */
function treeSeeds(params: RandomForestParams): Float64Array {
  const random = randomState(params.random_state ?? 42)
  return Float64Array.from({ length: params.n_estimators }, () => random.randint(RAND_R_MAX))
}
