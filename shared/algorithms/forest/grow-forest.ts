import { z } from 'zod'
import { randomState } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import { isStopped, openWorkQueue, shareWork, stopWork, takenCount } from '../../threads/share-work.ts'
import { startThreads, threadsAhead } from '../../threads/thread-pool.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/trees.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import { MAX_MODEL_BYTES } from '../estimate.ts'
import type { NamedColumns } from '../named-columns.ts'
import { resumedFrom } from '../resume.ts'
import { fitsTree, treeCheckpointSchema } from '../trees/checkpoint.ts'
import { RAND_R_MAX } from '../trees/grow.ts'
import { featureImportances, normalized } from '../trees/importances.ts'
import { nodeBytes } from '../trees/memory-estimate.ts'
import { type Tree, treeSchema } from '../trees/model.ts'
import { layOut, type TreeData } from '../trees/problem.ts'
import { type TreeParams, treeSettings } from '../trees/settings.ts'
import { wholeSum } from '../trees/weights.ts'
import type { Sampling } from './bootstrap.ts'
import { type BegunTree, type ForestTask, type GrownTree, growTrees } from './grow.ts'
import { growTreesTask } from './grow-task.ts'

export type ForestParams = TreeParams & {
  readonly n_estimators: number
  readonly random_state: number | null
  readonly ccp_alpha: number
}

const checkpointSchema = z.object({
  grown: z.array(z.object({ index: z.int(), tree: treeSchema })),
  begun: z.array(z.object({ index: z.int(), state: treeCheckpointSchema })),
})

/** Values that a fit must look at before a second thread pays for its start: some 100 ms of work. */
const MIN_VALUES_FOR_THREADS = 10_000_000
/** The same for threads that an earlier fit has left. */
const MIN_VALUES_FOR_STARTED_THREADS = 2_000_000
/** Fits on more memory than this leave no threads behind, which could hold on to it. */
const MAX_BYTES_TO_RELEASE = 2 ** 25

/** Grows the trees of a forest of either task as scikit-learn does, on all threads. */
export async function growForest(
  data: TreeData & NamedColumns,
  params: ForestParams,
  sampling: Sampling,
  context: FitContext,
): Promise<Fit<Tree[]>> {
  const { rows } = data.features
  const settings = treeSettings(params, data)
  const seeds = treeSeeds(params)

  const resumed = resumedFrom(
    context,
    checkpointSchema,
    ({ grown, begun }) =>
      [...grown, ...begun].every(({ index }) => index >= 0 && index < seeds.length) &&
      grown.every(({ tree }) => tree.value.length === tree.feature.length * (data.classCount ?? 1)) &&
      begun.every(({ state }) => fitsTree(state, data, settings)),
  )
  const grown = resumed?.grown ?? []
  const isGrown = new Set(grown.map(({ index }) => index))
  const waiting = Int32Array.from(seeds.keys()).filter((index) => !isGrown.has(index))
  const valuesPerTree = rows * settings.maxFeatures * Math.log2(rows + 1)
  const fewest = threadsAhead() > 0 ? MIN_VALUES_FOR_STARTED_THREADS : MIN_VALUES_FOR_THREADS
  const paysForThreads = waiting.length * valuesPerTree >= fewest
  const threads = paysForThreads ? Math.min(context.threads, waiting.length) : 1
  const task: ForestTask = {
    problem: layOut(await loadKernel(kernel), data, settings, wholeWeights(rows, sampling), threads),
    sampling,
    ccpAlpha: params.ccp_alpha,
    seeds,
    waiting,
    begun: resumed?.begun ?? [],
    queue: openWorkQueue(),
  }
  const results = await growOnThreads(task, grown, threads, context)

  const all = [...grown, ...results.filter((result) => 'tree' in result)]
  all.sort((a, b) => a.index - b.index)
  if (all.length < seeds.length) {
    const begun = results.filter((result) => 'state' in result)
    return { status: 'paused', checkpoint: { grown: all, begun: [...begun, ...untouched(task, results)] } }
  }
  return { status: 'done', model: all.map(({ tree }) => tree), warnings: [] }
}

/**
 * Grows the waiting trees on all threads, or as far as they get before a pause. Reports progress from this thread.
 *
 * @param grown the trees that an earlier call has grown
 */
async function growOnThreads(
  task: ForestTask,
  grown: readonly GrownTree[],
  threads: number,
  context: FitContext,
): Promise<(GrownTree | BegunTree)[]> {
  const { queue, seeds, problem } = task
  const others = startThreads(threads - 1)
  let count = grown.length
  let nodes = grown.reduce((sum, { tree }) => sum + tree.feature.length, 0)
  async function growHere(): Promise<(GrownTree | BegunTree)[]> {
    const trees: (GrownTree | BegunTree)[] = []
    for (const tree of growTrees(task, 0)) {
      if (tree !== undefined) {
        trees.push(tree)
        if ('tree' in tree) {
          count++
          nodes += tree.tree.feature.length
        }
        checkModelSize(count, nodes, seeds.length, problem.classCount)
      }
      if (isStopped(queue)) continue
      const taken = Math.min(grown.length + takenCount(queue), seeds.length)
      const progress = { fraction: taken / seeds.length, isEven: true, detail: { tree: taken } }
      if ((await context.step(progress)) === 'pause') stopWork(queue)
    }
    return trees
  }
  const part = (thread: number) =>
    thread === 0 ? growHere() : others.run(thread - 1, growTreesTask, { task, thread })
  try {
    return (await shareWork(others, part, () => stopWork(queue))).flat()
  } finally {
    if (problem.memory.buffer.byteLength <= MAX_BYTES_TO_RELEASE) others.release()
    else await others.close()
  }
}

/** The trees that were begun before and that no thread came to this time: they are still begun. */
function untouched(task: ForestTask, results: readonly { readonly index: number }[]): BegunTree[] {
  const touched = new Set(results.map(({ index }) => index))
  return task.begun.filter(({ index }) => !touched.has(index))
}

/** Trees to grow before the forest's size is extrapolated. */
const MIN_TREES_FOR_SIZE_ESTIMATE = 3

/** @throws JobError as soon as the trees so far, with their nodes, show that the model will be too large to store. */
function checkModelSize(grown: number, nodes: number, count: number, classCount: number): void {
  const bytes = (nodes / grown) * nodeBytes(classCount)
  if (grown < MIN_TREES_FOR_SIZE_ESTIMATE || bytes * count <= MAX_MODEL_BYTES) return
  throw new JobError(
    'model_too_large',
    `hyperparameters.n_estimators is ${count}, and the trees have ${Math.round(nodes / grown)} nodes each: that model has ${Math.ceil((bytes * count) / 2 ** 20)} MB, and ${Math.floor(MAX_MODEL_BYTES / 2 ** 20)} MB can be stored. Use at most ${Math.floor(MAX_MODEL_BYTES / bytes)}, or smaller trees (max_depth, min_samples_leaf).`,
  )
}

/** The mean of the trees' importances, summing to 1. */
export function meanImportances(trees: readonly Tree[], columns: number): Float64Array {
  const sums = new Float64Array(columns)
  for (const tree of trees) {
    for (const [j, importance] of featureImportances(tree, columns).entries()) sums[j] += importance
  }
  return normalized(sums)
}

/** The maximum sum of a tree's weights when all are whole numbers, else undefined. */
function wholeWeights(rows: number, sampling: Sampling): number | undefined {
  if (sampling.balancedSubsample !== undefined) return undefined
  if (sampling.bootstrap) return sampling.draws
  return sampling.rowWeights === undefined ? rows : wholeSum(sampling.rowWeights)
}

/** `random_state` seeds one generator, which seeds the trees. */
export function treeSeeds(params: Pick<ForestParams, 'n_estimators' | 'random_state'>): Float64Array {
  const random = randomState(params.random_state ?? 42)
  return Float64Array.from({ length: params.n_estimators }, () => random.randint(RAND_R_MAX))
}
